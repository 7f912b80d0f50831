/** Are these two photos the same person? */

import { partsOf } from "../dom.js";
import { ComparisonForm } from "../photos/comparison-form.js";
import { compare } from "../service/operations.js";
import { texts } from "../texts.js";
import { createCrops } from "../verdict/crops.js";
import { createDetails } from "../verdict/details.js";
import { keepComparison } from "../verdict/kept-comparison.js";
import { createVerdict } from "../verdict/verdict.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../photos/comparison-form.js").Photos} Photos */
/** @typedef {import("../tab-history.js").TabEntry} TabEntry */
/** @typedef {import("../verdict/verdict.js").Shown} Shown */

const EXAMPLES = [
  { label: texts.examplesSame, files: { image1: "obama.jpg", image2: "obama2.jpg" } },
  { label: texts.examplesDifferent, files: { image1: "obama.jpg", image2: "biden.jpg" } },
];

/** @param {HTMLElement} root */
export function createCompareView(root) {
  return new CompareView(partsOf(root));
}

export class CompareView {
  #form;
  #render;
  /** @type {Comparison | null} */
  #shown = null;

  /** @param {import("../dom.js").Parts} parts */
  constructor(parts) {
    const { image1, image2 } = texts.photoName;
    this.#render = createResult(parts, (name, place) => this.#form.chooseFace(name, place));
    this.#form = new ComparisonForm(parts.place, {
      places: { image1, image2 },
      action: texts.predict,
      waiting: texts.status.waiting,
      examples: EXAMPLES,
      send: compare,
      resultsOf: ({ image1: one, image2: other }) => ({ image1: one, image2: other }),
      show: (comparison, photos) => this.#show(comparison, photos),
    });
  }

  /** @param {File[]} files @param {{pasted?: boolean}} [how] */
  take(files, how) {
    this.#form.take(files, how);
  }

  /** @param {File} image1 @param {File} image2 */
  loadPair(image1, image2) {
    this.#form.loadPhoto("image1", image1);
    this.#form.loadPhoto("image2", image2);
  }

  /** Show what the tab's history has kept. @param {TabEntry} entry */
  reopen({ one, other, comparison }) {
    this.#form.clear();
    if (!comparison) return;
    this.#shown = comparison;
    this.#render({ comparison, names: { image1: one, image2: other }, reopened: true }, {});
  }

  /** @param {Comparison | null} comparison @param {Photos} photos */
  #show(comparison, photos) {
    if (comparison === this.#shown) return;
    this.#shown = comparison;
    if (!comparison) {
      this.#render(null, {});
      return;
    }
    const names = {
      image1: photos.image1?.file.name ?? "",
      image2: photos.image2?.file.name ?? "",
    };
    keepComparison(names.image1, names.image2, comparison);
    this.#render({ comparison, names, reopened: false }, photos);
  }
}

/** @param {import("../dom.js").Parts} parts @param {import("../verdict/verdict.js").OnFace} onFace */
function createResult(parts, onFace) {
  const verdict = createVerdict(parts.verdict, onFace);
  const crops = createCrops(parts.faces);
  const details = createDetails(parts.details);
  /** @type {{shown: Shown | null, photos: Photos}} */
  let current = { shown: null, photos: {} };
  parts.why.addEventListener("click", async () => {
    const { showHeatMaps } = await import("../verdict/heat-map.js");
    const { shown, photos } = current;
    if (!shown) return;
    await showHeatMaps(parts.maps, photos, shown.comparison, () => current.shown === shown);
  });

  /** @param {Shown | null} shown @param {Photos} photos */
  return (shown, photos) => {
    current = { shown, photos };
    const comparison = shown?.comparison ?? null;
    const results = comparison ? titledPhotos(comparison) : [];
    parts.maps.replaceChildren();
    parts.why.hidden = shown?.reopened === true;
    crops.render(results);
    details.render(
      comparison && { response: comparison, verdicts: [["", comparison]], photos: results },
    );
    verdict.render(shown);
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
