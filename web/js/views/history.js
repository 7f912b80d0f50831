/** What was compared: in this tab, and in the service's log. */

import { cell, partsOf } from "../dom.js";
import { distanceAndThreshold, moment } from "../format.js";
import { clearTabEntries, tabEntries } from "../tab-history.js";
import { texts } from "../texts.js";
import { HistoryLog } from "./history-log.js";

/** @param {HTMLElement} root */
export function createHistoryView(root) {
  const parts = partsOf(root);
  const log = new HistoryLog(partsOf(parts.log));
  parts.ownClear.addEventListener("click", () => {
    clearTabEntries();
    renderTabEntries(parts);
    parts.title.focus();
  });
  return {
    enter() {
      renderTabEntries(parts);
      log.enter();
    },
  };
}

/** @param {import("../dom.js").Parts} parts */
function renderTabEntries(parts) {
  const entries = tabEntries();
  parts.ownEmpty.hidden = entries.length > 0;
  parts.ownTable.hidden = entries.length === 0;
  parts.ownClear.hidden = entries.length === 0;
  parts.ownRows.replaceChildren(...entries.map(row));
}

/** @param {import("../tab-history.js").TabEntry} entry */
function row({ at, one, other, call, distance, threshold }) {
  const line = document.createElement("tr");
  line.append(
    cell(texts.columnTime, moment(at)),
    cell(texts.columnPhotos, texts.pair(one, other)),
    cell(texts.columnVerdict, texts.call[call]),
    cell(texts.columnDistance, distanceAndThreshold({ distance, threshold }).distance),
  );
  return line;
}
