/** Which of two candidates is closer to the anchor? */

import { fromTemplate, partsOf } from "../dom.js";
import { distanceAndThreshold, number } from "../format.js";
import { ComparisonForm } from "../photos/comparison-form.js";
import { predict } from "../service/operations.js";
import { addTabEntry } from "../tab-history.js";
import { texts } from "../texts.js";
import { callOf, comparedText, decisionOf, isContradiction, ratesText } from "../verdict/call.js";
import { createCrops } from "../verdict/crops.js";
import { createDetails } from "../verdict/details.js";
import { symbol } from "../verdict/verdict.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("../service/types.js").Prediction} Prediction */
/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../photos/comparison-form.js").Photos} Photos */
/** @typedef {"image1" | "image2"} CandidateName */

/** @type {CandidateName[]} */
const CANDIDATES = ["image1", "image2"];
const { anchor, candidate1, candidate2 } = texts.photoName;
const TITLES = { anchor, image1: candidate1, image2: candidate2 };
const EXAMPLES = [
  {
    label: texts.examplesRank,
    files: { anchor: "obama.jpg", image1: "biden.jpg", image2: "obama2.jpg" },
  },
];

/** @param {HTMLElement} root */
export function createRankView(root) {
  const parts = partsOf(root);
  return new ComparisonForm(parts.place, {
    places: TITLES,
    action: texts.rank,
    waiting: texts.status.waitingForThree,
    examples: EXAMPLES,
    send: predict,
    resultsOf,
    show: createResult(parts),
  });
}

/** @param {Prediction} prediction */
function resultsOf(prediction) {
  const { anchor: photo, image1, image2 } = prediction;
  return { anchor: photo, image1: image1.photo, image2: image2.photo };
}

/** @param {Parts} parts */
function createResult(parts) {
  const crops = createCrops(parts.faces);
  const details = createDetails(parts.details);
  /** @type {Prediction | null} */
  let shown = null;

  /** @param {Prediction | null} prediction @param {Photos} photos */
  return (prediction, photos) => {
    if (prediction === shown) return;
    shown = prediction;
    const results = prediction ? titledPhotos(prediction) : [];
    crops.render(results);
    details.render(
      prediction && { response: prediction, verdicts: titledVerdicts(prediction), photos: results },
    );
    parts.ranking.hidden = !prediction;
    if (!prediction) return;
    keep(prediction, photos);
    renderRanking(parts, prediction);
  };
}

/** @param {Prediction} prediction @returns {[string, PhotoResult][]} */
function titledPhotos(prediction) {
  const { anchor: photo, image1, image2 } = resultsOf(prediction);
  return [
    [TITLES.anchor, photo],
    [TITLES.image1, image1],
    [TITLES.image2, image2],
  ];
}

/** @param {Prediction} prediction @returns {[string, import("../service/types.js").Candidate][]} */
function titledVerdicts({ image1, image2 }) {
  return [
    [TITLES.image1, image1],
    [TITLES.image2, image2],
  ];
}

/** @param {Prediction} prediction @param {Photos} photos */
function keep(prediction, photos) {
  for (const name of CANDIDATES) {
    const files = [photos.anchor, photos[name]].map((photo) => photo?.file.name ?? "");
    addTabEntry(files[0] ?? "", files[1] ?? "", verdictOn(prediction, name));
  }
}

/** @param {Parts} parts @param {Prediction} prediction */
function renderRanking(parts, prediction) {
  const further = prediction.closer === "image1" ? "image2" : "image1";
  parts.words.textContent = texts.closest(TITLES[prediction.closer]);
  parts.ranks.replaceChildren(rank(prediction, prediction.closer), rank(prediction, further));
  parts.ranking.scrollIntoView({ block: "nearest" });
}

/** @param {Prediction} prediction @param {CandidateName} name */
function rank(prediction, name) {
  const item = fromTemplate("rank");
  const parts = partsOf(item);
  const { call, fact } = rankWords(prediction, name);
  item.dataset.call = call;
  parts.symbol.append(symbol());
  parts.title.textContent = TITLES[name];
  parts.fact.textContent = fact;
  return item;
}

/** @param {Prediction} prediction @param {CandidateName} name */
function rankWords(prediction, name) {
  const verdict = verdictOn(prediction, name);
  const { distance, threshold } = distanceAndThreshold(decisionOf(verdict));
  const call = callOf(verdict);
  const words = [texts.rankFact(texts.call[call], distance, threshold)];
  if (verdict.score !== null) words.push(texts.score(number(verdict.score)));
  const rates = ratesText(verdict);
  if (rates) words.push(rates);
  if (isContradiction(verdict)) words.push(texts.contradiction);
  words.push(...comparedText(verdict, [prediction.anchor, prediction[name].photo]));
  return { call, fact: words.join(" ") };
}

/**
 * A candidate's distances with the thresholds, which are the prediction's.
 * @param {Prediction} prediction
 * @param {CandidateName} name
 */
function verdictOn(prediction, name) {
  return { ...prediction, ...prediction[name] };
}
