/**
 * Which distance decides, and what it lets one say: the same person, different people, too close to
 * call, or nothing, where two networks contradict each other. No DOM.
 *
 * The service's threshold is strict: nearly all distances below it are of one person, but so are
 * many above it. So "different people" is said only from the distance on from which nine in ten
 * measured pairs are of two people, and "the same person" only with a distance to the threshold
 * that no resizing of the photos bridges. What lies between is too close to call.
 */

/** @typedef {"same" | "different" | "close" | "uncertain"} Call */
/** @typedef {import("../service/types.js").Verdict} Verdict */
/** @typedef {{distance: number, threshold: number, engine: string}} Decision */
/**
 * @typedef {object} Typical  distances; of the middle nine tenths of each kind of pair
 * @property {[number, number]} same
 * @property {[number, number]} different
 * @property {number} differentFrom
 */

/** @type {Typical} */
const DLIB = { same: [0.285, 0.542], different: [0.671, 0.963], differentFrom: 0.64 };

/** Source: tests.benchmarks.distances on LFW View 1 DevTrain, 1,100 pairs of each kind. */
const TYPICAL = /** @type {Record<string, Typical>} */ ({
  "dlib-sface": { same: [0.24, 0.511], different: [0.73, 0.966], differentFrom: 0.68 }, // combined ones
  "dlib-yunet": DLIB,
  "dlib-fast": DLIB,
  "dlib-accurate": { same: [0.264, 0.516], different: [0.647, 0.941], differentFrom: 0.6 },
});

/** Making the same photos smaller moves a distance by less than this: tests/web/test_shrinking.py. */
const MARGIN = 0.02;

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
 * The distances that are too close to call; the first included, the last not.
 * @param {Pick<Decision, "threshold" | "engine">} decision
 * @returns {[number, number]}
 */
export function bandOf({ threshold, engine }) {
  const differentFrom = typicalOf(engine)?.differentFrom ?? 0;
  return [threshold - MARGIN, Math.max(threshold + MARGIN, differentFrom)];
}

/**
 * @param {Verdict} verdict
 * @returns {Call}
 */
export function callOf(verdict) {
  if (verdict.uncertain) return "uncertain";
  const decision = decisionOf(verdict);
  const [from, to] = bandOf(decision);
  if (decision.distance >= from && decision.distance < to) return "close";
  return verdict.same_person ? "same" : "different";
}
