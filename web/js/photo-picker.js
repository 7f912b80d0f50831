/** One photo's place: loading it, showing it, and saying what was found in it. */

import { fromTemplate, partsOf } from "./dom.js";
import { fileSize, number } from "./format.js";
import { createOverlay, sameShape } from "./overlay.js";
import { texts } from "./texts.js";

/** @typedef {import("./api.js").PhotoName} PhotoName */
/** @typedef {import("./api.js").PhotoResult} PhotoResult */
/** @typedef {{file: File, url: string}} Photo  url shows the file's bytes */
/** @typedef {{photo: Photo | null, result: PhotoResult | null, error: string}} View */

/**
 * @param {PhotoName} name
 * @param {(file: File) => void} onChoose
 */
export function createPhotoPicker(name, onChoose) {
  const slot = fromTemplate("photo-slot");
  const parts = partsOf(slot);
  const overlay = createOverlay(parts.overlay, parts.picture);
  /** @type {View} */
  let view = { photo: null, result: null, error: "" };

  /** @param {"empty" | "shown" | "unviewable"} state */
  const enter = (state) => {
    parts.frame.dataset.state = state; // photos.css shows the photo or the placeholder by it
    parts.placeholderText.textContent = state === "unviewable" ? texts.unviewable : texts.noPhoto;
    describe(parts, view);
  };

  slot.setAttribute("aria-label", texts.photoName[name]);
  parts.load.textContent = texts.load[name];
  listenForFiles(slot, parts, onChoose);
  parts.picture.addEventListener("load", () => enter("shown"));
  parts.picture.addEventListener("error", () => enter("unviewable"));
  enter("empty");

  return {
    element: slot,
    /** @param {View} next */
    render(next) {
      const changed = next.photo !== view.photo;
      view = next;
      if (changed) showPicture(parts.picture, name, view.photo);
      overlay.show(view.result);
      parts.error.textContent = view.error && texts.errorOf(texts.photoName[name], view.error);
      describe(parts, view);
    },
  };
}

function showPicture(picture, name, photo) {
  picture.src = photo.url;
  picture.alt = texts.pictureOf(texts.photoName[name], photo.file.name);
}

function describe(parts, { photo, result }) {
  parts.name.textContent = photo?.file.name ?? "";
  parts.facts.textContent = photo ? photoFacts(photo, parts) : "";
  parts.found.textContent = result ? foundFacts(result, parts) : "";
}

function photoFacts({ file }, { frame, picture }) {
  const size = fileSize(file.size);
  if (frame.dataset.state !== "shown") return size;
  return texts.photoFacts(number(picture.naturalWidth), number(picture.naturalHeight), size);
}

function foundFacts(result, { frame, picture }) {
  const shown = frame.dataset.state === "shown";
  const drawn = shown && sameShape(result, picture);
  const facts = countOf(result.faces.length, drawn);
  return shown && !drawn ? `${facts}. ${texts.notDrawn}` : facts;
}

function countOf(faces, drawn) {
  if (faces === 1) return texts.oneFaceFound;
  return drawn ? texts.facesFoundAndDrawn(faces) : texts.facesFound(faces);
}

/**
 * @param {HTMLElement} slot
 * @param {Record<string, any>} parts
 * @param {(file: File) => void} onChoose
 */
function listenForFiles(slot, { load, frame, file }, onChoose) {
  const open = () => file.click();
  load.addEventListener("click", open);
  frame.addEventListener("click", () => frame.dataset.state === "empty" && open());
  file.addEventListener("change", () => {
    if (file.files.length) onChoose(file.files[0]);
    file.value = ""; // so that the same file can be chosen again
  });
  acceptDrops(slot, onChoose);
}

function acceptDrops(slot, onChoose) {
  const mark = (on) => slot.classList.toggle("dropping", on);
  slot.addEventListener("dragover", () => mark(true));
  slot.addEventListener("dragleave", (event) => mark(slot.contains(event.relatedTarget)));
  slot.addEventListener("drop", (event) => {
    mark(false);
    const [file] = event.dataTransfer.files;
    if (file) onChoose(file);
  });
}
