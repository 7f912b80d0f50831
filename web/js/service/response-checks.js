/** Whether an answer has what the page shows of it; a proxy in between may have sent another. */

/**
 * @param {any} response
 * @returns {response is import("./types.js").Comparison}
 */
export function isComparison(response) {
  return (
    isVerdict(response) &&
    Number.isFinite(response.threshold) &&
    [response.image1, response.image2].every(isPhoto)
  );
}

/**
 * @param {any} response
 * @returns {response is import("./types.js").Prediction}
 */
export function isPrediction(response) {
  const candidates = [response?.image1, response?.image2];
  return (
    Number.isFinite(response?.threshold) &&
    candidates.every(isVerdict) &&
    [response.anchor, ...candidates.map(({ photo }) => photo)].every(isPhoto)
  );
}

/** @param {any} value */
function isVerdict(value) {
  return typeof value?.same_person === "boolean" && Number.isFinite(value.distance);
}

/** @param {any} photo */
function isPhoto(photo) {
  return photo?.faces?.some((/** @type {any} */ face) => face?.compared) === true;
}
