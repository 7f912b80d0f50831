/** Where a comparison stands, in words. No DOM. */

import { duration } from "../format.js";
import { texts } from "../texts.js";

/**
 * @param {import("./comparison-form-state.js").ComparisonFormState<any, any>} state
 * @param {string} waiting  what to do, while photos are missing
 */
export function statusText(state, waiting) {
  const { status } = texts;
  if (state.request) return busyText(state);
  if (state.response) return status.done(duration(state.response.timing_ms.total));
  if (state.failure) return status.failed;
  if (state.cancelled) return status.cancelled;
  const words = state.firstMissing() ? waiting : status.ready;
  return state.notice ? `${state.notice} ${words}` : words;
}

/** @param {import("./comparison-form-state.js").ComparisonFormState<any, any>} state */
function busyText(state) {
  const { status } = texts;
  if (!state.progress) return status.preparing;
  return state.sentShare() === null ? status.busy : status.sending;
}
