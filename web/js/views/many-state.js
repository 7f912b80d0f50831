/** The state of one reference against many photos, and of the run that compares them. No DOM. */

import { texts } from "../texts.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {{message: string, image: string | null}} Failure */
/** @typedef {{status: "waiting" | "busy" | "done" | "failed", comparison: Comparison | null, error: string}} Result */
/**
 * @template Photo
 * @typedef {Result & {photo: Photo}} Candidate
 */
/** @typedef {{run?: AbortController, cancelled?: boolean, notice?: string, failure?: Failure | null}} Change */

export const MAX_CANDIDATES = 20;
const CONCURRENT_REQUESTS = 2; // more would only wait for each other in the service

/** @template Photo */
export class ManyState {
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
    this.settle({ notice: complete ? "" : texts.manyTooMany(MAX_CANDIDATES) });
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
    const { manyStatus } = texts;
    const done = this.finishedCount();
    const count = this.candidates.length;
    if (this.run) return manyStatus.busy(done, count);
    if (this.cancelled) return manyStatus.cancelled(done, count);
    const words = this.#idleText(done, count);
    return this.notice ? `${this.notice} ${words}` : words;
  }

  /** @param {number} done @param {number} count */
  #idleText(done, count) {
    const { manyStatus } = texts;
    if (done > 0 && done === count) return manyStatus.done(count);
    return this.reference && count > 0 ? manyStatus.ready(count - done) : manyStatus.waiting;
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
