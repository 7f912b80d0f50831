/** A row of the service's log, and the question before it is deleted. */

import { showDialog } from "../dialog.js";
import { cell, dialogById, linkButton, partsOf, withText } from "../dom.js";
import { distanceAndThreshold, moment } from "../format.js";
import { texts } from "../texts.js";
import { callOf, decisionOf } from "../verdict/call.js";

/** @typedef {import("../service/types.js").ComparisonRecord} ComparisonRecord */

const HASH_LENGTH = 10; // digits of a SHA-256 that tell files apart at a glance

/** @param {ComparisonRecord} record @param {(record: ComparisonRecord) => void} remove */
export function createRecordRow(record, remove) {
  const row = document.createElement("tr");
  row.append(
    cell(texts.columnTime, moment(record.created_at)),
    cell(texts.columnVerdict, verdictOf(record)),
    cell(texts.columnDistance, distanceAndThreshold(decisionOf(record)).distance),
    cell(texts.columnCaller, record.caller),
    hashes(record),
    actions(record, remove),
  );
  return row;
}

/** @param {ComparisonRecord} record @returns {Promise<boolean>} */
export async function confirmDeletion(record) {
  const dialog = dialogById("confirm");
  const parts = partsOf(dialog);
  parts.reason.textContent = texts.deleteReason(moment(record.created_at), verdictOf(record));
  const closedWith = await showDialog(dialog, (on) => {
    on(parts.agree, "click", () => dialog.close("yes"));
    on(parts.cancel, "click", () => dialog.close(""));
  });
  return closedWith === "yes";
}

/** @param {ComparisonRecord} record */
function verdictOf(record) {
  return texts.call[callOf(record)];
}

/** @param {ComparisonRecord} record */
function hashes({ image1_sha256: one, image2_sha256: other }) {
  const short = [one, other].map((hash) => hash.slice(0, HASH_LENGTH)).join(" ");
  const element = cell(texts.columnFiles, short);
  element.title = `${one}\n${other}`;
  element.className = "hashes";
  return element;
}

/** @param {ComparisonRecord} record @param {(record: ComparisonRecord) => void} remove */
function actions(record, remove) {
  const element = withText("td", "");
  const button = linkButton(texts.deleteRecord, () => remove(record));
  button.setAttribute("aria-label", texts.deleteRecordOf(moment(record.created_at)));
  element.append(button);
  return element;
}
