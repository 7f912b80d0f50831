/** Everything that can go wrong between the page and the service, in words. */

import { sentence } from "../format.js";
import { texts } from "../texts.js";

/** A request that did not come about; `image` names the photo to blame, if one is. */
export class ServiceFailed extends Error {
  /** @param {string} message @param {string | null} image @param {number} status  0 without an answer */
  constructor(message, image = null, status = 0) {
    super(message);
    this.image = image;
    this.status = status;
  }
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

/**
 * An answer with an error status; `body` is its JSON, or undefined as from a proxy in between.
 * @param {number} status
 * @param {any} body
 */
export function refusal(status, body) {
  return typeof body?.message === "string"
    ? new ServiceFailed(sentence(body.message), body.image ?? null, status)
    : new ServiceFailed(wordsFor(status), null, status);
}

/** @param {number} status */
function wordsFor(status) {
  const { tooLarge, notHere, unavailable, unexpected } = texts.failure;
  if (status === 413) return tooLarge;
  if (status === 404 || status === 405) return notHere;
  return status >= 500 ? unavailable : unexpected(status);
}

/** @returns {ServiceFailed} */
export function notUnderstood() {
  return new ServiceFailed(texts.failure.unreadableResponse);
}
