/** The order of the rows of many photos. No DOM. */

import { decisionOf } from "../verdict/call.js";

/** @typedef {"photo" | "distance"} Column */
/** @typedef {{by: Column, descending: boolean}} Sort */
/** @typedef {{photo: {file: {name: string}}, comparison: import("../verdict/call.js").Verdict | null}} Sortable */

/** @type {Record<Column, (one: Sortable, other: Sortable) => number>} */
const ORDERS = {
  photo: (one, other) => one.photo.file.name.localeCompare(other.photo.file.name),
  distance: (one, other) => distanceOf(one) - distanceOf(other),
};

/**
 * Choosing the column that is sorted by already turns its direction.
 * @param {Sort} sort
 * @param {Column} by
 * @returns {Sort}
 */
export function sortBy(sort, by) {
  return { by, descending: sort.by === by && !sort.descending };
}

/**
 * Without a distance last, whichever the direction.
 * @template {Sortable} Row
 * @param {Row[]} rows
 * @param {Sort} sort
 */
export function inOrder(rows, { by, descending }) {
  const sign = descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    if (by === "distance" && !(one.comparison && other.comparison)) {
      return Number(!one.comparison) - Number(!other.comparison);
    }
    return sign * ORDERS[by](one, other);
  });
}

/** @param {Sortable} row */
function distanceOf({ comparison }) {
  return comparison ? decisionOf(comparison).distance : 0;
}
