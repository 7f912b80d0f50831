/** The aligned faces side by side, each with what makes it unfit. */

import { fromTemplate, partsOf, withText } from "../dom.js";
import { texts } from "../texts.js";
import { warningsOf } from "./call.js";

/** @typedef {import("../service/types.js").Face} Face */
/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */

/** @param {HTMLElement} root */
export function createCrops(root) {
  const parts = partsOf(root);
  return {
    /** @param {[string, PhotoResult][]} photos  each with its title */
    render(photos) {
      root.hidden = photos.length === 0;
      parts.crops.replaceChildren(
        ...photos.map(([title, photo]) => crop(title, comparedFace(photo))),
      );
    },
  };
}

/** @param {PhotoResult} photo  as checked, it has one */
export function comparedFace(photo) {
  return /** @type {Face} */ (photo.faces.find((face) => face.compared));
}

/** @param {string} picture  a PNG in base64 @returns {string}  its address */
export function pngUrl(picture) {
  return `data:image/png;base64,${picture}`;
}

/** @param {string} chip  a PNG in base64 @returns {Promise<HTMLImageElement>}  ready to be drawn */
export async function decodedChip(chip) {
  const picture = new Image();
  picture.src = pngUrl(chip);
  await picture.decode();
  return picture;
}

/** @param {string} title @param {Face} face */
function crop(title, face) {
  const figure = fromTemplate("face-crop");
  const parts = partsOf(figure);
  const warnings = warningsOf(face.quality);
  if (face.chip) parts.chip.src = pngUrl(face.chip);
  parts.chip.hidden = !face.chip;
  parts.chip.alt = texts.cropOf(title);
  parts.title.textContent = title;
  parts.warnings.append(...warnings.map((text) => withText("li", text)));
  parts.fine.hidden = warnings.length > 0;
  return figure;
}
