/** The operations of the service that look at photos. */

import { texts } from "../texts.js";
import { has68Points } from "./about.js";
import { call } from "./call.js";
import { notUnderstood, ServiceFailed } from "./failure.js";
import { contentOf, fitsInRequest } from "./request.js";

/** @typedef {import("./types.js").Comparison} Comparison */
/** @typedef {import("./types.js").Prediction} Prediction */
/** @typedef {import("./request.js").Photos} Photos */
/** @typedef {import("./request.js").Course} Course */
/** @typedef {Record<string, number>} Chosen  by photo, the place of the face to compare */

/**
 * Are image1 and image2 the same person?
 * @param {Photos} photos
 * @param {Chosen} chosen
 * @param {Course} course
 * @returns {Promise<Comparison>}
 */
export async function compare(photos, chosen, course) {
  const answer = await ask("/api/compare", photos, chosen, course);
  if (!isComparison(answer)) throw notUnderstood();
  return answer;
}

/**
 * Which of image1 and image2 is closer to anchor?
 * @param {Photos} photos
 * @param {Chosen} chosen
 * @param {Course} course
 * @returns {Promise<Prediction>}
 */
export async function predict(photos, chosen, course) {
  const answer = await ask("/api/predict", photos, chosen, course);
  if (!isPrediction(answer)) throw notUnderstood();
  return answer;
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
    return await call({ method: "POST", url: "/api/detect?overlay=png", body, responseType: "blob" });
  } catch {
    return null;
  }
}

async function ask(url, photos, chosen, course) {
  const faces = Object.entries(chosen).map(([name, place]) => [`${name}_face`, place]);
  const fields = { chips: true, ...Object.fromEntries(faces) };
  if (await has68Points()) fields.landmarks68 = true;
  course.signal.throwIfAborted();
  try {
    const content = await contentOf(photos, fields, course);
    return await call({ method: "POST", url, ...content, ...course });
  } catch (error) {
    course.signal.throwIfAborted();
    const unanswered = error instanceof ServiceFailed && error.status === 0;
    throw (unanswered && (await unreadablePhoto(photos))) || error;
  }
}

/** A file that was changed or moved since it was loaded fails like a lost connection does. */
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

/** @returns {answer is Comparison} */
function isComparison(answer) {
  return isVerdict(answer) && Number.isFinite(answer.threshold) && [answer.image1, answer.image2].every(isPhoto);
}

/** @returns {answer is Prediction} */
function isPrediction(answer) {
  const candidates = [answer?.image1, answer?.image2];
  return (
    Number.isFinite(answer?.threshold) &&
    candidates.every(isVerdict) &&
    [answer.anchor, ...candidates.map(({ photo }) => photo)].every(isPhoto)
  );
}

function isVerdict(answer) {
  return typeof answer?.same_person === "boolean" && Number.isFinite(answer.distance);
}

function isPhoto(photo) {
  return photo?.faces?.some(({ compared }) => compared) === true;
}
