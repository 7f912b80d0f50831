/** The verdict in words, colour and symbol, with its scale. */

import { renderScale } from "./distance-scale.js";
import { partsOf } from "./dom.js";
import { distanceAndThreshold } from "./format.js";
import { texts } from "./texts.js";

/** @typedef {import("./api.js").Comparison} Comparison */

/** @param {HTMLElement} root  a live region: what appears in it is read out */
export function createVerdict(root) {
  const parts = partsOf(root);
  return {
    /** @param {Comparison | null} comparison */
    render(comparison) {
      parts.card.hidden = !comparison;
      if (!comparison) return;
      renderVerdict(parts, comparison);
      root.scrollIntoView({ block: "nearest" });
    },
  };
}

function renderVerdict(parts, comparison) {
  const { same_person: same, distance, threshold } = comparison;
  const words = distanceAndThreshold(distance, threshold);
  const reason = same ? texts.sameReason : texts.differentReason;
  parts.card.dataset.same = String(same); // verdict.css chooses colour and symbol by it
  parts.words.textContent = same ? texts.samePerson : texts.differentPeople;
  parts.reason.textContent = reason(words.distance, words.threshold);
  renderScale(parts, { distance, threshold }, words);
}
