/** The operations of the service that look at photos. */

import { texts } from "../texts.js";
import { requestApi } from "./api-request.js";
import { notUnderstood, ServiceFailed } from "./failure.js";
import { fitsInRequest, requestContentOf } from "./request-body.js";
import { has68Points } from "./service-info.js";

/** @typedef {import("./types.js").Comparison} Comparison */
/** @typedef {import("./types.js").Prediction} Prediction */
/** @typedef {import("./request-body.js").Photos} Photos */
/** @typedef {import("./request-body.js").RequestControl} RequestControl */
/** @typedef {Record<string, number>} Chosen  by photo, the place of the face to compare */

/**
 * Are image1 and image2 the same person?
 * @param {Photos} photos
 * @param {Chosen} chosen
 * @param {RequestControl} control
 * @returns {Promise<Comparison>}
 */
export async function compare(photos, chosen, control) {
  const response = await post("/api/compare", photos, chosen, control);
  if (!isComparison(response)) throw notUnderstood();
  return response;
}

/**
 * Which of image1 and image2 is closer to anchor?
 * @param {Photos} photos
 * @param {Chosen} chosen
 * @param {RequestControl} control
 * @returns {Promise<Prediction>}
 */
export async function predict(photos, chosen, control) {
  const response = await post("/api/predict", photos, chosen, control);
  if (!isPrediction(response)) throw notUnderstood();
  return response;
}

/**
 * The service's own picture of a photo that the browser cannot show; null where it finds no face,
 * and for a photo that would have to be uploaded.
 * @param {Blob} photo
 * @returns {Promise<Blob | null>}
 */
export async function pictureOf(photo) {
  if (!(await fitsInRequest([photo]))) return null;
  const body = new FormData();
  body.append("image", new Blob([photo]), "image");
  try {
    return await requestApi({
      method: "POST",
      url: "/api/detect?overlay=png",
      body,
      responseType: "blob",
    });
  } catch {
    return null;
  }
}

/**
 * @param {string} url
 * @param {Photos} photos
 * @param {Chosen} chosen
 * @param {RequestControl} control
 */
async function post(url, photos, chosen, control) {
  const fields = await fieldsOf(chosen);
  control.signal.throwIfAborted();
  try {
    const content = await requestContentOf(photos, fields, control);
    return await requestApi({ method: "POST", url, ...content, ...control });
  } catch (error) {
    control.signal.throwIfAborted();
    const unanswered = error instanceof ServiceFailed && error.status === 0;
    throw (unanswered && (await unreadablePhoto(photos))) || error;
  }
}

/** @param {Chosen} chosen @returns {Promise<import("./request-body.js").Fields>} */
async function fieldsOf(chosen) {
  const faces = Object.entries(chosen).map(([name, place]) => [`${name}_face`, place]);
  const points = (await has68Points()) ? { landmarks68: true } : {};
  return { chips: true, face: "best-match", ...Object.fromEntries(faces), ...points };
}

/**
 * A file that was changed or moved since it was loaded fails like a lost connection does.
 * @param {Photos} photos
 */
async function unreadablePhoto(photos) {
  for (const [name, photo] of Object.entries(photos)) {
    try {
      await photo.slice(0, 1).arrayBuffer();
    } catch {
      return new ServiceFailed(texts.failure.unreadableFile, name);
    }
  }
  return null;
}

/**
 * Whether a response has what the page shows of it; a proxy in between may have sent another.
 * @param {any} response
 * @returns {response is Comparison}
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
 * @returns {response is Prediction}
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
