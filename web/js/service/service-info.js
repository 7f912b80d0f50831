/** What the service says of itself. Asked once; a page without an answer works all the same. */

import { send } from "./api-request.js";

/** @typedef {import("./types.js").Service} Service */

/** @type {Map<string, Promise<any>>} */
const answers = new Map();

/** @returns {Promise<Service | null>}  null when it cannot be had now */
export function serviceInfo() {
  return once("/api/service");
}

/** Whether the service finds 68 points in a face. */
export async function has68Points() {
  return (await once("/api/engines"))?.landmarks68 === true;
}

/**
 * How often an engine is wrong, by threshold.
 * @param {string} id
 * @returns {Promise<import("./types.js").ErrorRates[]>}  none where it was not measured
 */
export async function errorRatesOf(id) {
  const engines = (await once("/api/engines"))?.engines ?? [];
  return engines.find((/** @type {any} */ engine) => engine.id === id)?.error_rates ?? [];
}

/** @param {string} url */
function once(url) {
  const answer = answers.get(url) ?? request(url);
  answers.set(url, answer);
  return answer;
}

/** @param {string} url */
async function request(url) {
  const answer = await jsonOrNull(url);
  if (answer === null) answers.delete(url); // to be asked again
  return answer;
}

/** @param {string} url */
async function jsonOrNull(url) {
  try {
    const { ok, body } = await send({ url });
    return ok ? JSON.parse(body) : null;
  } catch {
    return null;
  }
}
