/** What a developer wants to know: the engine, the timing, and the response as it came. */

import { partsOf, withText } from "../dom.js";
import { duration, moment, number } from "../format.js";
import { texts } from "../texts.js";
import { comparedFace } from "./crops.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/types.js").Timing} Timing */
/** @typedef {{distance: number, comparison_id: string | null}} Measured */

/**
 * @typedef {object} Detailed
 * @property {import("../service/types.js").Comparison | import("../service/types.js").Prediction} response
 * @property {[string, Measured][]} verdicts  each with its title; the only one needs none
 * @property {[string, PhotoResult][]} photos  each with its title
 */

const STAGES = /** @type {const} */ (["decode", "detect", "align", "embed", "match"]);
const EXACT_DIGITS = 6;

/** @param {HTMLElement} root */
export function createDetails(root) {
  const parts = partsOf(root);
  return {
    /** @param {Detailed | null} detailed */
    render(detailed) {
      root.hidden = !detailed;
      const facts = detailed ? factsOf(detailed) : [];
      parts.facts.replaceChildren(...facts.flatMap(row));
      parts.raw.textContent = detailed ? JSON.stringify(detailed.response, shortChips, 2) : "";
    },
  };
}

/** @param {Detailed} detailed @returns {[string, string][]} */
function factsOf({ response, verdicts, photos }) {
  const { fact } = texts;
  return [
    [fact.distance, listed(verdicts, ({ distance }) => exact(distance))],
    [fact.threshold, exact(response.threshold)],
    [fact.engine, response.engine],
    [fact.detectors, photos.map(detectorOf).join(", ")],
    [fact.duration, duration(response.timing_ms.total)],
    [fact.stages, stagesOf(response.timing_ms)],
    [fact.time, moment(response.created_at)],
    [fact.comparison, listed(verdicts, ({ comparison_id: id }) => id ?? texts.notRecorded)],
  ];
}

/** @param {[string, Measured][]} verdicts @param {(verdict: Measured) => string} textOf */
function listed(verdicts, textOf) {
  const each = verdicts.map(([title, verdict]) => {
    const text = textOf(verdict);
    return title ? texts.errorOf(title, text) : text;
  });
  return each.join(", ");
}

/** @param {number} value */
function exact(value) {
  return number(value, EXACT_DIGITS);
}

/** @param {[string, PhotoResult]} photo */
function detectorOf([title, photo]) {
  const face = comparedFace(photo);
  return texts.detectorOf(title, face.detector, number(face.detection_score, 2));
}

/** @param {Timing} timing */
function stagesOf(timing) {
  const times = STAGES.map((stage) => texts.stageTime(texts.stage[stage], duration(timing[stage])));
  return times.join(", ");
}

/** @param {[string, string]} fact */
function row([name, value]) {
  return [withText("dt", name), withText("dd", value)];
}

/**
 * A crop is tens of thousands of characters; its length says enough.
 * @param {string} key
 * @param {any} value
 */
function shortChips(key, value) {
  return key === "chip" && value ? texts.chipLeftOut(number(value.length)) : value;
}
