/** What was compared: in this tab, and in the service's log. */

import { cell, partsOf } from "../dom.js";
import { distanceAndThreshold, moment } from "../format.js";
import { forgetOwn, ownEntries } from "../own-history.js";
import { texts } from "../texts.js";
import { createLog } from "./history-log.js";

/** @param {HTMLElement} root */
export function createHistoryView(root) {
  const parts = partsOf(root);
  const log = createLog(partsOf(parts.log));
  parts.ownClear.addEventListener("click", () => {
    forgetOwn();
    renderOwn(parts);
    parts.title.focus();
  });
  return {
    enter() {
      renderOwn(parts);
      log.enter();
    },
  };
}

function renderOwn(parts) {
  const entries = ownEntries();
  parts.ownEmpty.hidden = entries.length > 0;
  parts.ownTable.hidden = entries.length === 0;
  parts.ownClear.hidden = entries.length === 0;
  parts.ownRows.replaceChildren(...entries.map(row));
}

/** @param {import("../own-history.js").OwnEntry} entry */
function row({ at, one, other, call, distance, threshold }) {
  const line = document.createElement("tr");
  const words = distanceAndThreshold(distance, threshold);
  const cells = [
    [texts.columnTime, moment(at)],
    [texts.columnPhotos, texts.pair(one, other)],
    [texts.columnVerdict, texts.call[call]],
    [texts.columnDistance, words.distance],
  ];
  line.append(...cells.map(([title, text]) => cell(title, text)));
  return line;
}
