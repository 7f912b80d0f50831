/** Are these two photos the same person? */

import { partsOf } from "../dom.js";
import { remember } from "../own-history.js";
import { createDesk } from "../photos/desk.js";
import { compare } from "../service/api.js";
import { texts } from "../texts.js";
import { createCrops } from "../verdict/crops.js";
import { createDetails } from "../verdict/details.js";
import { createVerdict } from "../verdict/verdict.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */

/** @param {HTMLElement} root */
export function createCompareView(root) {
  const parts = partsOf(root);
  const verdict = createVerdict(parts.verdict);
  const crops = createCrops(parts.faces);
  const details = createDetails(parts.details);
  const { image1, image2 } = texts.photoName;
  /** @type {Comparison | null} */
  let shown = null;

  /** @param {Comparison | null} comparison */
  const show = (comparison, photos) => {
    if (comparison === shown) return;
    shown = comparison;
    /** @type {[string, any][]} */
    const results = comparison ? [[image1, comparison.image1], [image2, comparison.image2]] : [];
    if (comparison) remember(photos.image1.file.name, photos.image2.file.name, comparison, comparison);
    crops.render(results);
    details.render(comparison, { "": comparison }, results);
    verdict.render(comparison);
  };

  return createDesk(parts.place, {
    places: { image1, image2 },
    waiting: texts.status.waiting,
    examples: [
      { label: texts.examplesSame, files: { image1: "obama.jpg", image2: "obama2.jpg" } },
      { label: texts.examplesDifferent, files: { image1: "obama.jpg", image2: "biden.jpg" } },
    ],
    ask: compare,
    resultsOf: ({ image1: one, image2: other }) => ({ image1: one, image2: other }),
    show,
  });
}
