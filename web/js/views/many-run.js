/** A run over many photos: some at a time, results as they come. No DOM. */

/**
 * @template Candidate
 * @typedef {object} RunControl
 * @property {() => boolean} isCurrent  false once the run is cancelled, or another has begun
 * @property {(candidate: Candidate) => Promise<object>} resultOf  what becomes known of a candidate
 * @property {() => void} onChange  called whenever a candidate has changed
 */

const CONCURRENT_REQUESTS = 2; // more would only wait for each other in the service

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
