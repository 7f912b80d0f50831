/** The state of one reference against many photos, or of pairs, and of the run that compares them. No DOM. */

import { number } from "../format.js";
import { texts } from "../texts.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {{message: string, image: string | null}} Failure */
/** @typedef {{status: "waiting" | "busy" | "done" | "failed", comparison: Comparison | null, error: string}} Result */
/**
 * @template Photo
 * @typedef {Result & {photo: Photo, reference?: Photo, missing?: string}} Candidate  `reference` where it has
 *   its own, `missing` is the name of a file that is not there
 */
/** @typedef {{run?: AbortController, cancelled?: boolean, notice?: string, failure?: Failure | null}} Change */

export const MAX_CANDIDATES = 1000;
const CONCURRENT_REQUESTS = 2; // more would only wait for each other in the service

/** @template Photo */
export class FindState {
  /** @type {Photo | null} */
  reference = null;
  /** @type {Candidate<Photo>[]} */
  candidates = [];
  /** @type {AbortController | null}  of the run that is under way */
  run = null;
  cancelled = false;
  notice = "";
  /** @type {Failure | null} */
  failure = null;

  /**
   * Another reference forgets all results.
   * @param {Photo} photo
   */
  setReference(photo) {
    this.reference = photo;
    for (const candidate of this.candidates) Object.assign(candidate, noResult());
    this.settle();
  }

  /** How many more photos may be added. */
  room() {
    return Math.max(0, MAX_CANDIDATES - this.candidates.length);
  }

  /** @param {Photo[]} photos @param {boolean} complete  false when others had to be left out */
  add(photos, complete) {
    this.candidates.push(...photos.map((photo) => ({ photo, ...noResult() })));
    this.settle({ notice: complete ? "" : texts.findTooMany(MAX_CANDIDATES) });
  }

  /**
   * The pairs of a CSV instead of what there was.
   * @param {{photo: Photo, reference: Photo, missing: string}[]} pairs
   */
  setPairs(pairs) {
    this.candidates = pairs.slice(0, MAX_CANDIDATES).map((pair) => ({ ...pair, ...noResult() }));
    const notice = pairs.length > MAX_CANDIDATES ? texts.findTooMany(MAX_CANDIDATES) : "";
    this.settle({ notice });
  }

  /** Whether every photo has something to be compared with. */
  isComplete() {
    return this.reference !== null || this.candidates.every(({ reference }) => reference);
  }

  /** @param {Candidate<Photo>[]} removed */
  remove(removed) {
    this.candidates = this.candidates.filter((candidate) => !removed.includes(candidate));
    this.settle();
  }

  /** What a run has to compare. */
  unfinished() {
    return this.candidates.filter(({ status }) => status !== "done");
  }

  /** The number of photos that have a verdict or an error. */
  finishedCount() {
    return this.candidates.filter(({ status }) => status === "done" || status === "failed").length;
  }

  /**
   * End the run that is under way, or begin another.
   * @param {Change} change  what is not named is forgotten
   */
  settle({ run, cancelled = false, notice = "", failure = null } = {}) {
    this.run?.abort();
    this.run = run ?? null;
    for (const candidate of this.candidates) {
      if (candidate.status === "busy") candidate.status = "waiting";
    }
    Object.assign(this, { cancelled, notice, failure });
  }

  /** What the reference is to blame for. */
  referenceError() {
    return this.failure?.image === "reference" ? this.failure.message : "";
  }

  /** What went wrong where the reference is not to blame. */
  generalError() {
    return this.failure && this.failure.image !== "reference" ? this.failure.message : "";
  }

  statusText() {
    const { findStatus } = texts;
    const done = this.finishedCount();
    const count = this.candidates.length;
    if (this.run) return findStatus.busy(done, count);
    if (this.cancelled) return findStatus.cancelled(done, count);
    const words = this.#idleText(done, count);
    return this.notice ? `${this.notice} ${words}` : words;
  }

  /** @param {number} count */
  #doneText(count) {
    const failed = this.candidates.filter(({ status }) => status === "failed").length;
    const words = texts.findStatus.done(count - failed);
    return failed ? `${words} ${texts.findStatus.failed(number(failed))}` : words;
  }

  /** @param {number} done @param {number} count */
  #idleText(done, count) {
    const { findStatus } = texts;
    if (done > 0 && done === count) return this.#doneText(count);
    return this.isComplete() && count > 0 ? findStatus.ready(count - done) : findStatus.waiting;
  }
}

/** @returns {Result} */
function noResult() {
  return { status: "waiting", comparison: null, error: "" };
}

/**
 * @template Candidate
 * @typedef {object} RunControl
 * @property {() => boolean} isCurrent  false once the run is cancelled, or another has begun
 * @property {(candidate: Candidate) => Promise<object>} resultOf  what becomes known of a candidate
 * @property {() => void} onChange  called whenever a candidate has changed
 */

/**
 * @template {object} Candidate
 * @param {Candidate[]} candidates
 * @param {RunControl<Candidate>} control
 */
export async function runOver(candidates, control) {
  const waiting = [...candidates];
  const workers = Array.from({ length: CONCURRENT_REQUESTS }, () => work(waiting, control));
  await Promise.all(workers);
}

/**
 * Take what waits, one after the other, as long as the run lasts.
 * @template {object} Candidate
 * @param {Candidate[]} waiting
 * @param {RunControl<Candidate>} control
 */
async function work(waiting, { isCurrent, resultOf, onChange }) {
  for (let next = waiting.shift(); next && isCurrent(); next = waiting.shift()) {
    Object.assign(next, { status: "busy", error: "" });
    onChange();
    const result = await resultOf(next);
    if (!isCurrent()) return;
    Object.assign(next, result);
    onChange();
  }
}
