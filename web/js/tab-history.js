/** What was compared in this tab: words and numbers, no photos; it ends with the tab. */

import { callOf, decisionOf } from "./verdict/call.js";

/**
 * @typedef {object} TabEntry
 * @property {string} at  UTC, ISO 8601
 * @property {string} one  the photos' file names
 * @property {string} other
 * @property {import("./verdict/call.js").Call} call
 * @property {number} distance  the one that decided
 * @property {number} threshold
 */

const STORAGE_KEY = "facecompare.history"; // in sessionStorage
const MAX_ENTRIES = 200; // far below what a browser keeps

const FORMER_CALL = "close"; // of what is uncertain now, in a tab that is open since before 0.9

/** @returns {TabEntry[]}  newest first */
export function tabEntries() {
  const entries = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "[]");
  for (const entry of entries) if (entry.call === FORMER_CALL) entry.call = "uncertain";
  return entries;
}

/**
 * @param {string} one
 * @param {string} other
 * @param {import("./verdict/call.js").Verdict & {created_at: string}} verdict
 */
export function addTabEntry(one, other, verdict) {
  const { distance, threshold } = decisionOf(verdict);
  const entry = { at: verdict.created_at, one, other, call: callOf(verdict), distance, threshold };
  const entries = [entry, ...tabEntries()].slice(0, MAX_ENTRIES);
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(entries));
}

export function clearTabEntries() {
  sessionStorage.removeItem(STORAGE_KEY);
}
