/**
 * Which distance decides, and what is typical of it. What two photos are called is the service's word:
 * the same person, different people, or uncertain. And what is said of it,
 * and of a photo's quality. No DOM.
 */

import { LEAST_FALSE_NON_MATCHES, number, share, toldApart } from "../format.js";
import { texts } from "../texts.js";

/** @typedef {"same" | "uncertain" | "different"} Call */
/** @typedef {import("../service/types.js").Verdict} Verdict */
/** @typedef {{distance: number, threshold: number, engine: string}} Decision */
/**
 * @typedef {object} Typical  distances; of the middle nine tenths of each kind of pair
 * @property {[number, number]} same
 * @property {[number, number]} different
 */

/**
 * Printed by `python -m tests.benchmarks.distances LFW dlib-sface dlib-fast dlib-accurate`, of DevTrain.
 * @type {Typical}
 */
const DLIB = { same: [0.285, 0.542], different: [0.671, 0.963] };

const TYPICAL = /** @type {Record<string, Typical>} */ ({
  "dlib-sface": { same: [0.24, 0.511], different: [0.73, 0.966] }, // combined ones
  "dlib-yunet": DLIB, // dlib-fast's
  "dlib-fast": DLIB,
  "dlib-accurate": { same: [0.264, 0.516], different: [0.647, 0.941] },
});

/**
 * @param {Pick<Verdict, "combined_distance" | "combined_threshold">} verdict
 * @returns {"combined_distance" | "distance"}  the field of the distance that decides
 */
export function decisiveField({ combined_distance: distance, combined_threshold: threshold }) {
  return distance == null || threshold == null ? "distance" : "combined_distance";
}

/**
 * The distance that decides, its threshold, and the engine whose distance it is.
 * @param {Verdict} verdict
 * @returns {Decision}
 */
export function decisionOf(verdict) {
  const { distance, threshold, combined_distance, combined_threshold } = verdict;
  const engine = verdict.decided_by || verdict.engine;
  if (combined_distance == null || combined_threshold == null)
    return { distance, threshold, engine };
  return { distance: combined_distance, threshold: combined_threshold, engine };
}

/**
 * @param {Pick<Verdict, "engine" | "decided_by" | "combined_threshold">} verdict
 * @returns {"both" | "first" | "only"}  of an engine's networks, which decided
 */
export function deciderOf({ engine, decided_by: by, combined_threshold: combined }) {
  if (combined != null) return "both";
  return by && by !== engine ? "first" : "only";
}

/**
 * @param {string} engine
 * @returns {Typical | null}  null where nothing was measured
 */
export function typicalOf(engine) {
  return TYPICAL[engine] ?? null;
}

/**
 * An older service has no such word; its threshold decided.
 * @param {Verdict} verdict
 * @returns {Call}
 */
export function callOf({ verdict, same_person: same, uncertain }) {
  if (verdict) return verdict;
  if (uncertain) return "uncertain";
  return same ? "same" : "different";
}

/**
 * Whether two networks contradict each other, so that no distance decides.
 * @param {Pick<Verdict, "uncertain_because" | "uncertain">} verdict  an older service knows no reason
 */
export function isContradiction({ uncertain_because: reason, uncertain }) {
  return reason === undefined ? Boolean(uncertain) : reason === "networks_contradict";
}

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").Measure} Measure */
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
    compared: comparedText(comparison, [
      comparison.image1,
      comparison.image2,
      ...(comparison.further ?? []),
    ]).join(" "),
    score: comparison.score === null ? "" : texts.score(number(comparison.score)),
    rates: ratesText(comparison),
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
 * @param {Call} call
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
 * Which faces the verdict is about, where there were others, and how many photos.
 * @param {Pick<Comparison, "pairs" | "reference_photos">} compared
 * @param {import("../service/types.js").PhotoResult[]} photos
 */
export function comparedText({ pairs, reference_photos: photosOfOne }, photos) {
  const words = [];
  const [nearest, ...further] = pairs ?? [];
  const others = photos.reduce((sum, photo) => sum + (photo?.not_compared ?? 0), 0);
  if (photosOfOne && photosOfOne > 1) words.push(texts.severalPhotos(number(photosOfOne)));
  if (nearest && further.length > 0)
    words.push(texts.nearestPair(number(1 + further.length), nearest.face1 + 1, nearest.face2 + 1));
  if (others) words.push(texts.otherFaces(others));
  return words;
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
