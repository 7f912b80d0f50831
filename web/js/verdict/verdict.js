/** The verdict in words, colour and symbol, with its scale. */

import { fromTemplate, partsOf } from "../dom.js";
import { verdictWords } from "./call.js";
import { renderScale } from "./scale.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */

/** @param {HTMLElement} root  a live region: what appears in it is read out */
export function createVerdict(root) {
  const parts = partsOf(root);
  parts.symbol.append(symbol());
  parts.print.addEventListener("click", () => window.print());
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

/** The sign for a call; verdict.css shows the lines that belong to it. */
export function symbol() {
  return fromTemplate("symbol");
}

/** @param {import("../dom.js").Parts} parts @param {Comparison} comparison */
function renderVerdict(parts, comparison) {
  const words = verdictWords(comparison);
  parts.card.dataset.call = words.call; // verdict.css chooses colour and symbol by it
  parts.words.textContent = words.headline;
  parts.reason.textContent = words.reason;
  parts.score.textContent = words.score;
  parts.falseAccepts.textContent = words.rates;
  parts.printed.textContent = words.printed;
  renderScale(parts, comparison, words.figures);
}
