/** A comparison as the tab's history keeps it: with small pictures of the two compared faces, and no others. */

import { contextOf, emptyCanvas, jpeg } from "../photos/photo.js";
import { addTabEntry } from "../tab-history.js";
import { comparedFace } from "./crops.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */

const SIDE_PX = 100;

/** @type {Promise<unknown>} */
let keeping = Promise.resolve();

/** When all that is being kept is there. */
export function whenKept() {
  return keeping;
}

/**
 * @param {string} one  the photos' file names
 * @param {string} other
 * @param {Comparison} comparison
 */
export function keepComparison(one, other, comparison) {
  keeping = Promise.all([keeping, keep(one, other, comparison)]);
}

/** @param {string} one @param {string} other @param {Comparison} comparison */
async function keep(one, other, comparison) {
  const photos = [comparison.image1, comparison.image2];
  const faces = await Promise.all(photos.map((photo) => small(comparedFace(photo).chip)));
  const [image1, image2] = photos.map((photo, index) => withFace(photo, faces[index] ?? ""));
  if (!image1 || !image2) return;
  addTabEntry(one, other, comparison, { faces, comparison: { ...comparison, image1, image2 } });
}

/**
 * @param {string | null} chip
 * @returns {Promise<string>}  a JPEG in base64, empty where there is no chip
 */
async function small(chip) {
  if (!chip) return "";
  const picture = new Image();
  picture.src = `data:image/png;base64,${chip}`;
  await picture.decode();
  const canvas = emptyCanvas({ width: SIDE_PX, height: SIDE_PX });
  contextOf(canvas).drawImage(picture, 0, 0, SIDE_PX, SIDE_PX);
  const bytes = new Uint8Array(await (await jpeg(canvas, 0.8)).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

/** @param {PhotoResult} photo @param {string} face @returns {PhotoResult} */
function withFace(photo, face) {
  const faces = photo.faces.map((each) => ({
    ...each,
    landmarks68: null,
    chip: each.compared && face ? face : null,
  }));
  return { ...photo, faces };
}
