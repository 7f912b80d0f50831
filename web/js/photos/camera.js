/** Taking a photo with the device's camera, in a dialogue. */

import { showDialog } from "../dialog.js";
import { dialogById, partsOf } from "../dom.js";
import { texts } from "../texts.js";
import { CameraStream } from "./camera-stream.js";
import { contextOf, emptyCanvas, jpeg } from "./photo.js";

/** @typedef {{live: boolean, words: string}} CameraView */

const QUALITY = 0.95;

/**
 * @returns {Promise<File | "choose" | null>}  the photo; or "choose", to choose a file; or nothing
 */
export async function takePhoto() {
  const camera = new CameraDialog(dialogById("camera"));
  try {
    return await camera.ask();
  } finally {
    camera.stop();
  }
}

class CameraDialog {
  #dialog;
  #parts;
  #stream = new CameraStream();
  /** @type {File | "choose" | null} */
  #taken = null;

  /** @param {HTMLDialogElement} dialog */
  constructor(dialog) {
    this.#dialog = dialog;
    this.#parts = partsOf(dialog);
  }

  async ask() {
    const closed = showDialog(this.#dialog, (on) => this.#listen(on));
    this.#start();
    await closed;
    return this.#taken;
  }

  stop() {
    this.#stream.stop();
    this.#parts.video.srcObject = null;
  }

  /** @param {import("../dialog.js").Listen} on */
  #listen(on) {
    const { capture, switch: other, choose, cancel, video } = this.#parts;
    on(capture, "click", async () => this.#close(await pictureFrom(video)));
    on(choose, "click", () => this.#close("choose"));
    on(cancel, "click", () => this.#close(null));
    on(other, "click", () => {
      this.#stream.switchSide();
      this.#start();
    });
  }

  /** @param {File | "choose" | null} taken */
  #close(taken) {
    this.#taken = taken;
    this.#dialog.close();
  }

  async #start() {
    const { video } = this.#parts;
    video.srcObject = null;
    this.#render({ live: false, words: texts.cameraStarting });
    /** @type {MediaStream | null} */
    let stream = null;
    try {
      stream = await this.#stream.open();
      if (!stream) return;
      video.srcObject = stream;
      await video.play();
      this.#render({ live: true, words: "" });
      this.#parts.switch.hidden = (await this.#stream.countCameras()) < 2;
    } catch (error) {
      const replaced = stream !== this.#stream.current;
      if (!replaced) this.#render({ live: false, words: wordsFor(error) });
    }
  }

  /** @param {CameraView} view */
  #render({ live, words }) {
    const parts = this.#parts;
    parts.words.textContent = words;
    parts.video.hidden = !live;
    parts.video.dataset.facing = this.#stream.facing; // photos.css mirrors the visitor's own picture
    if (!live) parts.switch.hidden = true;
    parts.capture.hidden = !live;
    if (live) parts.capture.focus();
  }
}

/** @param {unknown} error */
function wordsFor(error) {
  const words = /** @type {Record<string, string>} */ (texts.cameraFailure);
  return (error instanceof Error && words[error.name]) || texts.cameraFailure.other;
}

/** @param {HTMLVideoElement} video */
async function pictureFrom(video) {
  const canvas = emptyCanvas({ width: video.videoWidth, height: video.videoHeight });
  contextOf(canvas).drawImage(video, 0, 0);
  return new File([await jpeg(canvas, QUALITY)], texts.cameraFile, { type: "image/jpeg" });
}
