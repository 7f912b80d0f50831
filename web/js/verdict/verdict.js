/** The verdict: a card with the two faces, the sign between them, the call in words, and the scale. */

import { fromTemplate, partsOf, showFileName } from "../dom.js";
import { moment } from "../format.js";
import { texts } from "../texts.js";
import { verdictWords, warningsOf } from "./call.js";
import { comparedFace, pngUrl } from "./crops.js";
import { renderScale } from "./scale.js";
import { renderStrips } from "./strips.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("../service/types.js").Comparison} Comparison */
/** @typedef {{image1: string, image2: string}} Names  of the files */
/** @typedef {(name: "image1" | "image2", place: number) => void} OnFace */

/**
 * @typedef {object} Shown
 * @property {Comparison} comparison
 * @property {Names} names
 * @property {boolean} reopened  from the tab's history, without its photos
 */

/** @param {HTMLElement} root  a live region: what appears in it is read out @param {OnFace} onFace */
export function createVerdict(root, onFace) {
  const parts = partsOf(root);
  /** @type {Shown | null} */
  let shown = null;
  parts.symbol.append(symbol());
  parts.print.addEventListener("click", () => window.print());
  parts.copyCard.addEventListener("click", async () => {
    const { copyPicture } = await import("./card-picture.js");
    if (shown) parts.cardStatus.textContent = await copyPicture(shown);
  });
  parts.saveCard.addEventListener("click", async () => {
    const { savePicture } = await import("./card-picture.js");
    if (shown) await savePicture(shown);
  });
  openWith(parts.decide, async (content) => {
    const { showDecision } = await import("./decide.js");
    if (shown) showDecision(content, shown.comparison);
  });
  openWith(parts.code, async (content) => {
    const { showCode } = await import("./as-code.js");
    if (shown) showCode(content, shown);
  });
  return {
    /** @param {Shown | null} now */
    render(now) {
      shown = now;
      parts.card.hidden = !now;
      if (!now) return;
      renderVerdict(parts, now);
      renderStrips(parts.strips, now, onFace);
      root.scrollIntoView({ block: "nearest" });
    },
  };
}

/** The sign for a call; verdict.css shows the lines that belong to it. */
export function symbol() {
  return fromTemplate("symbol");
}

/**
 * What is in a fold is made when it is opened.
 * @param {HTMLDetailsElement} fold
 * @param {(content: HTMLElement) => void} fill
 */
function openWith(fold, fill) {
  fold.addEventListener(
    "toggle",
    () => fold.open && fill(partsOf(fold)[`${fold.dataset.part}Content`]),
  );
}

/** @param {Parts} parts @param {Shown} shown */
function renderVerdict(parts, { comparison, names, reopened }) {
  const words = verdictWords(comparison);
  parts.card.dataset.call = words.call; // verdict.css chooses colour and symbol by it
  parts.reopened.textContent = reopened ? texts.reopened(moment(comparison.created_at)) : "";
  parts.words.textContent = words.headline;
  parts.reason.textContent = words.reason;
  parts.compared.textContent = words.compared;
  parts.worst.textContent = worstWarning(comparison);
  parts.score.textContent = words.score;
  parts.falseAccepts.textContent = words.rates;
  parts.cardStatus.textContent = "";
  parts.decide.open = false;
  parts.code.open = false;
  const lines = factLines(comparison).map((line) =>
    Object.assign(document.createElement("li"), { textContent: line }),
  );
  parts.printed.replaceChildren(...lines);
  renderFace(parts.face1, parts.name1, names.image1, texts.photoName.image1, comparison.image1);
  renderFace(parts.face2, parts.name2, names.image2, texts.photoName.image2, comparison.image2);
  renderScale(parts, comparison, words.figures);
}

/**
 * @param {HTMLImageElement} picture
 * @param {HTMLElement} caption
 * @param {string} name
 * @param {string} title
 * @param {import("../service/types.js").PhotoResult} photo
 */
function renderFace(picture, caption, name, title, photo) {
  const { chip } = comparedFace(photo);
  picture.hidden = !chip;
  if (chip) picture.src = pngUrl(chip);
  picture.alt = texts.faceOf(title);
  showFileName(caption, name);
}

/**
 * The first thing that makes a face unfit; the rest stands with the faces.
 * @param {Comparison} comparison
 */
function worstWarning({ image1, image2 }) {
  const titles = texts.photoName;
  for (const [title, photo] of /** @type {const} */ ([
    [titles.image1, image1],
    [titles.image2, image2],
  ])) {
    const [warning] = warningsOf(comparedFace(photo).quality);
    if (warning) return texts.worstWarning(title, warning);
  }
  return "";
}

/**
 * By what the comparison can be found again.
 * @param {Comparison} comparison
 */
export function factLines({ comparison_id: id, created_at: at, engine, image1, image2 }) {
  const titles = texts.photoName;
  return [
    texts.cardMade(moment(at), engine),
    ...(id ? [texts.cardId(id)] : []),
    texts.cardHash(titles.image1, image1.sha256),
    texts.cardHash(titles.image2, image2.sha256),
  ];
}
