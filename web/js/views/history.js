/** What was compared: in this tab, and in the service's log. */

import { cell, linkButton, partsOf, showFileName, withText } from "../dom.js";
import { distanceAndThreshold, moment } from "../format.js";
import { clearTabEntries, tabEntries } from "../tab-history.js";
import { texts } from "../texts.js";
import { whenKept } from "../verdict/kept-comparison.js";
import { HistoryLog } from "./history-log.js";

/** @typedef {import("../tab-history.js").TabEntry} TabEntry */
/** @typedef {(entry: TabEntry) => void} Reopen */

const THUMBNAIL_PX = 48;

/** @param {HTMLElement} root @param {Reopen} reopen */
export function createHistoryView(root, reopen) {
  const parts = partsOf(root);
  const log = new HistoryLog(partsOf(parts.log));
  parts.ownClear.addEventListener("click", () => {
    clearTabEntries();
    renderTabEntries(parts, reopen);
    parts.title.focus();
  });
  return {
    enter() {
      renderTabEntries(parts, reopen);
      whenKept().then(() => renderTabEntries(parts, reopen));
      log.enter();
    },
  };
}

/** @param {import("../dom.js").Parts} parts @param {Reopen} reopen */
function renderTabEntries(parts, reopen) {
  const entries = tabEntries();
  parts.ownEmpty.hidden = entries.length > 0;
  parts.ownTable.hidden = entries.length === 0;
  parts.ownClear.hidden = entries.length === 0;
  parts.ownRows.replaceChildren(...entries.map((entry) => row(entry, reopen)));
}

/** @param {TabEntry} entry @param {Reopen} reopen */
function row(entry, reopen) {
  const { at, call, distance, threshold } = entry;
  const line = document.createElement("tr");
  line.append(
    cell(texts.columnTime, moment(at)),
    facesCell(entry),
    photosCell(entry),
    cell(texts.columnVerdict, texts.call[call]),
    cell(texts.columnDistance, distanceAndThreshold({ distance, threshold }).distance),
    actionsCell(entry, reopen),
  );
  return line;
}

/** @param {TabEntry} entry */
function facesCell({ faces = [] }) {
  const element = cell(texts.columnFaces, "");
  for (const face of faces.filter(Boolean)) {
    const picture = new Image(THUMBNAIL_PX, THUMBNAIL_PX);
    Object.assign(picture, {
      alt: "",
      className: "thumbnail",
      src: `data:image/jpeg;base64,${face}`,
    });
    element.append(picture);
  }
  return element;
}

/** @param {TabEntry} entry */
function photosCell({ one, other }) {
  const element = cell(texts.columnPhotos, "");
  showFileName(element, texts.pair(one, other));
  return element;
}

/** @param {TabEntry} entry @param {Reopen} reopen */
function actionsCell(entry, reopen) {
  const element = withText("td", "");
  if (!entry.comparison) return element;
  const button = linkButton(texts.reopen, () => reopen(entry));
  button.setAttribute("aria-label", texts.reopenOf(entry.one, entry.other));
  element.append(button);
  return element;
}
