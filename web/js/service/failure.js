/** Everything that can go wrong between the page and the service, in words. */

import { sentence } from "../format.js";
import { texts } from "../texts.js";

/** @typedef {{message: string, image: string | null}} PhotoError */
/** @typedef {PhotoError & {others?: PhotoError[]}} Failure  `others` are those of other photos */

/** A request that did not come about; `image` names the photo to blame, if one is. */
export class ServiceFailed extends Error {
  /**
   * @param {string} message
   * @param {string | null} image
   * @param {number} status  0 without an answer
   * @param {PhotoError[]} others  of the request's other photos
   */
  constructor(message, image = null, status = 0, others = []) {
    super(message);
    this.image = image;
    this.status = status;
    this.others = others;
  }
}

/**
 * What is wrong with each photo.
 * @param {Failure | null} failure
 * @returns {PhotoError[]}
 */
export function errorsOf(failure) {
  return failure ? [failure, ...(failure.others ?? [])] : [];
}

/**
 * What is wrong with this photo.
 * @param {Failure | null} failure
 * @param {string} name
 * @returns {string}  empty where nothing is
 */
export function errorOfPhoto(failure, name) {
  return errorsOf(failure).find(({ image }) => image === name)?.message ?? "";
}

/**
 * What is left of a failure when this photo is replaced.
 * @param {Failure | null} failure
 * @param {string} name
 * @returns {Failure | null}
 */
export function withoutPhoto(failure, name) {
  const [first, ...others] = errorsOf(failure).filter(({ image }) => image !== name);
  return first ? { message: first.message, image: first.image, others } : null;
}

/**
 * @param {unknown} cause  whatever was thrown
 * @returns {ServiceFailed}
 */
export function failureFrom(cause) {
  if (cause instanceof ServiceFailed) return cause;
  return new ServiceFailed(cause instanceof Error ? cause.message : String(cause));
}

/** No answer at all. */
export function disconnected(online = navigator.onLine) {
  const { offline, unreachable } = texts.failure;
  return new ServiceFailed(online ? unreachable : offline);
}

// What a service answers that has too much to do at the moment.
const BUSY = new Set(["overloaded", "too_many_at_once"]);

/** @param {any} error  the JSON of an answer with an error status */
export function isBusy(error) {
  return BUSY.has(error?.code);
}

/**
 * An answer with an error status; `body` is its JSON, or undefined as from a proxy in between. Of what a
 * visitor cannot mend the service says nothing that would help, and in English: that is in our words.
 * @param {number} status
 * @param {any} body
 */
export function refusal(status, body) {
  const says = typeof body?.message === "string" && status !== 429 && status < 500;
  if (!says) return new ServiceFailed(wordsFor(status, body), null, status);
  const [, ...others] = Array.isArray(body.errors) ? body.errors.map(photoError) : [];
  return new ServiceFailed(sentence(body.message), body.image ?? null, status, others);
}

/** @param {any} error @returns {PhotoError} */
function photoError({ message, image }) {
  return { message: sentence(message), image };
}

/** @param {number} status @param {any} body */
function wordsFor(status, body) {
  const { busy, tooLarge, notHere, unavailable, unexpected } = texts.failure;
  if (status === 429 || isBusy(body)) return busy;
  if (status === 413) return tooLarge;
  if (status === 404 || status === 405) return notHere;
  return status >= 500 ? unavailable : unexpected(status);
}

/** @returns {ServiceFailed} */
export function notUnderstood() {
  return new ServiceFailed(texts.failure.unreadableResponse);
}
