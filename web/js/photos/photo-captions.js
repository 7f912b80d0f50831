/** What is said beside a photo. No DOM. */

import { fileSize, number } from "../format.js";
import { texts } from "../texts.js";
import { sameShape } from "./geometry.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {"empty" | "shown" | "by-service" | "unviewable"} Shown */

/**
 * @typedef {object} CaptionedPhoto
 * @property {{file: {name: string, size: number}, credit: string} | null} photo
 * @property {PhotoResult | null} result
 * @property {boolean} [chosen]  whether the visitor chose the compared face
 * @property {Shown} shown  what the place shows
 * @property {{naturalWidth: number, naturalHeight: number}} picture  that is shown
 * @property {number} sentBytes  0 while that is not known
 */

/** @param {CaptionedPhoto} captioned */
export function captionsOf(captioned) {
  const { photo, result } = captioned;
  return {
    name: photo?.file.name ?? "",
    credit: photo?.credit ?? "",
    facts: photo ? factsText(photo.file.size, captioned) : "",
    found: result ? foundText(result, captioned) : "",
  };
}

/** @param {number} bytes @param {CaptionedPhoto} captioned */
function factsText(bytes, { shown, picture, sentBytes }) {
  const size = fileSize(bytes);
  if (shown === "by-service") return texts.errorOf(size, texts.shownByService);
  if (shown !== "shown") return size;
  const { naturalWidth, naturalHeight } = picture;
  const facts = texts.photoFacts(number(naturalWidth), number(naturalHeight), size);
  return sentBytes && sentBytes !== bytes ? texts.sentAs(facts, fileSize(sentBytes)) : facts;
}

/** @param {PhotoResult} result @param {CaptionedPhoto} captioned */
function foundText(result, { shown, picture, chosen = false }) {
  const viewable = shown !== "unviewable";
  const drawn = viewable && sameShape(result, picture);
  const facts = countText(result.faces.length, drawn, chosen);
  return viewable && !drawn ? `${facts}. ${texts.notDrawn}` : facts;
}

/** @param {number} faces @param {boolean} drawn @param {boolean} chosen */
function countText(faces, drawn, chosen) {
  if (faces === 1) return texts.oneFaceFound;
  if (!drawn) return texts.facesFound(faces);
  const words = chosen ? texts.facesFoundAndChosen(faces) : texts.facesFoundAndDrawn(faces);
  return `${words}. ${texts.chooseAnother}`;
}
