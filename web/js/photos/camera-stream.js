/** The device's camera as a stream that can be switched and stopped. No DOM. */

/** @typedef {"user" | "environment"} Facing  the camera on the screen's side, or on the other */

/** More than the service needs; a camera that has less gives what it has. */
const SIZE = { width: { ideal: 1920 }, height: { ideal: 1440 } };

export class CameraStream {
  /** @type {Facing} */
  facing = "user";
  #devices;
  /** @type {MediaStream | null} */
  #stream = null;
  #attempt = 0;

  /** @param {MediaDevices | undefined} devices  browsers have none on pages without https */
  constructor(devices = navigator.mediaDevices) {
    this.#devices = devices;
  }

  /** The stream that is open, if one is. */
  get current() {
    return this.#stream;
  }

  /**
   * Open the camera anew. Until that is done or has failed, another opening or stop may replace it.
   * @returns {Promise<MediaStream | null>}  null when it was replaced
   */
  async open() {
    this.stop();
    const attempt = this.#attempt;
    try {
      const stream = await this.#request();
      if (attempt === this.#attempt) this.#stream = stream;
      else stopTracks(stream); // it opened too late
      return attempt === this.#attempt ? stream : null;
    } catch (error) {
      if (attempt !== this.#attempt) return null;
      throw error;
    }
  }

  switchSide() {
    this.facing = this.facing === "user" ? "environment" : "user";
  }

  stop() {
    this.#attempt += 1;
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = null;
  }

  async countCameras() {
    const devices = (await this.#devices?.enumerateDevices()) ?? [];
    return devices.filter(({ kind }) => kind === "videoinput").length;
  }

  async #request() {
    if (!this.#devices) throw new DOMException("", "insecure");
    const video = { ...SIZE, facingMode: { ideal: this.facing } };
    return this.#devices.getUserMedia({ video });
  }
}

/** @param {MediaStream} stream */
function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}
