/** Are these two photos the same person? */

import { partsOf } from "../dom.js";
import { ComparisonForm } from "../photos/comparison-form.js";
import { compare } from "../service/operations.js";
import { addTabEntry } from "../tab-history.js";
import { texts } from "../texts.js";
import { createCrops } from "../verdict/crops.js";
import { createDetails } from "../verdict/details.js";
import { createVerdict } from "../verdict/verdict.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../photos/comparison-form.js").Photos} Photos */

const EXAMPLES = [
  { label: texts.examplesSame, files: { image1: "obama.jpg", image2: "obama2.jpg" } },
  { label: texts.examplesDifferent, files: { image1: "obama.jpg", image2: "biden.jpg" } },
];

/** @param {HTMLElement} root */
export function createCompareView(root) {
  const parts = partsOf(root);
  const { image1, image2 } = texts.photoName;
  return new ComparisonForm(parts.place, {
    places: { image1, image2 },
    waiting: texts.status.waiting,
    examples: EXAMPLES,
    send: compare,
    resultsOf: ({ image1: one, image2: other }) => ({ image1: one, image2: other }),
    show: createResult(parts),
  });
}

/** @param {import("../dom.js").Parts} parts */
function createResult(parts) {
  const verdict = createVerdict(parts.verdict);
  const crops = createCrops(parts.faces);
  const details = createDetails(parts.details);
  /** @type {Comparison | null} */
  let shown = null;
  /** @type {Photos} */
  let shownPhotos = {};
  parts.why.addEventListener("click", async () => {
    const { showHeatMaps } = await import("../verdict/heat-map.js");
    if (shown) await showHeatMaps(parts.maps, shownPhotos, shown);
  });

  /** @param {Comparison | null} comparison @param {Photos} photos */
  return (comparison, photos) => {
    if (comparison === shown) return;
    shown = comparison;
    shownPhotos = photos;
    parts.maps.replaceChildren();
    const results = comparison ? titledPhotos(comparison) : [];
    if (comparison) keep(comparison, photos);
    crops.render(results);
    details.render(
      comparison && { response: comparison, verdicts: [["", comparison]], photos: results },
    );
    verdict.render(comparison);
  };
}

/** @param {Comparison} comparison @returns {[string, import("../service/types.js").PhotoResult][]} */
function titledPhotos({ image1, image2 }) {
  const titles = texts.photoName;
  return [
    [titles.image1, image1],
    [titles.image2, image2],
  ];
}

/** @param {Comparison} comparison @param {Photos} photos */
function keep(comparison, { image1, image2 }) {
  addTabEntry(image1?.file.name ?? "", image2?.file.name ?? "", comparison);
}
