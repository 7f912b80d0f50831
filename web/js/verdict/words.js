/** A verdict, and warnings of a photo's quality, in words. No DOM. */

import { distanceAndThreshold, moment, number, share } from "../format.js";
import { texts } from "../texts.js";
import { bandOf, callOf, decisionOf } from "./call.js";

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
  if (call === "same") return texts.sameReason(distance, threshold);
  if (call === "different") return texts.differentReason(distance, threshold);
  const [from, to] = bandOf(decisionOf(comparison));
  const doubt =
    call === "close"
      ? texts.closeReason(distance, number(from, 2), number(to, 2))
      : texts.uncertainReason;
  return `${doubt} ${texts.strictly(threshold, comparison.same_person)}`;
}

/** @param {Comparison} comparison */
function ratesText(comparison) {
  const near = comparison.fmr_at_distance ?? comparison.far_at_distance;
  const accepted = comparison.fmr_at_threshold ?? comparison.far_at_threshold;
  if (near == null || accepted == null) return ""; // the engine is not calibrated
  return texts.falseAccepts(share(near), share(accepted));
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
