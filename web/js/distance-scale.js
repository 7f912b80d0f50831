/** The scale that shows where a distance lies relative to the threshold. */

import { number } from "./format.js";
import { texts } from "./texts.js";

const END = 1.2; // no two faces of the LFW data set are further apart

/**
 * @param {Record<string, any>} parts
 * @param {{distance: number, threshold: number}} values
 * @param {{distance: string, threshold: string}} words
 */
export function renderScale(parts, values, words) {
  const end = number(END, 1);
  parts.scale.setAttribute("aria-label", texts.scaleSummary(words.distance, words.threshold, end));
  parts.sameZone.style.width = shareOf(values.threshold);
  parts.thresholdMark.style.left = shareOf(values.threshold);
  parts.distanceMark.style.left = shareOf(values.distance);
  parts.thresholdLabel.textContent = texts.thresholdLabel(words.threshold);
  parts.distanceLabel.textContent = texts.distanceLabel(words.distance);
  parts.scaleStart.textContent = number(0);
  parts.scaleEnd.textContent = end;
}

/** A threshold may be larger than the scale; its mark then stands at the end. */
function shareOf(value) {
  return `${(100 * Math.min(value, END)) / END}%`;
}
