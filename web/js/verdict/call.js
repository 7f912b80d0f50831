/**
 * What a distance lets one say: the same person, different people, or too close to call.
 *
 * The service's threshold is strict: nearly all distances below it are of one person, but so are
 * many above it. So "different people" is said only from the distance on from which nine in ten
 * measured pairs are of two people, and "the same person" only with a distance to the threshold
 * that no resizing of the photos bridges. What lies between is too close to call.
 */

/** @typedef {"same" | "different" | "close"} Call */
/** @typedef {{distance: number, threshold: number, same_person: boolean}} Verdict */
/**
 * @typedef {object} Typical  distances; of the middle nine tenths of each kind of pair
 * @property {[number, number]} same
 * @property {[number, number]} different
 * @property {number} differentFrom
 */

/** Source: tests.benchmarks.distances on LFW View 1 DevTrain, 1,100 pairs of each kind. */
const TYPICAL = /** @type {Record<string, Typical>} */ ({
  "dlib-fast": { same: [0.285, 0.542], different: [0.671, 0.963], differentFrom: 0.64 },
  "dlib-accurate": { same: [0.264, 0.516], different: [0.647, 0.941], differentFrom: 0.6 },
});

/** Making the same photos smaller moves a distance by less than this: tests/web/test_shrinking.py. */
const MARGIN = 0.02;

/**
 * @param {string} engine
 * @returns {Typical | null}  null where nothing was measured
 */
export function typicalOf(engine) {
  return TYPICAL[engine] ?? null;
}

/**
 * The distances that are too close to call; the first included, the last not.
 * @param {number} threshold
 * @param {string} engine
 * @returns {[number, number]}
 */
export function bandOf(threshold, engine) {
  const differentFrom = typicalOf(engine)?.differentFrom ?? 0;
  return [threshold - MARGIN, Math.max(threshold + MARGIN, differentFrom)];
}

/**
 * @param {Verdict} verdict
 * @param {string} engine
 * @returns {Call}
 */
export function callOf({ distance, threshold, same_person: same }, engine) {
  const [from, to] = bandOf(threshold, engine);
  if (distance >= from && distance < to) return "close";
  return same ? "same" : "different";
}
