/** A row of the table of many photos. */

import { fromTemplate, partsOf, showFileName } from "../dom.js";
import { number } from "../format.js";
import { texts } from "../texts.js";
import { callOf, decisionOf, isContradiction, warningsOf } from "../verdict/call.js";
import { comparedFace, pngUrl } from "../verdict/crops.js";
import { symbol } from "../verdict/verdict.js";

/** @typedef {import("./find.js").Candidate} Candidate */
/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {Record<"remove" | "compareInDetail", (candidate: Candidate) => void>} RowActions */

const DIGITS = 3; // of a distance, so that neighbours can be told apart

/** @param {Candidate} candidate @param {RowActions} actions */
export function createRow(candidate, { remove, compareInDetail }) {
  const row = fromTemplate("find-row");
  const parts = partsOf(row);
  const { photo, reference } = candidate;
  const { name } = photo.file;
  whenSeen(row, () => showThumbnail(parts.picture, photo));
  parts.distance.dataset.title = texts.columnDistance;
  showFileName(parts.name, reference ? texts.pair(reference.file.name, name) : name);
  parts.credit.textContent = photo.credit;
  parts.symbol.append(symbol());
  prepare(parts.remove, texts.remove(name), () => remove(candidate));
  prepare(parts.closer, texts.lookCloser(name), () => compareInDetail(candidate));
  return row;
}

/** @param {HTMLElement} row @param {Candidate} candidate @param {boolean} running */
export function renderRow(row, candidate, running) {
  const parts = partsOf(row);
  const { status, comparison, error } = candidate;
  const call = comparison ? callOf(comparison) : "";
  row.dataset.call = call;
  parts.symbol.hidden = !call;
  parts.words.textContent = call ? texts.call[call] : wordsOf(status);
  parts.error.textContent = status === "failed" ? error : "";
  parts.closer.hidden = !comparison;
  parts.remove.hidden = running;
  renderComparison(parts, comparison);
}

/** @param {HTMLElement} button @param {string} label @param {() => void} onClick */
function prepare(button, label, onClick) {
  button.setAttribute("aria-label", label);
  button.addEventListener("click", onClick);
}

/** @param {import("../dom.js").Parts} parts @param {Comparison | null} comparison */
function renderComparison(parts, comparison) {
  const face = comparison && comparedFace(comparison.image2);
  const doubts = comparison && isContradiction(comparison) ? [texts.contradiction] : [];
  parts.warnings.textContent = [...doubts, ...warningsOf(face?.quality ?? [])].join(" ");
  if (face?.chip) showCompared(parts.picture, face.chip);
  parts.distance.textContent = comparison ? number(decisionOf(comparison).distance, DIGITS) : "";
}

/** @param {HTMLImageElement} picture @param {string} chip */
function showCompared(picture, chip) {
  picture.src = pngUrl(chip);
  picture.hidden = false; // the browser may not have been able to show the photo
}

/** @param {HTMLElement} row @param {() => void} act */
function whenSeen(row, act) {
  const observer = new IntersectionObserver(([seen]) => {
    if (!seen?.isIntersecting) return;
    observer.disconnect();
    act();
  });
  observer.observe(row);
}

/**
 * Of what is sent: twenty originals would take a gigabyte of memory.
 * @param {HTMLImageElement} picture
 * @param {Photo} photo
 */
async function showThumbnail(picture, photo) {
  const url = URL.createObjectURL(await photo.ready);
  picture.addEventListener("load", () => URL.revokeObjectURL(url), { once: true });
  picture.addEventListener("error", () => (picture.hidden = picture.src === url), { once: true });
  if (!picture.src) picture.src = url;
}

/** @param {Candidate["status"]} status */
function wordsOf(status) {
  if (status === "failed") return texts.status.failed;
  return status === "busy" ? texts.rowBusy : texts.rowWaiting;
}
