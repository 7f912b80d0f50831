/** Which parts of the two faces the distance depends on, as the service draws it. */

import { withText } from "../dom.js";
import { requestApi } from "../service/api-request.js";
import { failureFrom } from "../service/failure.js";
import { requestContentOf } from "../service/request-body.js";
import { texts } from "../texts.js";
import { pngUrl } from "./crops.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {Record<string, import("../photos/photo.js").Photo | null>} Photos */
/** @typedef {{face?: number, picture: string}} FaceMap  older services do not tell the face */
/** @typedef {{image1: FaceMap, image2: FaceMap}} Explanation */

/**
 * @param {HTMLElement} root
 * @param {Photos} photos
 * @param {Comparison} comparison
 * @param {() => boolean} isCurrent  false once another verdict is shown
 */
export async function showHeatMaps(root, photos, comparison, isCurrent) {
  root.replaceChildren(withText("p", texts.whyBusy));
  const shown = await mapsOf(photos, comparison);
  if (isCurrent()) root.replaceChildren(...shown);
}

/** @param {Photos} photos @param {Comparison} comparison */
async function mapsOf(photos, comparison) {
  try {
    const { image1, image2 } = await explanationOf(photos, comparison);
    const { photoName } = texts;
    const several = (comparison.reference_photos ?? 1) > 1;
    return [
      map(photoName.image1, image1.picture),
      map(photoName.image2, image2.picture),
      ...(several ? [withText("p", texts.whyOneOfSeveral)] : []),
      withText("p", texts.whyMeaning),
    ];
  } catch (cause) {
    return [withText("p", failureFrom(cause).message)];
  }
}

/** @param {Photos} photos @param {Comparison} comparison @returns {Promise<Explanation>} */
async function explanationOf(photos, comparison) {
  const [image1, image2] = await Promise.all([photos.image1?.ready, photos.image2?.ready]);
  if (!image1 || !image2) throw new Error(texts.failure.loadFirst);
  const fields = {
    image1_face: placeOf(comparison.image1),
    image2_face: placeOf(comparison.image2),
  };
  const control = { signal: new AbortController().signal, onProgress: () => {} };
  const content = await requestContentOf({ image1, image2 }, fields, control);
  return requestApi({ method: "POST", url: "/api/explain", ...content });
}

/** @param {import("../service/types.js").PhotoResult} photo */
function placeOf({ faces }) {
  return faces.findIndex(({ compared }) => compared);
}

/** @param {string} title @param {string} picture */
function map(title, picture) {
  const image = document.createElement("img");
  image.src = pngUrl(picture);
  image.alt = texts.mapOf(title);
  image.width = 150;
  return image;
}
