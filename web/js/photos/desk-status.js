/** Where a desk stands, in words. */

import { duration } from "../format.js";
import { texts } from "../texts.js";

/**
 * @param {any} state  of a desk
 * @param {string} waiting  what to do, while photos are missing
 */
export function statusOf({ photos, request, progress, cancelled, answer, failure, notice }, waiting) {
  const { status } = texts;
  if (request) return busyWords(progress);
  if (answer) return status.done(duration(answer.timing_ms.total));
  if (failure) return status.failed;
  if (cancelled) return status.cancelled;
  const words = Object.values(photos).every(Boolean) ? status.ready : waiting;
  return notice ? `${notice} ${words}` : words;
}

/** @param {{sent: number, total: number} | null} progress */
function busyWords(progress) {
  const { status } = texts;
  if (!progress) return status.preparing;
  return progress.sent < progress.total ? status.sending : status.busy;
}
