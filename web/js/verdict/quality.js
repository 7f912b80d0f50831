/** Quality warnings in plain words. */

import { number } from "../format.js";
import { texts } from "../texts.js";

/** @typedef {import("../service/types.js").Measure} Measure */

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
