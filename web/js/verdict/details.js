/** What a developer wants to know: the engine, the timing, and the response as it came. */

import { partsOf, withText } from "../dom.js";
import { duration, moment, number } from "../format.js";
import { texts } from "../texts.js";
import { deciderOf } from "./call.js";
import { comparedFace } from "./crops.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/types.js").Timing} Timing */
/** @typedef {import("../service/types.js").Candidate} Candidate */
/** @typedef {Pick<Candidate, DistanceName | "comparison_id">} Measured */
/** @typedef {"distance" | "second_distance" | "combined_distance"} DistanceName */

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
  const decider = deciderOf(response);
  return [
    ...firstFacts(response, verdicts, decider === "only" ? fact : texts.factOfDlib),
    ...(decider === "both" ? combinedFacts(response, verdicts) : []),
    [fact.decidedBy, texts.decidedBy[decider]],
    [fact.engine, response.engine],
    [fact.detectors, photos.map(detectorOf).join(", ")],
    [fact.duration, duration(response.timing_ms.total)],
    [fact.stages, stagesOf(response.timing_ms)],
    [fact.time, moment(response.created_at)],
    [fact.comparison, listed(verdicts, ({ comparison_id: id }) => id ?? texts.notRecorded)],
  ];
}

/**
 * @param {Detailed["response"]} response
 * @param {Detailed["verdicts"]} verdicts
 * @param {{distance: string, threshold: string}} titles
 * @returns {[string, string][]}
 */
function firstFacts({ threshold }, verdicts, titles) {
  return [
    [titles.distance, distances(verdicts, "distance")],
    [titles.threshold, exact(threshold)],
  ];
}

/**
 * @param {Detailed["response"]} response
 * @param {Detailed["verdicts"]} verdicts
 * @returns {[string, string][]}
 */
function combinedFacts({ combined_threshold: threshold }, verdicts) {
  const { fact } = texts;
  return [
    [fact.secondDistance, distances(verdicts, "second_distance")],
    [fact.combinedDistance, distances(verdicts, "combined_distance")],
    [fact.combinedThreshold, exact(threshold)],
  ];
}

/** @param {[string, Measured][]} verdicts @param {DistanceName} name */
function distances(verdicts, name) {
  return listed(verdicts, (verdict) => exact(verdict[name]));
}

/** @param {[string, Measured][]} verdicts @param {(verdict: Measured) => string} textOf */
function listed(verdicts, textOf) {
  const each = verdicts.map(([title, verdict]) => {
    const text = textOf(verdict);
    return title ? texts.errorOf(title, text) : text;
  });
  return each.join(", ");
}

/** @param {number | null} value */
function exact(value) {
  return value === null ? "" : number(value, EXACT_DIGITS);
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
