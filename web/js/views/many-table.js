/** The table of many photos against one: a row each, sortable. */

import { fromTemplate, partsOf } from "../dom.js";
import { number } from "../format.js";
import { texts } from "../texts.js";
import { callOf } from "../verdict/call.js";
import { comparedFace } from "../verdict/crops.js";
import { warningsOf } from "../verdict/quality.js";
import { symbol } from "../verdict/verdict.js";

/** @typedef {import("./many.js").Candidate} Candidate */
/** @typedef {"photo" | "distance"} Column */

const DIGITS = 3; // of a distance, so that neighbours can be told apart

/** @type {Record<Column, (one: Candidate, other: Candidate) => number>} */
const ORDERS = {
  photo: (one, other) => one.photo.file.name.localeCompare(other.photo.file.name),
  distance: (one, other) => distanceOf(one) - distanceOf(other),
};

/**
 * @param {Record<string, any>} parts
 * @param {{remove: (candidate: Candidate) => void, lookCloser: (candidate: Candidate) => void}} actions
 */
export function createManyTable(parts, actions) {
  /** @type {{by: Column, descending: boolean}} */
  let sort = { by: "distance", descending: false };
  /** @type {Candidate[]} */
  let candidates = [];
  let running = false;
  /** @type {Map<Candidate, HTMLElement>} */
  const rows = new Map();
  const headings = { photo: parts.headPhoto, distance: parts.headDistance };

  for (const [by, button] of Object.entries({ photo: parts.sortPhoto, distance: parts.sortDistance })) {
    button.addEventListener("click", () => {
      sort = { by: /** @type {Column} */ (by), descending: sort.by === by && !sort.descending };
      render();
    });
  }

  function render() {
    for (const [by, heading] of Object.entries(headings)) {
      const direction = sort.descending ? "descending" : "ascending";
      heading.setAttribute("aria-sort", sort.by === by ? direction : "none");
    }
    for (const candidate of rows.keys()) if (!candidates.includes(candidate)) rows.delete(candidate);
    for (const candidate of candidates) {
      if (!rows.has(candidate)) rows.set(candidate, createRow(candidate, actions));
      renderRow(rows.get(candidate), candidate, running);
    }
    const ordered = inOrder(candidates, sort).map((candidate) => rows.get(candidate));
    arrange(parts.rows, ordered);
  }

  return {
    /** @param {Candidate[]} next @param {boolean} busy */
    render(next, busy) {
      candidates = next;
      running = busy;
      render();
    },
  };
}

/** Moving a row drops the focus in it, which is then given back. */
function arrange(list, rows) {
  const same = list.children.length === rows.length && rows.every((row, index) => list.children[index] === row);
  if (same) return;
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  list.replaceChildren(...rows);
  if (list.contains(focused)) focused.focus();
}

/** Without a distance last, whichever the direction. */
function inOrder(candidates, { by, descending }) {
  const sign = descending ? -1 : 1;
  return [...candidates].sort((one, other) => {
    if (by === "distance" && !(one.comparison && other.comparison)) {
      return Number(!one.comparison) - Number(!other.comparison);
    }
    return sign * ORDERS[by](one, other);
  });
}

function distanceOf({ comparison }) {
  return comparison?.distance ?? 0;
}

function createRow(candidate, { remove, lookCloser }) {
  const row = fromTemplate("many-row");
  const parts = partsOf(row);
  const { photo } = candidate;
  const { name } = photo.file;
  showThumbnail(parts.picture, photo);
  parts.distance.dataset.title = texts.columnDistance;
  parts.name.textContent = name;
  parts.credit.textContent = photo.credit;
  parts.symbol.append(symbol());
  parts.remove.setAttribute("aria-label", texts.remove(name));
  parts.remove.addEventListener("click", () => remove(candidate));
  parts.closer.setAttribute("aria-label", texts.lookCloser(name));
  parts.closer.addEventListener("click", () => lookCloser(candidate));
  return row;
}

/** Of what is sent: twenty originals would take a gigabyte of memory. */
async function showThumbnail(picture, photo) {
  const url = URL.createObjectURL(await photo.ready);
  picture.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  picture.addEventListener("error", () => (picture.hidden = true), { once: true });
  if (!picture.src) picture.src = url;
}

/** @param {HTMLElement} row @param {Candidate} candidate @param {boolean} running */
function renderRow(row, { state, comparison, error }, running) {
  const parts = partsOf(row);
  const call = comparison ? callOf(comparison, comparison.engine) : "";
  row.dataset.call = call;
  parts.symbol.hidden = !call;
  parts.words.textContent = call ? texts.call[call] : wordsOf(state);
  parts.error.textContent = state === "failed" ? error : "";
  parts.warnings.textContent = comparison
    ? warningsOf(comparedFace(comparison.image2).quality).join(" ")
    : "";
  const chip = comparison && comparedFace(comparison.image2).chip;
  if (chip) parts.picture.src = `data:image/png;base64,${chip}`; // what was compared
  parts.distance.textContent = comparison ? number(comparison.distance, DIGITS) : "";
  parts.closer.hidden = !comparison;
  parts.remove.hidden = running;
}

function wordsOf(state) {
  if (state === "failed") return texts.status.failed;
  return state === "busy" ? texts.rowBusy : texts.rowWaiting;
}
