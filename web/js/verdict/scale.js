/** The scale that shows where a distance lies between those of one person and of two. */

import { number } from "../format.js";
import { texts } from "../texts.js";
import { decisionOf, typicalOf } from "./call.js";

/** @typedef {import("./call.js").Typical} Typical */

export const END = 1.2; // no two faces of the LFW data set are further apart

/**
 * @param {import("../dom.js").Parts} parts
 * @param {import("../service/types.js").Comparison} comparison
 * @param {{distance: string, threshold: string}} words
 */
export function renderScale(parts, comparison, words) {
  const { distance, threshold, engine } = decisionOf(comparison);
  const { uncertain_from: from = 0, uncertain_to: to = 0 } = comparison;
  const typical = typicalOf(engine);
  const end = number(END, 1);
  const summary = texts.scaleSummary(words.distance, words.threshold, end);
  const label = typical ? `${summary} ${typicalWords(typical)}` : summary;
  parts.scale.setAttribute("aria-label", label);
  renderZone(parts.sameZone, typical?.same);
  renderZone(parts.differentZone, typical?.different);
  renderZone(parts.greyZone, from < to ? [from, to] : undefined);
  parts.legend.hidden = !typical;
  place(parts.thresholdMark, parts.thresholdLabel, threshold);
  place(parts.distanceMark, parts.distanceLabel, distance);
  parts.thresholdLabel.textContent = texts.thresholdLabel(words.threshold);
  parts.distanceLabel.textContent = texts.distanceLabel(words.distance);
  parts.scaleStart.textContent = number(0);
  parts.scaleEnd.textContent = end;
}

/**
 * A label is as far from its own start as its mark is from the scale's, so that it never leaves it.
 * @param {HTMLElement} mark
 * @param {HTMLElement} label
 * @param {number} value
 */
function place(mark, label, value) {
  mark.style.left = shareOf(value);
  label.style.transform = `translateX(-${shareOf(value)})`;
}

/** @param {HTMLElement} zone @param {[number, number]} [range] */
function renderZone(zone, range) {
  zone.hidden = !range;
  if (!range) return;
  zone.style.left = shareOf(range[0]);
  zone.style.width = shareOf(range[1] - range[0]);
}

/** @param {Typical} typical */
function typicalWords({ same, different }) {
  /** @param {[number, number]} range */
  const words = ([from, to]) => texts.range(number(from, 2), number(to, 2));
  return texts.scaleTypical(words(same), words(different));
}

/**
 * A distance or threshold may be larger than the scale; its mark then stands at the end.
 * @param {number} value
 */
export function shareOf(value) {
  return `${(100 * Math.min(value, END)) / END}%`;
}
