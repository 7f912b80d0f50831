/** A verdict in words. No DOM. */

import { distanceAndThreshold, moment, number, share } from "../format.js";
import { texts } from "../texts.js";
import { bandOf, callOf } from "./call.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {{distance: string, threshold: string}} Figures */

/** @param {Comparison} comparison */
export function verdictWords(comparison) {
  const figures = distanceAndThreshold(comparison.distance, comparison.threshold);
  const call = callOf(comparison, comparison.engine);
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
function reasonText({ threshold, engine, same_person: same }, call, figures) {
  if (call === "same") return texts.sameReason(figures.distance, figures.threshold);
  if (call === "different") return texts.differentReason(figures.distance, figures.threshold);
  const [from, to] = bandOf(threshold, engine);
  const band = texts.closeReason(figures.distance, number(from, 2), number(to, 2));
  return `${band} ${texts.strictly(figures.threshold, same)}`;
}

/** @param {Comparison} comparison */
function ratesText(comparison) {
  const near = comparison.fmr_at_distance ?? comparison.far_at_distance;
  const accepted = comparison.fmr_at_threshold ?? comparison.far_at_threshold;
  if (near == null || accepted == null) return ""; // the engine is not calibrated
  return texts.falseAccepts(share(near), share(accepted));
}
