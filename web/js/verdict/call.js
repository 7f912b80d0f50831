/**
 * Which distance decides, and what is typical of it. What two photos are called is the service's word:
 * the same person, different people, or uncertain. No DOM.
 */

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
