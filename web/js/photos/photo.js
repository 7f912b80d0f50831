/** A photo that a visitor has loaded: what is shown of it, and what is sent. */

import { shrink } from "./shrink.js";

/**
 * @typedef {object} Photo
 * @property {File} file  as the visitor has it
 * @property {string} url  shows the file's bytes
 * @property {string} credit  where an example photo comes from
 * @property {Promise<Blob>} ready  what is sent
 */

/**
 * @param {File} file
 * @param {string} credit
 * @returns {Photo}
 */
export function photoOf(file, credit = "") {
  return { file, credit, url: URL.createObjectURL(file), ready: shrink(file) };
}

/** @param {Photo | null} photo */
export function discard(photo) {
  if (photo) URL.revokeObjectURL(photo.url);
}

/**
 * What is sent of each photo that there is.
 * @param {Record<string, Photo | null>} photos
 * @returns {Promise<Record<string, Blob>>}
 */
export async function allReady(photos) {
  const ready = Object.entries(photos).map(async ([name, photo]) => [name, await photo?.ready]);
  return Object.fromEntries(await Promise.all(ready));
}
