/** What becomes known of one photo among many. */

import { errorOfPhoto, failureFrom, ServiceFailed } from "../service/failure.js";
import { compare } from "../service/operations.js";
import { texts } from "../texts.js";
import { keepComparison } from "../verdict/kept-comparison.js";

/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {import("./find.js").Candidate} Candidate */
/** @typedef {import("./find-state.js").Result} Result */

/**
 * @param {Candidate} candidate
 * @param {Photo | null} common  the reference of those that have none of their own
 * @param {AbortSignal} signal
 * @param {(failure: ServiceFailed) => void} onReference  is told what stops everything
 * @returns {Promise<Partial<Result>>}
 */
export async function resultOf({ photo, reference: own, missing }, common, signal, onReference) {
  const reference = own ?? common;
  if (missing || !reference) return { status: "failed", error: texts.findMissing(missing ?? "") };
  try {
    const [image1, image2] = await Promise.all([reference.ready, photo.ready]);
    const comparison = await compare({ image1, image2 }, {}, { signal, onProgress: () => {} });
    keepComparison(reference.file.name, photo.file.name, comparison);
    return { status: "done", comparison };
  } catch (cause) {
    const failure = failureFrom(cause);
    const { message, image } = failure;
    // A fault of the reference stops everything; a fault of a pair is its own.
    if (image === "image1" && !own && !signal.aborted) {
      onReference(new ServiceFailed(message, "reference"));
    }
    return { status: "failed", error: errorOfPhoto(failure, "image2") || message };
  }
}
