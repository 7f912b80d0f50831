/** Where a comparison stands, in words. No DOM. */

import { duration } from "../format.js";
import { errorsOf } from "../service/failure.js";
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

/**
 * What went wrong where none of the photos with a place of their own is to blame.
 * @param {import("./comparison-form-state.js").ComparisonFormState<any, any>} state
 */
export function generalError(state) {
  const errors = errorsOf(state.failure).filter((error) => !state.isAboutPhoto(error));
  const words = errors.map(({ image, message }) =>
    image ? texts.errorOf(image, message) : message,
  );
  return words.join(" ");
}
