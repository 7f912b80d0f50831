/** The faces of a photo with several, the most alike first, each with its score; pressing one compares it. */

import { withText } from "../dom.js";
import { number } from "../format.js";
import { texts } from "../texts.js";
import { pngUrl } from "./crops.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").Face} Face */
/** @typedef {"image1" | "image2"} Name */
/** @typedef {{place: number, face: Face, distance: number, score: number | null}} Ranked */

const NAMES = /** @type {const} */ (["image1", "image2"]);

/** Whose button had the focus when it was pressed. @type {{name: Name, place: number} | null} */
let chosen = null;

/**
 * @param {HTMLElement} root
 * @param {import("./verdict.js").Shown} shown
 * @param {import("./verdict.js").OnFace} onFace
 */
export function renderStrips(root, { comparison, reopened }, onFace) {
  const several = reopened ? [] : NAMES.filter((name) => comparison[name].faces.length > 1);
  root.replaceChildren(...several.flatMap((name) => strip(comparison, name, onFace)));
  if (!chosen || document.activeElement !== document.body) return;
  const button = root.querySelector(`[data-face="${chosen.name} ${chosen.place}"]`);
  if (button instanceof HTMLElement) button.focus({ preventScroll: true });
  chosen = null;
}

/** @param {Comparison} comparison @param {Name} name @param {import("./verdict.js").OnFace} onFace */
function strip(comparison, name, onFace) {
  const list = document.createElement("ol");
  const words = withText("p", texts.strip(texts.photoName[name]));
  words.className = "soft";
  list.className = "strip";
  list.append(
    ...rankedFaces(comparison, name).map((ranked) =>
      item(ranked, comparison[name].faces.length, name, onFace),
    ),
  );
  return [words, list];
}

/**
 * The nearest pair of each face; faces that were held against none come last.
 * @param {Pick<Comparison, "pairs"> & Record<Name, {faces: Face[]}>} comparison
 * @param {Name} name
 * @returns {Ranked[]}
 */
export function rankedFaces({ pairs = [], ...photos }, name) {
  const side = name === "image1" ? "face1" : "face2";
  const ranked = photos[name].faces.map((face, place) => {
    const nearest = pairs.find((pair) => pair[side] === place); // they are told nearest first
    const distance = nearest?.combined_distance ?? nearest?.distance ?? Infinity;
    return { place, face, distance, score: nearest?.score ?? null };
  });
  return ranked.sort((one, other) => one.distance - other.distance || one.place - other.place);
}

/** @param {Ranked} ranked @param {number} count @param {Name} name @param {import("./verdict.js").OnFace} onFace */
function item({ place, face, distance, score }, count, name, onFace) {
  const told = score === null ? distanceWords(distance) : texts.stripScore(number(score));
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.face = `${name} ${place}`;
  button.setAttribute("aria-label", texts.stripFace(place + 1, count, told));
  button.setAttribute("aria-pressed", String(face.compared));
  if (face.chip)
    button.append(Object.assign(new Image(72, 72), { alt: "", src: pngUrl(face.chip) }));
  button.append(withText("span", told));
  button.addEventListener("click", () => {
    if (face.compared) return;
    chosen = { name, place };
    onFace(name, place);
  });
  const element = document.createElement("li");
  element.append(button);
  return element;
}

/** @param {number} distance */
function distanceWords(distance) {
  return Number.isFinite(distance) ? texts.distanceLabel(number(distance, 2)) : "–";
}
