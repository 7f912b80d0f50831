/** A verdict, and warnings of a photo's quality, in words. No DOM. */

import { LEAST_FALSE_NON_MATCHES, moment, number, share, toldApart } from "../format.js";
import { texts } from "../texts.js";
import { callOf, decisionOf, isContradiction } from "./call.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").Measure} Measure */
/** @typedef {import("../service/types.js").Verdict} Verdict */
/** @typedef {import("../service/types.js").Rates} Rates */
/** @typedef {Record<"distance" | "threshold" | "from" | "to", string>} Figures */

/** @param {Comparison} comparison */
export function verdictWords(comparison) {
  const figures = figuresOf(comparison);
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
 * The distance that decided, and what it is held against; an older service has no grey zone.
 * @param {Comparison} comparison
 * @returns {Figures}
 */
function figuresOf(comparison) {
  const { distance, threshold } = decisionOf(comparison);
  const { uncertain_from: from = threshold, uncertain_to: to = threshold } = comparison;
  return toldApart(distance, { threshold, from, to });
}

/**
 * @param {Comparison} comparison
 * @param {import("./call.js").Call} call
 * @param {Figures} figures
 */
function reasonText(comparison, call, { distance, threshold, from, to }) {
  if (call === "same") return texts.sameReason(distance, from);
  if (call === "different") return texts.differentReason(distance, to);
  const doubt = isContradiction(comparison)
    ? texts.contradiction
    : texts.nearThreshold(distance, from, to);
  return `${doubt} ${texts.strictly(threshold, comparison.same_person)}`;
}

/**
 * The rate that matters: of strangers who are as near or, for "different", of one person's photos that
 * are as far apart.
 * @param {Verdict & Rates} verdict
 */
export function ratesText(verdict) {
  const near = verdict.fmr_at_distance ?? verdict.far_at_distance;
  const far = verdict.fnmr_at_distance;
  const words = [];
  const call = callOf(verdict);
  if (near != null && call !== "different") words.push(texts.falseMatches(share(near)));
  if (far != null && call !== "same")
    words.push(texts.falseNonMatches(share(far, LEAST_FALSE_NON_MATCHES)));
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
