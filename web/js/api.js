/** The service: one request, its answer, and everything that can go wrong in words. */

import { sentence } from "./format.js";
import { shrunk } from "./shrink.js";
import { texts } from "./texts.js";

/**
 * @typedef {"image1" | "image2"} PhotoName
 *
 * @typedef {object} Box  in pixels of the photo as a viewer shows it
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 *
 * @typedef {object} Measure  one quality figure and the limits outside of which it warns
 * @property {string} name
 * @property {number} value
 * @property {string} unit
 * @property {number | null} minimum
 * @property {number | null} maximum
 * @property {boolean} warns
 *
 * @typedef {object} Face
 * @property {Box} box
 * @property {[number, number][]} landmarks5
 * @property {[number, number][] | null} landmarks68
 * @property {string} detector
 * @property {number} detection_score
 * @property {Measure[]} quality
 * @property {boolean} compared  true for the one face that the verdict is about
 * @property {string | null} chip  the aligned face as a PNG in base64
 *
 * @typedef {object} PhotoResult
 * @property {number} width
 * @property {number} height
 * @property {string} sha256
 * @property {number} quarter_turns
 * @property {Face[]} faces
 *
 * @typedef {object} Comparison
 * @property {string | null} comparison_id
 * @property {string} created_at  UTC, ISO 8601
 * @property {boolean} same_person
 * @property {number} distance
 * @property {number} threshold
 * @property {string} engine
 * @property {PhotoResult} image1
 * @property {PhotoResult} image2
 * @property {Record<"decode" | "detect" | "align" | "embed" | "match" | "total", number>} timing_ms
 *
 * @typedef {object} ErrorAnswer
 * @property {string} code
 * @property {string} message
 * @property {string | null} image
 */

/** A comparison that did not come about; `image` names the photo to blame, if one is. */
export class ComparisonFailed extends Error {
  /** @param {string} message @param {string | null} image */
  constructor(message, image = null) {
    super(message);
    this.image = image;
  }
}

/**
 * Compare two photos.
 * @param {Record<PhotoName, Blob>} photos
 * @param {AbortSignal} signal
 * @returns {Promise<Comparison>}
 * @throws {ComparisonFailed} or, when `signal` aborts, an AbortError
 */
export async function compare(photos, signal) {
  const response = await send(photos, signal);
  const body = await bodyOf(response, signal);
  if (!response.ok) throw refusal(response.status, body);
  if (!isComparison(body)) throw new ComparisonFailed(texts.failure.unreadableAnswer);
  return body;
}

async function send(photos, signal) {
  const form = new FormData();
  // As nameless bytes: what a file is called is the visitor's own business, and often wrong.
  for (const [name, file] of Object.entries(photos)) {
    form.append(name, new Blob([await shrunk(file)]), name);
  }
  form.append("chips", "true");
  signal.throwIfAborted();
  try {
    return await fetch("/api/compare", { method: "POST", body: form, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw (await unreadablePhoto(photos)) ?? disconnected(error);
  }
}

/** A file that was changed or moved since it was loaded fails like a lost connection does. */
async function unreadablePhoto(photos) {
  for (const [name, file] of Object.entries(photos)) {
    try {
      await file.slice(0, 1).arrayBuffer();
    } catch {
      return new ComparisonFailed(texts.failure.unreadableFile, name);
    }
  }
  return null;
}

function disconnected(cause) {
  const { offline, unreachable } = texts.failure;
  return Object.assign(new ComparisonFailed(navigator.onLine ? unreachable : offline), { cause });
}

/** The JSON of a response; undefined where there is none, as from a proxy in between. */
async function bodyOf(response, signal) {
  try {
    return JSON.parse(await response.text());
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) return undefined;
    throw disconnected(error);
  }
}

function refusal(status, body) {
  return typeof body?.message === "string"
    ? new ComparisonFailed(sentence(body.message), body.image ?? null)
    : new ComparisonFailed(wordsFor(status));
}

function wordsFor(status) {
  const { tooLarge, notHere, unavailable, unexpected } = texts.failure;
  if (status === 413) return tooLarge;
  if (status === 404 || status === 405) return notHere;
  return status >= 500 ? unavailable : unexpected(status);
}

/** @returns {body is Comparison} */
function isComparison(body) {
  return (
    typeof body?.same_person === "boolean" &&
    Number.isFinite(body.distance) &&
    Number.isFinite(body.threshold) &&
    [body.image1, body.image2].every((photo) => photo?.faces?.some(({ compared }) => compared))
  );
}
