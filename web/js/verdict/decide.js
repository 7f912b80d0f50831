/** Another threshold, tried on a verdict: what the answer would be, and how often it would be wrong. */

import { withText } from "../dom.js";
import { number, share } from "../format.js";
import { errorRatesOf } from "../service/service-info.js";
import { texts } from "../texts.js";
import { decisionOf } from "./call.js";
import { END } from "./scale.js";

/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../service/types.js").ErrorRates} ErrorRates */

const STEP = 0.001;
const CHOICES = [1e-2, 1e-3, 1e-4, 1e-5]; // false match rates that are usual

/** @param {HTMLElement} root @param {Comparison} comparison */
export async function showDecision(root, comparison) {
  const { distance, threshold, engine } = decisionOf(comparison);
  const rates = await errorRatesOf(engine);
  const slider = rangeInput(threshold);
  const select = rateSelect(rates);
  const answer = withText("output", "");
  const tell = () => {
    answer.textContent = answerAt(Number(slider.value), distance, rates);
  };
  slider.addEventListener("input", () => {
    select.value = "";
    tell();
  });
  select.addEventListener("change", () => {
    slider.value = select.value || String(threshold);
    tell();
  });
  tell();
  root.replaceChildren(
    labelled(texts.decideThreshold, slider),
    ...(rates.length ? [labelled(texts.decideRate, select)] : []),
    answer,
  );
}

/**
 * @param {number} threshold
 * @param {number} distance
 * @param {ErrorRates[]} rates
 */
function answerAt(threshold, distance, rates) {
  const call = texts.call[distance < threshold ? "same" : "different"];
  const answer = texts.decideAnswer(number(threshold, 3), call);
  const at = ratesAt(rates, threshold);
  const meaning = at ? texts.decideRates(share(at.fmr), share(at.fnmr)) : texts.decideUnknown;
  return `${answer} ${meaning}`;
}

/**
 * Straight lines between what was measured; beyond it, its end.
 * @param {ErrorRates[]} rates  with rising thresholds
 * @param {number} threshold
 * @returns {{fmr: number, fnmr: number} | null}  null where nothing was measured
 */
export function ratesAt(rates, threshold) {
  const after = rates.findIndex((each) => each.threshold >= threshold);
  const upper = rates.at(after);
  const lower = after > 0 ? rates[after - 1] : upper;
  if (!upper || !lower) return null;
  const width = upper.threshold - lower.threshold;
  const part = width ? (threshold - lower.threshold) / width : 0;
  /** @param {"fmr" | "fnmr"} name */
  const between = (name) => lower[name] + part * (upper[name] - lower[name]);
  return { fmr: between("fmr"), fnmr: between("fnmr") };
}

/**
 * The largest measured threshold that accepts no more strangers than this.
 * @param {ErrorRates[]} rates
 * @param {number} fmr
 */
export function thresholdFor(rates, fmr) {
  return rates.filter((each) => each.fmr <= fmr).at(-1)?.threshold;
}

/** @param {number} threshold */
function rangeInput(threshold) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: "0", max: String(END), step: String(STEP) });
  slider.value = String(threshold);
  return slider;
}

/** @param {ErrorRates[]} rates */
function rateSelect(rates) {
  const select = document.createElement("select");
  const own = Object.assign(withText("option", texts.decideOwn), { value: "" });
  const options = CHOICES.flatMap((fmr) => {
    const threshold = thresholdFor(rates, fmr);
    return threshold
      ? [Object.assign(withText("option", share(fmr)), { value: String(threshold) })]
      : [];
  });
  select.append(own, ...options);
  return select;
}

/** @param {string} words @param {HTMLElement} control */
function labelled(words, control) {
  const label = withText("label", "");
  label.className = "control";
  label.append(withText("span", words), control);
  return label;
}
