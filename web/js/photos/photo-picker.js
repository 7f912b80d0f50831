/** One photo's place: loading it, showing it, and saying what was found in it. */

import { fromTemplate, partsOf } from "../dom.js";
import { fileSize, number } from "../format.js";
import { pictureOf } from "../service/api.js";
import { texts } from "../texts.js";
import { takePhoto } from "./camera.js";
import { createFaceButtons } from "./face-buttons.js";
import { acceptChosen, acceptDrops } from "./files.js";
import { createOverlay, sameShape } from "./overlay.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("./overlay.js").Layers} Layers */
/** @typedef {import("./photo.js").Photo} Photo */
/**
 * @typedef {object} View
 * @property {Photo | null} photo
 * @property {PhotoResult | null} result
 * @property {string} error
 * @property {boolean} [chosen]  whether the visitor chose the compared face
 * @property {Layers} [layers]
 *
 * @typedef {"empty" | "shown" | "by-service" | "unviewable"} Shown
 */

/**
 * @param {string} title  what the place is called
 * @param {{onFile: (file: File) => void, onFace?: (place: number) => void}} callbacks
 */
export function createPhotoPicker(title, { onFile, onFace = () => {} }) {
  const slot = fromTemplate("photo-slot");
  const parts = partsOf(slot);
  const overlay = createOverlay(parts.overlay, parts.picture);
  const faceButtons = createFaceButtons(parts.faces, parts.picture, onFace);
  /** @type {View} */
  let view = { photo: null, result: null, error: "" };
  let sent = 0; // bytes of the photo as it is sent, once that is known
  let servicePicture = "";

  /** @param {Shown} shown */
  const enter = (shown) => {
    parts.frame.dataset.state = shown; // photos.css shows the photo or the placeholder by it
    parts.placeholderText.textContent = shown === "unviewable" ? texts.unviewable : texts.noPhoto;
    describe(parts, view, sent);
  };
  const forgetServicePicture = () => {
    if (servicePicture) URL.revokeObjectURL(servicePicture);
    servicePicture = "";
  };
  const showPicture = async ({ url, file, ready }) => {
    sent = 0;
    forgetServicePicture();
    parts.picture.src = url;
    parts.picture.alt = texts.pictureOf(title, file.name);
    const blob = await ready;
    if (view.photo?.url !== url) return;
    sent = blob.size;
    describe(parts, view, sent);
  };
  const askService = async () => {
    enter("unviewable");
    const { photo } = view;
    if (servicePicture || !photo || !mayBePicture(photo.file)) return;
    const picture = await pictureOf(photo.file);
    if (!picture || photo !== view.photo) return;
    servicePicture = URL.createObjectURL(picture);
    parts.picture.src = servicePicture;
  };

  name(slot, parts, title);
  listen(slot, parts, onFile);
  parts.picture.addEventListener("load", () => enter(servicePicture ? "by-service" : "shown"));
  parts.picture.addEventListener("error", askService);
  enter("empty");

  return {
    element: slot,
    /** Open the file dialogue. */
    choose: () => parts.file.click(),
    /** @param {View} next */
    render(next) {
      const changed = next.photo !== view.photo;
      view = next;
      if (changed && view.photo) showPicture(view.photo);
      if (!view.photo) {
        forgetServicePicture();
        parts.picture.removeAttribute("src");
        enter("empty");
      }
      overlay.show(view.result, view.layers);
      faceButtons.show(view.result);
      parts.error.textContent = view.error && texts.errorOf(title, view.error);
      describe(parts, view, sent);
    },
  };
}

/** Browsers name no type where they know none, as for HEIC on most systems. */
function mayBePicture({ type }) {
  return type === "" || type.startsWith("image/");
}

function name(slot, parts, title) {
  slot.setAttribute("aria-label", title);
  parts.load.textContent = texts.load(title);
  parts.camera.setAttribute("aria-label", texts.takeWithCamera(title));
  parts.camera.title = texts.takeWithCamera(title);
}

/** @param {HTMLElement} slot @param {Record<string, any>} parts @param {(file: File) => void} onFile */
function listen(slot, { load, camera, frame, file }, onFile) {
  const open = () => file.click();
  load.addEventListener("click", open);
  frame.addEventListener("click", () => frame.dataset.state === "empty" && open());
  camera.addEventListener("click", async () => {
    const taken = await takePhoto();
    if (taken === "choose") open();
    else if (taken) onFile(taken);
  });
  acceptChosen(file, ([chosen]) => onFile(chosen));
  acceptDrops(slot, ([dropped]) => onFile(dropped));
}

function describe(parts, view, sent) {
  const { photo, result } = view;
  parts.name.textContent = photo?.file.name ?? "";
  parts.credit.textContent = photo?.credit ?? "";
  parts.facts.textContent = photo ? photoFacts(photo, parts, sent) : "";
  parts.found.textContent = result ? foundFacts(view, parts) : "";
}

function photoFacts({ file }, { frame, picture }, sent) {
  const size = fileSize(file.size);
  if (frame.dataset.state === "by-service") return texts.errorOf(size, texts.shownByService);
  if (frame.dataset.state !== "shown") return size;
  const facts = texts.photoFacts(number(picture.naturalWidth), number(picture.naturalHeight), size);
  return sent && sent !== file.size ? texts.sentAs(facts, fileSize(sent)) : facts;
}

function foundFacts({ result, chosen }, { frame, picture }) {
  const shown = frame.dataset.state !== "unviewable";
  const drawn = shown && sameShape(result, picture);
  const facts = countOf(result.faces.length, drawn, chosen);
  return shown && !drawn ? `${facts}. ${texts.notDrawn}` : facts;
}

function countOf(faces, drawn, chosen) {
  if (faces === 1) return texts.oneFaceFound;
  if (!drawn) return texts.facesFound(faces);
  const words = chosen ? texts.facesFoundAndChosen(faces) : texts.facesFoundAndDrawn(faces);
  return `${words}. ${texts.chooseAnother}`;
}
