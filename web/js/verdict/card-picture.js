/** The verdict's card as a picture, to be copied, saved and sent to somebody. */

import { saveFile } from "../dom.js";
import { contextOf, emptyCanvas, encoded } from "../photos/photo.js";
import { direction, texts } from "../texts.js";
import { verdictWords } from "./call.js";
import { comparedFace, decodedChip } from "./crops.js";
import { factLines } from "./verdict.js";

/** @typedef {import("./verdict.js").Shown} Shown */

const WIDTH = 960;
const HEIGHT = 640;
const MARGIN = 48;
const FACE = 300;
const SMALL_LINE = 24;
const COLOURS = { same: "--same", different: "--different", uncertain: "--close" };
const SIGNS = { same: "=", different: "≠", uncertain: "≈" };

/** @param {Shown} shown @returns {Promise<string>}  what became of it */
export async function copyPicture(shown) {
  try {
    const picture = pictureOf(shown);
    await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    return texts.copied;
  } catch (cause) {
    console.info(cause);
    return texts.copyFailed;
  }
}

/** @param {Shown} shown */
export async function savePicture(shown) {
  saveFile(await pictureOf(shown), texts.cardFile);
}

/** @param {Shown} shown @returns {Promise<Blob>}  a PNG */
async function pictureOf({ comparison, names }) {
  const canvas = emptyCanvas({ width: WIDTH, height: HEIGHT });
  const context = contextOf(canvas, { alpha: false });
  const colour = colours();
  context.fillStyle = colour("--surface");
  context.fillRect(0, 0, WIDTH, HEIGHT);
  context.direction = direction;
  context.textAlign = "center";
  await drawFaces(context, comparison, names, colour);
  drawWords(context, comparison, colour);
  return encoded(canvas, "image/png");
}

/** @returns {(name: string) => string} */
function colours() {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../service/types.js").Comparison} comparison
 * @param {Shown["names"]} names
 * @param {(name: string) => string} colour
 */
async function drawFaces(context, { image1, image2 }, names, colour) {
  context.font = font(18);
  for (const [left, photo, name] of /** @type {const} */ ([
    [MARGIN, image1, names.image1],
    [WIDTH - MARGIN - FACE, image2, names.image2],
  ])) {
    const { chip } = comparedFace(photo);
    if (chip) context.drawImage(await decodedChip(chip), left, MARGIN, FACE, FACE);
    context.fillStyle = colour("--text-soft");
    context.fillText(shortened(name), left + FACE / 2, MARGIN + FACE + 30, FACE);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../service/types.js").Comparison} comparison
 * @param {(name: string) => string} colour
 */
function drawWords(context, comparison, colour) {
  const { call, headline, figures, score } = verdictWords(comparison);
  const facts = factLines(comparison);
  context.fillStyle = colour(COLOURS[call]);
  context.font = font(130, 700);
  context.fillText(SIGNS[call], WIDTH / 2, MARGIN + FACE / 2 + 45);
  context.font = font(40, 700);
  context.fillText(headline, WIDTH / 2, MARGIN + FACE + 90, WIDTH - 2 * MARGIN);
  context.fillStyle = colour("--text");
  context.font = font(20);
  const measured = [
    texts.distanceLabel(figures.distance),
    texts.thresholdLabel(figures.threshold),
    score,
  ];
  context.fillText(measured.filter(Boolean).join(" · "), WIDTH / 2, MARGIN + FACE + 128);
  context.fillStyle = colour("--text-soft");
  context.font = font(15);
  for (const [index, line] of [...facts, texts.notProof].entries()) {
    const top = HEIGHT - MARGIN / 2 - SMALL_LINE * (facts.length - index);
    context.fillText(line, WIDTH / 2, top, WIDTH - 2 * MARGIN);
  }
}

/** @param {number} size  px */
function font(size, weight = 400) {
  return `${weight} ${size}px system-ui, sans-serif`;
}

/** @param {string} name */
function shortened(name) {
  return name.length > 36 ? `${name.slice(0, 20)}…${name.slice(-14)}` : name;
}
