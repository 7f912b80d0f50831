/** The table of many photos against one: a row each, sortable. */

import { inOrder, sortBy } from "./find-order.js";
import { createRow, renderRow } from "./find-row.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("./find.js").Candidate} Candidate */
/** @typedef {import("./find-order.js").Sort} Sort */
/** @typedef {import("./find-order.js").Column} Column */
/** @typedef {import("./find-row.js").RowActions} RowActions */

export class FindTable {
  #parts;
  #actions;
  /** @type {Sort} */
  #sort = { by: "distance", descending: false };
  /** @type {Candidate[]} */
  #candidates = [];
  #running = false;
  /** @type {Map<Candidate, HTMLElement>} */
  #rows = new Map();

  /** @param {Parts} parts @param {RowActions} actions */
  constructor(parts, actions) {
    this.#parts = parts;
    this.#actions = actions;
    parts.sortPhoto.addEventListener("click", () => this.#sortBy("photo"));
    parts.sortDistance.addEventListener("click", () => this.#sortBy("distance"));
  }

  /** @param {Candidate[]} candidates @param {boolean} running */
  render(candidates, running) {
    this.#candidates = candidates;
    this.#running = running;
    this.#render();
  }

  /** @param {Column} column */
  #sortBy(column) {
    this.#sort = sortBy(this.#sort, column);
    this.#render();
  }

  #render() {
    this.#renderHeading(this.#parts.headPhoto, "photo");
    this.#renderHeading(this.#parts.headDistance, "distance");
    this.#dropRows();
    for (const candidate of this.#candidates) {
      renderRow(this.#rowOf(candidate), candidate, this.#running);
    }
    arrange(
      this.#parts.rows,
      this.inOrder().map((candidate) => this.#rowOf(candidate)),
    );
  }

  /** The candidates as they are shown. */
  inOrder() {
    return inOrder(this.#candidates, this.#sort);
  }

  /** @param {HTMLElement} heading @param {Column} column */
  #renderHeading(heading, column) {
    const direction = this.#sort.descending ? "descending" : "ascending";
    heading.setAttribute("aria-sort", this.#sort.by === column ? direction : "none");
  }

  /** The rows of photos that were removed. */
  #dropRows() {
    for (const candidate of this.#rows.keys()) {
      if (!this.#candidates.includes(candidate)) this.#rows.delete(candidate);
    }
  }

  /** @param {Candidate} candidate */
  #rowOf(candidate) {
    const row = this.#rows.get(candidate) ?? createRow(candidate, this.#actions);
    this.#rows.set(candidate, row);
    return row;
  }
}

/**
 * Moving a row drops the focus in it, which is then given back.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} rows
 */
function arrange(list, rows) {
  const inPlace = rows.every((row, index) => list.children[index] === row);
  if (inPlace && list.children.length === rows.length) return;
  const focused = document.activeElement;
  list.replaceChildren(...rows);
  if (focused instanceof HTMLElement && list.contains(focused)) focused.focus();
}
