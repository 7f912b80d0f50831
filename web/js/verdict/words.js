/** A verdict, and warnings of a photo's quality, in words. No DOM. */

import { distanceAndThreshold, moment, number, share } from "../format.js";
import { texts } from "../texts.js";
import { callOf, decisionOf } from "./call.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").Measure} Measure */
/** @typedef {{distance: string, threshold: string}} Figures */

/** @param {Comparison} comparison */
export function verdictWords(comparison) {
  const figures = distanceAndThreshold(decisionOf(comparison));
  const call = callOf(comparison);
  return {
    call,
    figures,
    headline: texts.call[call],
    reason: reasonText(comparison, call, figures),
    score: comparison.score === null ? "" : texts.score(number(comparison.score)),
    rates: ratesText(comparison),
    printed: texts.printedBy(moment(comparison.created_at)),
  };
}

/**
 * @param {Comparison} comparison
 * @param {import("./call.js").Call} call
 * @param {Figures} figures
 */
function reasonText(comparison, call, { distance, threshold }) {
  const from = (/** @type {number | undefined} */ place) =>
    place == null ? threshold : number(place, 2);
  if (call === "same") return texts.sameReason(distance, from(comparison.uncertain_from));
  if (call === "different") return texts.differentReason(distance, from(comparison.uncertain_to));
  const doubt = comparison.uncertain
    ? texts.contradiction
    : texts.closeReason(distance, from(comparison.uncertain_from), from(comparison.uncertain_to));
  return `${doubt} ${texts.strictly(threshold, comparison.same_person)}`;
}

/**
 * The rate that matters: of strangers who are as near or, for "different", of one person's photos that
 * are as far apart.
 * @param {Comparison} comparison
 */
function ratesText(comparison) {
  const near = comparison.fmr_at_distance ?? comparison.far_at_distance;
  const far = comparison.fnmr_at_distance;
  const words = [];
  const call = callOf(comparison);
  if (near != null && call !== "different") words.push(texts.falseMatches(share(near)));
  if (far != null && call !== "same") words.push(texts.falseNonMatches(share(far)));
  return words.join(" ");
}

/**
 * @param {Measure[]} measures
 * @returns {string[]}
 */
export function warningsOf(measures) {
  return measures.filter((measure) => measure.warns).map(inWords);
}

/** @typedef {(value: string, limit: string) => string} Words */
/** @typedef {Record<string, {low?: Words, high?: Words} | undefined>} QualityTexts */

/** @param {Measure} measure */
function inWords({ name, value, unit, minimum, maximum }) {
  const low = minimum !== null && value < minimum;
  const words = /** @type {QualityTexts} */ (texts.quality)[name]?.[low ? "low" : "high"];
  // Away from the limit, or 49.6 would read "only 50, where 50 or more are reliable".
  const size = number(Math.abs(low ? Math.floor(value) : Math.ceil(value)));
  return (
    words?.(size, number((low ? minimum : maximum) ?? 0)) ??
    texts.qualityOther(name, number(value), unit)
  );
}
