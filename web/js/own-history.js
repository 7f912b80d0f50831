/** What was compared in this tab: words and numbers, no photos; it ends with the tab. */

import { callOf } from "./verdict/call.js";

/**
 * @typedef {object} OwnEntry
 * @property {string} at  UTC, ISO 8601
 * @property {string} one  the photos' file names
 * @property {string} other
 * @property {import("./verdict/call.js").Call} call
 * @property {number} distance
 * @property {number} threshold
 */

const PLACE = "facecompare.history"; // in sessionStorage
const MOST = 200; // entries, far below what a browser keeps

/** @returns {OwnEntry[]}  newest first */
export function ownEntries() {
  return JSON.parse(sessionStorage.getItem(PLACE) ?? "[]");
}

/**
 * @param {string} one
 * @param {string} other
 * @param {{distance: number, threshold: number, same_person: boolean}} verdict
 * @param {{engine: string, created_at: string}} answer
 */
export function remember(one, other, verdict, { engine, created_at: at }) {
  const { distance, threshold } = verdict;
  const entry = { at, one, other, call: callOf(verdict, engine), distance, threshold };
  sessionStorage.setItem(PLACE, JSON.stringify([entry, ...ownEntries()].slice(0, MOST)));
}

export function forgetOwn() {
  sessionStorage.removeItem(PLACE);
}
