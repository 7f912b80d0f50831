/** Buttons over the faces of a photo with several: another face is compared by pressing its own. */

import { texts } from "../texts.js";
import { placeOf, sameShape } from "./overlay.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */

/**
 * @param {HTMLElement} root  lies exactly over the picture
 * @param {HTMLImageElement} picture
 * @param {(place: number) => void} onChoose
 */
export function createFaceButtons(root, picture, onChoose) {
  /** @type {PhotoResult | null} */
  let result = null;
  const arrange = () => {
    if (!result) return;
    const place = placeOf(result, root.clientWidth, root.clientHeight);
    [...root.children].forEach((button, index) => put(button, result.faces[index].box, place));
  };
  const refill = () => {
    const several = result && result.faces.length > 1 && sameShape(result, picture);
    root.replaceChildren(...(several ? result.faces.map(button) : []));
    if (several) arrange();
  };
  const button = (face, index, { length }) => {
    const element = document.createElement("button");
    const words = face.compared ? texts.comparedFace : texts.compareFace;
    element.type = "button";
    element.className = "face";
    element.setAttribute("aria-label", words(index + 1, length));
    element.setAttribute("aria-pressed", String(face.compared));
    element.addEventListener("click", () => !face.compared && onChoose(index));
    return element;
  };
  new ResizeObserver(arrange).observe(root);
  picture.addEventListener("load", refill);
  return {
    /** @param {PhotoResult | null} next */
    show(next) {
      if (next === result) return;
      result = next;
      refill();
    },
  };
}

function put(element, box, { scale, left, top }) {
  element.style.left = `${left + box.left * scale}px`;
  element.style.top = `${top + box.top * scale}px`;
  element.style.width = `${box.width * scale}px`;
  element.style.height = `${box.height * scale}px`;
}
