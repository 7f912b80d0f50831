/** Buttons over the faces of a photo with several: another face is compared by pressing its own. */

import { texts } from "../texts.js";
import { boxOnScreen, placementOf, sameShape } from "./geometry.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/types.js").Face} Face */

export class FaceButtons {
  #root;
  #picture;
  #onChoose;
  /** @type {PhotoResult | null} */
  #result = null;
  #chosen = -1; // the face whose button had the focus when it was pressed

  /**
   * @param {HTMLElement} root  lies exactly over the picture
   * @param {HTMLImageElement} picture
   * @param {(place: number) => void} onChoose
   */
  constructor(root, picture, onChoose) {
    this.#root = root;
    this.#picture = picture;
    this.#onChoose = onChoose;
    new ResizeObserver(() => this.#arrange()).observe(root);
    picture.addEventListener("load", () => this.#refill());
  }

  /** @param {PhotoResult | null} result */
  show(result) {
    if (result === this.#result) return;
    this.#result = result;
    this.#refill();
  }

  #refill() {
    const faces = this.#result?.faces ?? [];
    const several = faces.length > 1 && this.#result && sameShape(this.#result, this.#picture);
    const buttons = several ? faces.map((face, index) => this.#button(face, index)) : [];
    this.#root.replaceChildren(...buttons);
    this.#arrange();
    const chosen = buttons[this.#chosen];
    if (!chosen) return;
    this.#chosen = -1;
    if (document.activeElement === document.body) chosen.focus({ preventScroll: true });
  }

  /** @param {Face} face @param {number} index */
  #button(face, index) {
    const button = document.createElement("button");
    const words = face.compared ? texts.comparedFace : texts.compareFace;
    button.type = "button";
    button.className = "face";
    button.setAttribute("aria-label", words(index + 1, this.#result?.faces.length ?? 0));
    button.setAttribute("aria-pressed", String(face.compared));
    button.addEventListener("click", () => {
      if (face.compared) return;
      this.#chosen = index;
      this.#onChoose(index);
    });
    return button;
  }

  #arrange() {
    if (!this.#result) return;
    const frame = { width: this.#root.clientWidth, height: this.#root.clientHeight };
    const placement = placementOf(this.#result, frame);
    for (const [index, button] of [...this.#root.children].entries()) {
      const face = this.#result.faces[index];
      if (face) put(/** @type {HTMLElement} */ (button), boxOnScreen(face.box, placement));
    }
  }
}

/** @param {HTMLElement} element @param {import("./geometry.js").Box} box */
function put(element, { left, top, width, height }) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}
