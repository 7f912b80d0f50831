/** A comparison as the tab's history keeps it: with small pictures of the two compared faces, and no others. */

import { contextOf, emptyCanvas, jpeg } from "../photos/photo.js";
import { addFacesToEntry, addTabEntry } from "../tab-history.js";
import { comparedFace, decodedChip } from "./crops.js";

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
 * At once, so that a reload loses nothing; the faces follow when their pictures are there.
 * @param {string} one  the photos' file names
 * @param {string} other
 * @param {Comparison} comparison
 */
export function keepComparison(one, other, comparison) {
  addTabEntry(one, other, comparison, { comparison: withFaces(comparison, "", "") });
  keeping = Promise.all([keeping, addFaces(comparison)]);
}

/** @param {Comparison} comparison */
async function addFaces(comparison) {
  const { image1, image2 } = comparison;
  const [one, other] = await Promise.all([small(image1), small(image2)]);
  addFacesToEntry({ faces: [one, other], comparison: withFaces(comparison, one, other) });
}

/**
 * @param {PhotoResult} photo
 * @returns {Promise<string>}  the compared face as a JPEG in base64, empty where there is no chip
 */
async function small(photo) {
  const { chip } = comparedFace(photo);
  if (!chip) return "";
  const picture = await decodedChip(chip);
  const canvas = emptyCanvas({ width: SIDE_PX, height: SIDE_PX });
  contextOf(canvas).drawImage(picture, 0, 0, SIDE_PX, SIDE_PX);
  const bytes = new Uint8Array(await (await jpeg(canvas, 0.8)).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

/** @param {Comparison} comparison @param {string} one @param {string} other @returns {Comparison} */
function withFaces(comparison, one, other) {
  const further = (comparison.further ?? []).map((photo) => withFace(photo, ""));
  const image1 = withFace(comparison.image1, one);
  return { ...comparison, image1, image2: withFace(comparison.image2, other), further };
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
