/** Which of two candidates is closer to the anchor? */

import { fromTemplate, partsOf } from "../dom.js";
import { distanceAndThreshold, number } from "../format.js";
import { remember } from "../own-history.js";
import { createDesk } from "../photos/desk.js";
import { predict } from "../service/api.js";
import { texts } from "../texts.js";
import { callOf } from "../verdict/call.js";
import { createCrops } from "../verdict/crops.js";
import { createDetails } from "../verdict/details.js";
import { symbol } from "../verdict/verdict.js";

/** @typedef {import("../service/types.js").Prediction} Prediction */

/** @type {("image1" | "image2")[]} */
const CANDIDATES = ["image1", "image2"];

/** @param {HTMLElement} root */
export function createCloserView(root) {
  const parts = partsOf(root);
  const crops = createCrops(parts.faces);
  const details = createDetails(parts.details);
  const { anchor, candidate1, candidate2 } = texts.photoName;
  const places = { anchor, image1: candidate1, image2: candidate2 };
  /** @type {Prediction | null} */
  let shown = null;

  /** @param {Prediction | null} prediction */
  const show = (prediction, photos) => {
    if (prediction === shown) return;
    shown = prediction;
    const results = prediction ? resultsOf(prediction) : {};
    /** @type {[string, any][]} */
    const titled = Object.entries(results).map(([name, photo]) => [places[name], photo]);
    crops.render(titled);
    const verdicts = prediction && { [candidate1]: prediction.image1, [candidate2]: prediction.image2 };
    details.render(prediction, verdicts ?? {}, titled);
    parts.ranking.hidden = !prediction;
    if (!prediction) return;
    keep(prediction, photos);
    renderRanking(parts, prediction, places);
    parts.ranking.scrollIntoView({ block: "nearest" });
  };

  return createDesk(parts.place, {
    places,
    waiting: texts.status.waitingForThree,
    examples: [
      {
        label: texts.examplesCloser,
        files: { anchor: "obama.jpg", image1: "biden.jpg", image2: "obama2.jpg" },
      },
    ],
    ask: predict,
    resultsOf,
    show,
  });
}

/** @param {Prediction} prediction */
function resultsOf({ anchor, image1, image2 }) {
  return { anchor, image1: image1.photo, image2: image2.photo };
}

/** @param {Prediction} prediction */
function keep(prediction, photos) {
  for (const name of CANDIDATES) {
    const { threshold } = prediction;
    const verdict = { ...prediction[name], threshold };
    remember(photos.anchor.file.name, photos[name].file.name, verdict, prediction);
  }
}

/** @param {Prediction} prediction */
function renderRanking(parts, prediction, places) {
  /** @type {"image1" | "image2"} */
  const further = prediction.closer === "image1" ? "image2" : "image1";
  parts.words.textContent = texts.closest(places[prediction.closer]);
  parts.ranks.replaceChildren(
    ...[prediction.closer, further].map((name) => rank(prediction, name, places[name])),
  );
}

/** @param {Prediction} prediction @param {"image1" | "image2"} name @param {string} title */
function rank({ engine, threshold, ...prediction }, name, title) {
  const candidate = prediction[name];
  const item = fromTemplate("rank");
  const parts = partsOf(item);
  const words = distanceAndThreshold(candidate.distance, threshold);
  const call = callOf({ ...candidate, threshold }, engine);
  const score = candidate.score === null ? "" : ` ${texts.score(number(candidate.score))}`;
  item.dataset.call = call;
  parts.symbol.append(symbol());
  parts.title.textContent = title;
  parts.fact.textContent = texts.rankFact(texts.call[call], words.distance, words.threshold) + score;
  return item;
}
