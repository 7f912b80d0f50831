/** The verdict in words, colour and symbol, with its scale. */

import { fromTemplate, partsOf } from "../dom.js";
import { distanceAndThreshold, moment, number, share } from "../format.js";
import { texts } from "../texts.js";
import { bandOf, callOf, typicalOf } from "./call.js";
import { renderScale } from "./scale.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("./call.js").Call} Call */

/** @param {HTMLElement} root  a live region: what appears in it is read out */
export function createVerdict(root) {
  const parts = partsOf(root);
  parts.symbol.append(symbol());
  parts.print.addEventListener("click", () => window.print());
  /** @type {Comparison | null} */
  let shown = null;
  return {
    /** @param {Comparison | null} comparison */
    render(comparison) {
      if (comparison === shown) return;
      shown = comparison;
      parts.card.hidden = !comparison;
      if (!comparison) return;
      renderVerdict(parts, comparison);
      root.scrollIntoView({ block: "nearest" });
    },
  };
}

/** The sign for a call; verdict.css shows the lines that belong to it. */
export function symbol() {
  return fromTemplate("symbol");
}

function renderVerdict(parts, comparison) {
  const { distance, threshold, engine, score } = comparison;
  const { far_at_distance: near, far_at_threshold: accepted } = comparison;
  const words = distanceAndThreshold(distance, threshold);
  const call = callOf(comparison, engine);
  parts.card.dataset.call = call; // verdict.css chooses colour and symbol by it
  parts.words.textContent = texts.call[call];
  parts.reason.textContent = reasonOf(call, comparison, words);
  const calibrated = score !== null;
  parts.score.textContent = calibrated ? texts.score(number(score)) : "";
  parts.falseAccepts.textContent = calibrated
    ? texts.falseAccepts(share(near), share(accepted))
    : "";
  parts.printed.textContent = texts.printedBy(moment(comparison.created_at));
  renderScale(parts, { distance, threshold, typical: typicalOf(engine) }, words);
}

/** @param {Call} call */
function reasonOf(call, { threshold, engine, same_person: same }, words) {
  if (call === "same") return texts.sameReason(words.distance, words.threshold);
  if (call === "different") return texts.differentReason(words.distance, words.threshold);
  const [from, to] = bandOf(threshold, engine).map((value) => number(value, 2));
  return `${texts.closeReason(words.distance, from, to)} ${texts.strictly(words.threshold, same)}`;
}
