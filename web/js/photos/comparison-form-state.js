/** The state of a comparison form: its photos, the request under way, and what came of it. No DOM. */

import { errorOfPhoto, ServiceFailed, withoutPhoto } from "../service/failure.js";
import { texts } from "../texts.js";

/** @typedef {import("./overlay.js").Layers} Layers */
/** @typedef {import("../service/failure.js").Failure} Failure */
/** @typedef {{sent: number, total: number}} Progress  bytes of the request's photos */
/**
 * @template Response
 * @typedef {{response: Response} | {failure: Failure}} Outcome
 */
/**
 * @template Response
 * @typedef {object} Change  what is not named is forgotten
 * @property {AbortController} [request]
 * @property {Record<string, number>} [chosen]
 * @property {boolean} [cancelled]
 * @property {Response | null} [response]
 * @property {Failure | null} [failure]
 * @property {string} [notice]
 */

/**
 * @template Photo
 * @template {{timing_ms: {total: number}}} Response
 */
export class ComparisonFormState {
  /** @type {Record<string, Photo | null>} */
  photos;
  /** @type {Photo[]}  more of the first photo's person */
  further = [];
  /** @type {Layers} */
  layers = { boxes: true, points5: true, points68: false };
  /** @type {AbortController | null}  the request that is being waited for */
  request = null;
  /** @type {Progress | null} */
  progress = null;
  /** @type {Record<string, number>}  faces that the visitor chose, by their place in the photo */
  chosen = {};
  cancelled = false;
  /** @type {Response | null} */
  response = null;
  /** @type {Failure | null} */
  failure = null;
  notice = "";

  /** @param {string[]} names  of the photos, as the operation has them */
  constructor(names) {
    this.names = names;
    this.photos = Object.fromEntries(names.map((name) => [name, null]));
  }

  /**
   * Another photo ends what was asked about the former one; a failure that another photo is to
   * blame for stays.
   * @param {string} name
   * @param {Photo} photo
   * @param {string} [notice]
   */
  load(name, photo, notice) {
    this.photos = { ...this.photos, [name]: photo };
    const forgotten = name === this.names[0] && this.further.length > 0;
    if (forgotten) this.further = [];
    const failure = this.isAboutPhoto(this.failure) ? withoutPhoto(this.failure, name) : null;
    this.settle({ failure, notice: notice ?? (forgotten ? texts.alsoForgotten : "") });
  }

  /**
   * @param {string} name
   * @returns {Photo[]}  that are gone: this one, with the first one those of its person too
   */
  remove(name) {
    const gone = [this.photos[name] ?? null, ...(name === this.names[0] ? this.further : [])];
    this.photos = { ...this.photos, [name]: null };
    if (name === this.names[0]) this.further = [];
    this.settle({});
    return gone.filter((photo) => photo !== null);
  }

  /** The first two change places. */
  swap() {
    const [one = "", other = ""] = this.names;
    const { photos } = this;
    this.photos = { ...photos, [one]: photos[other] ?? null, [other]: photos[one] ?? null };
    this.settle({});
  }

  /** @param {Photo[]} photos  of which the service takes four */
  takeFurther(photos) {
    this.further = photos.slice(0, 4);
    this.settle({ notice: photos.length > 4 ? texts.tooManyDropped(4) : "" });
  }

  sent() {
    const further = this.further.map((photo, place) => [`${this.names[0]}_${place + 2}`, photo]);
    return { ...this.photos, ...Object.fromEntries(further) };
  }

  /** The first photo that is missing, if one is. */
  firstMissing() {
    return this.names.find((name) => !this.photos[name]);
  }

  /**
   * Where so many photos go: one to the place that is meant, else the first that is free, else the
   * last; several to the places in their order, from the one that is meant.
   * @param {number} count
   * @param {string} [meant]
   * @returns {string[]}
   */
  placesFor(count, meant) {
    const { names } = this;
    const free = this.firstMissing() ?? names[names.length - 1] ?? "";
    if (count === 1) return [meant ?? free];
    const start = Math.max(0, names.indexOf(meant ?? ""));
    return [...names.slice(start), ...names.slice(0, start)].slice(0, count);
  }

  /**
   * Begin a request for the photos, unless one is under way or a photo is missing.
   * @param {Record<string, number>} chosen
   */
  begin(chosen) {
    if (this.request) return null;
    const missing = this.firstMissing();
    const failure = missing ? new ServiceFailed(texts.failure.loadFirst, missing) : null;
    const request = failure ? undefined : new AbortController();
    this.settle({ request, failure, chosen: failure ? {} : chosen });
    return request ?? null;
  }

  /**
   * @param {AbortController} request
   * @param {Progress} progress
   * @returns {boolean}  whether it is the newest request
   */
  advance(request, progress) {
    if (request !== this.request) return false;
    this.progress = progress;
    return true;
  }

  /**
   * Take the outcome of the newest request; an older one must not overwrite it.
   * @param {AbortController} request
   * @param {Outcome<Response>} outcome
   * @returns {boolean}  whether it is the newest request
   */
  finish(request, outcome) {
    if (request !== this.request) return false;
    this.settle({ ...outcome, chosen: this.chosen });
    return true;
  }

  /**
   * Begin anew with this; a request that is replaced is aborted.
   * @param {Change<Response>} change
   */
  settle({
    request,
    chosen = {},
    cancelled = false,
    response = null,
    failure = null,
    notice = "",
  }) {
    this.request?.abort();
    this.request = request ?? null;
    this.progress = null;
    Object.assign(this, { chosen, cancelled, response, failure, notice });
  }

  /** @param {keyof Layers} layer @param {boolean} drawn */
  setLayer(layer, drawn) {
    this.layers = { ...this.layers, [layer]: drawn };
  }

  /** @param {Failure | null} failure */
  isAboutPhoto(failure) {
    return failure?.image != null && this.names.includes(failure.image);
  }

  /** @param {string} name  of a photo */
  errorOf(name) {
    return errorOfPhoto(this.failure, name);
  }

  /** How much is sent, 0 to 1; null where the rest takes nobody knows how long. */
  sentShare() {
    const { progress } = this;
    return progress && progress.sent < progress.total ? progress.sent / progress.total : null;
  }
}
