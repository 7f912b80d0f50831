/** Taking a photo with the device's camera, in a dialogue. */

import { byId, partsOf } from "../dom.js";
import { texts } from "../texts.js";
import { jpeg } from "./shrink.js";

/** @typedef {"user" | "environment"} Facing  the camera on the screen's side, or on the other */

const QUALITY = 0.95;
/** More than the service needs; a camera that has less gives what it has. */
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1440 } };

/**
 * @returns {Promise<File | "choose" | null>}  the photo; or the wish to choose a file; or nothing
 */
export async function takePhoto() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("camera"));
  const camera = createCamera(dialog);
  try {
    return await camera.result;
  } finally {
    camera.stop();
  }
}

function createCamera(dialog) {
  const parts = partsOf(dialog);
  const listening = new AbortController();
  /** @type {MediaStream | null} */
  let stream = null;
  /** @type {Facing} */
  let facing = "user";
  let attempt = 0;

  const stopStream = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = parts.video.srcObject = null;
  };

  const start = async () => {
    const mine = (attempt += 1);
    stopStream();
    render(parts, { live: false, words: texts.cameraStarting, facing });
    try {
      const opened = await open(facing);
      if (mine !== attempt) return opened.getTracks().forEach((track) => track.stop());
      stream = parts.video.srcObject = opened;
      await parts.video.play();
      render(parts, { live: true, words: "", facing });
      parts.switch.hidden = (await countCameras()) < 2;
    } catch (error) {
      if (mine === attempt) render(parts, { live: false, words: wordsFor(error), facing });
    }
  };

  const result = new Promise((resolve) => {
    /** @type {File | "choose" | null} */
    let taken = null;
    const on = (target, kind, act) => target.addEventListener(kind, act, { signal: listening.signal });
    on(parts.capture, "click", async () => {
      taken = await capture(parts.video);
      dialog.close();
    });
    on(parts.switch, "click", () => {
      facing = facing === "user" ? "environment" : "user";
      start();
    });
    on(parts.choose, "click", () => {
      taken = "choose";
      dialog.close();
    });
    on(parts.cancel, "click", () => dialog.close());
    on(dialog, "close", () => resolve(taken));
  });

  dialog.showModal();
  start();
  return {
    result,
    stop() {
      attempt += 1; // a camera that opens after this is closed at once
      listening.abort();
      stopStream();
    },
  };
}

/** @param {Facing} facing */
function open(facing) {
  if (!navigator.mediaDevices) throw new DOMException("", "insecure");
  const video = { ...SIZE, facingMode: { ideal: facing } };
  return navigator.mediaDevices.getUserMedia({ video });
}

async function countCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === "videoinput").length;
}

function render(parts, { live, words, facing }) {
  parts.words.textContent = words;
  parts.video.hidden = !live;
  parts.video.dataset.facing = facing; // photos.css mirrors the visitor's own picture
  if (!live) parts.switch.hidden = true;
  parts.capture.hidden = !live;
  if (live) parts.capture.focus();
}

function wordsFor(error) {
  return texts.cameraFailure[error.name] ?? texts.cameraFailure.other;
}

/** @param {HTMLVideoElement} video */
async function capture(video) {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new File([await jpeg(canvas, QUALITY)], texts.cameraFile, { type: "image/jpeg" });
}
