/** What a developer wants to know: the engine, the timing, and the answer as it came. */

import { partsOf, withText } from "../dom.js";
import { duration, moment, number } from "../format.js";
import { texts } from "../texts.js";
import { comparedFace } from "./crops.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */

const STAGES = ["decode", "detect", "align", "embed", "match"];
const EXACT_DIGITS = 6;

/** @param {HTMLElement} root */
export function createDetails(root) {
  const parts = partsOf(root);
  return {
    /**
     * @param {any} answer  null while there is none
     * @param {Record<string, {distance: number, comparison_id: string | null}>} verdicts  by title
     * @param {[string, PhotoResult][]} photos
     */
    render(answer, verdicts = {}, photos = []) {
      root.hidden = !answer;
      const facts = answer ? factsOf(answer, Object.entries(verdicts), photos) : [];
      parts.facts.replaceChildren(...facts.flatMap(row));
      parts.raw.textContent = answer ? JSON.stringify(answer, shortChips, 2) : "";
    },
  };
}

/** @returns {[string, string][]} */
function factsOf(answer, verdicts, photos) {
  const { fact } = texts;
  const exact = (value) => number(value, EXACT_DIGITS);
  const each = (of) => verdicts.map(([title, value]) => (title ? texts.errorOf(title, of(value)) : of(value)));
  return [
    [fact.distance, each(({ distance }) => exact(distance)).join(", ")],
    [fact.threshold, exact(answer.threshold)],
    [fact.engine, answer.engine],
    [fact.detectors, photos.map(detectorOf).join(", ")],
    [fact.duration, duration(answer.timing_ms.total)],
    [fact.stages, stagesOf(answer.timing_ms)],
    [fact.time, moment(answer.created_at)],
    [fact.comparison, each(({ comparison_id: id }) => id ?? texts.notRecorded).join(", ")],
  ];
}

function detectorOf([title, photo]) {
  const face = comparedFace(photo);
  return texts.detectorOf(title, face.detector, number(face.detection_score, 2));
}

function stagesOf(timing) {
  return STAGES.map((stage) => texts.stageTime(texts.stage[stage], duration(timing[stage]))).join(", ");
}

function row([name, value]) {
  return [withText("dt", name), withText("dd", value)];
}

/** A crop is tens of thousands of characters; its length says enough. */
function shortChips(key, value) {
  return key === "chip" && value ? texts.chipLeftOut(number(value.length)) : value;
}
