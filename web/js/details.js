/** What a developer wants to know: the engine, the timing, and the answer as it came. */

import { partsOf } from "./dom.js";
import { duration, moment, number } from "./format.js";
import { texts } from "./texts.js";

/** @typedef {import("./api.js").Comparison} Comparison */

const STAGES = ["decode", "detect", "align", "embed", "match"];
const EXACT_DIGITS = 6;

/** @param {HTMLElement} root */
export function createDetails(root) {
  const parts = partsOf(root);
  return {
    /** @param {Comparison | null} comparison */
    render(comparison) {
      root.hidden = !comparison;
      parts.facts.replaceChildren(...(comparison ? factsOf(comparison).flatMap(row) : []));
      parts.raw.textContent = comparison ? JSON.stringify(comparison, shortChips, 2) : "";
    },
  };
}

/** @param {Comparison} comparison @returns {[string, string][]} */
function factsOf(comparison) {
  const { fact } = texts;
  return [
    [fact.distance, number(comparison.distance, EXACT_DIGITS)],
    [fact.threshold, number(comparison.threshold, EXACT_DIGITS)],
    [fact.engine, comparison.engine],
    [fact.detectors, detectorsOf(comparison)],
    [fact.duration, duration(comparison.timing_ms.total)],
    [fact.stages, stagesOf(comparison.timing_ms)],
    [fact.time, moment(comparison.created_at)],
    [fact.comparison, comparison.comparison_id ?? texts.notRecorded],
  ];
}

function detectorsOf(comparison) {
  return ["image1", "image2"]
    .map((name) => {
      const face = comparison[name].faces.find(({ compared }) => compared);
      const score = number(face.detection_score, 2);
      return texts.detectorOf(texts.photoName[name], face.detector, score);
    })
    .join(", ");
}

function stagesOf(timing) {
  return STAGES.map((stage) => texts.stageTime(texts.stage[stage], duration(timing[stage]))).join(", ");
}

function row([name, value]) {
  const term = document.createElement("dt");
  const description = document.createElement("dd");
  term.textContent = name;
  description.textContent = value;
  return [term, description];
}

/** A crop is tens of thousands of characters; its length says enough. */
function shortChips(key, value) {
  return key === "chip" && value ? texts.chipLeftOut(number(value.length)) : value;
}
