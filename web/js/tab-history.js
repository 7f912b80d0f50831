/** What was compared in this tab: the responses, with small pictures of the two faces; it ends with the tab. */

import { callOf, decisionOf } from "./verdict/call.js";

/** @typedef {import("./service/types.js").Comparison} Comparison */

/**
 * @typedef {object} TabEntry
 * @property {string} at  UTC, ISO 8601
 * @property {string} one  the photos' file names
 * @property {string} other
 * @property {import("./verdict/call.js").Call} call
 * @property {number} distance  the one that decided
 * @property {number} threshold
 * @property {string[]} [faces]  of both photos, as base64
 * @property {Comparison} [comparison]  with these faces only; none of a ranking
 */

const STORAGE_KEY = "facecompare.history"; // in sessionStorage
const MAX_ENTRIES = 200;

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
 * @param {Pick<TabEntry, "faces" | "comparison">} [kept]
 */
export function addTabEntry(one, other, verdict, kept = {}) {
  const { distance, threshold } = decisionOf(verdict);
  const entry = { at: verdict.created_at, one, other, call: callOf(verdict), distance, threshold };
  keep([{ ...entry, ...kept }, ...tabEntries()].slice(0, MAX_ENTRIES));
}

/**
 * To the entry of this comparison, unless it is gone by now.
 * @param {Required<Pick<TabEntry, "faces" | "comparison">>} kept
 */
export function addFacesToEntry(kept) {
  const { created_at, comparison_id } = kept.comparison;
  const isOf = (/** @type {TabEntry} */ { at, comparison }) =>
    at === created_at && comparison?.comparison_id === comparison_id;
  keep(tabEntries().map((entry) => (isOf(entry) ? { ...entry, ...kept } : entry)));
}

export function clearTabEntries() {
  sessionStorage.removeItem(STORAGE_KEY);
}

/**
 * A browser keeps some megabytes: where they are full, the older half goes.
 * @param {TabEntry[]} entries
 */
function keep(entries) {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(entries));
  } catch (cause) {
    if (entries.length < 2) throw cause;
    keep(entries.slice(0, Math.ceil(entries.length / 2)));
  }
}
