/** The two aligned faces side by side, each with what makes it unfit. */

import { fromTemplate, partsOf } from "./dom.js";
import { warningsOf } from "./quality.js";
import { texts } from "./texts.js";

/** @typedef {import("./api.js").Comparison} Comparison */
/** @typedef {import("./api.js").Face} Face */
/** @typedef {import("./api.js").PhotoName} PhotoName */

/** @type {PhotoName[]} */
const NAMES = ["image1", "image2"];

/** @param {HTMLElement} root */
export function createFaces(root) {
  const parts = partsOf(root);
  return {
    /** @param {Comparison | null} comparison */
    render(comparison) {
      root.hidden = !comparison;
      parts.crops.replaceChildren(...(comparison ? cropsOf(comparison) : []));
    },
  };
}

function cropsOf(comparison) {
  return NAMES.map((name) => crop(name, comparedFace(comparison[name])));
}

function comparedFace(photo) {
  return photo.faces.find((face) => face.compared);
}

/** @param {PhotoName} name @param {Face} face */
function crop(name, face) {
  const figure = fromTemplate("face-crop");
  const parts = partsOf(figure);
  const warnings = warningsOf(face.quality);
  if (face.chip) parts.chip.src = `data:image/png;base64,${face.chip}`;
  parts.chip.hidden = !face.chip;
  parts.chip.alt = texts.cropOf(texts.photoName[name]);
  parts.title.textContent = texts.photoName[name];
  parts.warnings.append(...warnings.map(listItem));
  parts.fine.hidden = warnings.length > 0;
  return figure;
}

function listItem(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}
