/** One photo's place: loading it, showing it, and saying what was found in it. */

import { fromTemplate, partsOf, showFileName } from "../dom.js";
import { pictureOf } from "../service/operations.js";
import { texts } from "../texts.js";
import { FaceButtons } from "./face-buttons.js";
import { acceptChosen, acceptDrops } from "./files.js";
import { Overlay } from "./overlay.js";
import { captionsOf } from "./photo-captions.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("./overlay.js").Layers} Layers */
/** @typedef {import("./photo.js").Photo} Photo */
/** @typedef {import("./photo-captions.js").Shown} Shown */

/**
 * @typedef {object} PickerView
 * @property {Photo | null} photo
 * @property {PhotoResult | null} result
 * @property {string} error
 * @property {boolean} [chosen]  whether the visitor chose the compared face
 * @property {Layers} [layers]
 *
 * @typedef {object} Callbacks
 * @property {(file: File) => void} onFile
 * @property {(files: File[]) => void} [onFiles]  that are dropped here, where several have a place
 * @property {() => void} [onRemove]
 * @property {(place: number) => void} [onFace]
 */

export class PhotoPicker {
  #title;
  #onFile;
  #onFiles;
  #onRemove;
  #parts;
  #overlay;
  #faceButtons;
  /** @type {PickerView} */
  #view = { photo: null, result: null, error: "" };
  /** @type {Shown} */
  #shown = "empty";
  #sentBytes = 0; // of the photo, once that is known
  #servicePicture = ""; // its URL, where the browser cannot show the photo

  /** @param {string} title  what the place is called @param {Callbacks} callbacks */
  constructor(title, { onFile, onFiles, onRemove, onFace = () => {} }) {
    this.element = fromTemplate("photo-slot");
    this.#title = title;
    this.#onFile = onFile;
    this.#onFiles = onFiles ?? (([one]) => one && onFile(one));
    this.#onRemove = onRemove;
    this.#parts = partsOf(this.element);
    this.#overlay = new Overlay(this.#parts.overlay, this.#parts.picture);
    this.#faceButtons = new FaceButtons(this.#parts.faces, this.#parts.picture, onFace);
    this.#name();
    this.#listen();
    this.#setShown("empty");
  }

  /** @param {PickerView} view */
  render(view) {
    const changed = view.photo !== this.#view.photo;
    this.#view = view;
    if (changed && view.photo) this.#showPicture(view.photo);
    if (!view.photo) this.#showNothing();
    this.#overlay.show(view.result, view.layers);
    this.#faceButtons.show(view.result);
    this.#showError(view.error);
    const { load, removePhoto } = this.#parts;
    load.textContent = (view.photo ? texts.replace : texts.load)(this.#title);
    removePhoto.hidden = !view.photo || !this.#onRemove;
    this.#describe();
  }

  #name() {
    const { camera, removePhoto } = this.#parts;
    this.element.setAttribute("aria-label", this.#title);
    camera.setAttribute("aria-label", texts.takeWithCamera(this.#title));
    camera.title = texts.takeWithCamera(this.#title);
    removePhoto.setAttribute("aria-label", texts.removePhoto(this.#title));
    removePhoto.title = texts.removePhoto(this.#title);
  }

  #listen() {
    const { load, camera, frame, file, picture, removePhoto } = this.#parts;
    const open = () => file.click();
    load.addEventListener("click", open);
    frame.addEventListener("click", () => this.#shown === "empty" && open());
    camera.addEventListener("click", () => this.#takePhoto());
    acceptChosen(file, ([chosen]) => this.#onFile(chosen));
    acceptDrops(this.element, (files) => this.#onFiles(files));
    removePhoto.addEventListener("click", () => {
      this.#onRemove?.();
      load.focus();
    });
    picture.addEventListener("load", () => {
      this.#setShown(this.#servicePicture ? "by-service" : "shown");
    });
    picture.addEventListener("error", () => this.#askService());
  }

  async #takePhoto() {
    const taken = await this.#cameraPhoto();
    if (taken === "choose") this.#parts.file.click();
    else if (taken) this.#onFile(taken);
  }

  /** The camera's module is loaded when it is first used. */
  async #cameraPhoto() {
    try {
      const { takePhoto } = await import("./camera.js");
      return await takePhoto();
    } catch (cause) {
      console.error(cause);
      this.#showError(texts.cameraFailure.unloaded);
      return null;
    }
  }

  /** @param {string} error */
  #showError(error) {
    this.#parts.error.textContent = error && texts.errorOf(this.#title, error);
  }

  /** @param {Shown} shown */
  #setShown(shown) {
    const { frame, placeholderText } = this.#parts;
    this.#shown = shown;
    frame.dataset.state = shown; // photos.css shows the photo or the placeholder by it
    placeholderText.textContent = shown === "unviewable" ? texts.unviewable : texts.noPhoto;
    this.#describe();
  }

  /** @param {Photo} photo */
  async #showPicture({ url, file, ready }) {
    const { picture } = this.#parts;
    this.#sentBytes = 0;
    this.#forgetServicePicture();
    picture.src = url;
    picture.alt = texts.pictureOf(this.#title, file.name);
    const { size } = await ready;
    if (this.#view.photo?.url !== url) return;
    this.#sentBytes = size;
    this.#describe();
  }

  #showNothing() {
    this.#forgetServicePicture();
    this.#parts.picture.removeAttribute("src");
    this.#setShown("empty");
  }

  async #askService() {
    this.#setShown("unviewable");
    const { photo } = this.#view;
    if (this.#servicePicture || !photo || !mayBePicture(photo.file)) return;
    const picture = await pictureOf(photo.file);
    if (!picture || photo !== this.#view.photo) return;
    this.#servicePicture = URL.createObjectURL(picture);
    this.#parts.picture.src = this.#servicePicture;
  }

  #forgetServicePicture() {
    if (this.#servicePicture) URL.revokeObjectURL(this.#servicePicture);
    this.#servicePicture = "";
  }

  #describe() {
    const parts = this.#parts;
    const captions = captionsOf({
      ...this.#view,
      shown: this.#shown,
      picture: parts.picture,
      sentBytes: this.#sentBytes,
    });
    showFileName(parts.name, captions.name);
    parts.credit.textContent = captions.credit;
    parts.facts.textContent = captions.facts;
    parts.found.textContent = captions.found;
  }
}

/**
 * Browsers name no type where they know none, as for HEIC on most systems.
 * @param {File} file
 */
function mayBePicture({ type }) {
  return type === "" || type.startsWith("image/");
}
