/** What was found, as a CSV for a spreadsheet. No DOM. */

import { callOf, decisionOf } from "../verdict/call.js";

/** @typedef {import("./find.js").Candidate} Candidate */

const COLUMNS = [
  ...["image1", "image2", "verdict", "distance", "threshold", "score"],
  ...["engine", "comparison_id", "error"],
];
const MARK = "\ufeff"; // by which Excel knows UTF-8
const FORMULA = /^[=+\-@\t\r]/; // what a spreadsheet would compute

/**
 * @param {Candidate[]} candidates
 * @param {string} reference  the name of its file
 */
export function csvOf(candidates, reference) {
  const lines = [COLUMNS, ...candidates.map((candidate) => line(candidate, reference))];
  return MARK + lines.map((values) => `${values.map(field).join(",")}\r\n`).join("");
}

/** @param {Candidate} candidate @param {string} name  of the reference @returns {unknown[]} */
function line({ photo, reference, comparison, error }, name) {
  const names = [reference?.file.name ?? name, photo.file.name];
  if (!comparison) return [...names, "", "", "", "", "", "", error];
  const { distance, threshold, engine } = decisionOf(comparison);
  const { score, comparison_id: id } = comparison;
  return [...names, callOf(comparison), distance, threshold, score ?? "", engine, id ?? "", ""];
}

/** @param {unknown} value */
function field(value) {
  const text = String(value);
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
