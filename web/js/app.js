/** The page's controller: one state, one render, and what the visitor can do. */

import { compare, ComparisonFailed } from "./api.js";
import { createDetails } from "./details.js";
import { byId, fillTexts } from "./dom.js";
import { createFaces } from "./faces.js";
import { duration } from "./format.js";
import { createPhotoPicker } from "./photo-picker.js";
import { language, texts } from "./texts.js";
import { createVerdict } from "./verdict.js";

/** @typedef {import("./api.js").Comparison} Comparison */
/** @typedef {import("./api.js").PhotoName} PhotoName */
/** @typedef {import("./photo-picker.js").Photo} Photo */

/** @type {PhotoName[]} */
const NAMES = ["image1", "image2"];

const state = {
  /** @type {Record<PhotoName, Photo | null>} */
  photos: { image1: null, image2: null },
  /** @type {AbortController | null}  the comparison that is being waited for */
  request: null,
  cancelled: false,
  /** @type {Comparison | null} */
  comparison: null,
  /** @type {{message: string, image: string | null} | null} */
  failure: null,
};

const pickers = Object.fromEntries(
  NAMES.map((name) => [name, createPhotoPicker(name, (file) => load(name, file))]),
);
const predictButton = byId("predict");
const cancelButton = byId("cancel");
const verdict = createVerdict(byId("verdict"));
const faces = createFaces(byId("faces"));
const details = createDetails(byId("details"));

start();

function start() {
  document.documentElement.lang = language;
  document.title = `${texts.brand} – ${texts.question}`;
  fillTexts(document);
  byId("slots").append(...NAMES.map((name) => pickers[name].element));
  predictButton.addEventListener("click", predict);
  cancelButton.addEventListener("click", cancel);
  keepDropsOnThePage();
  document.addEventListener("paste", paste);
  render(state);
  byId("page").hidden = false;
}

/** @param {PhotoName} name @param {File} file */
function load(name, file) {
  const before = state.photos[name];
  if (before) URL.revokeObjectURL(before.url);
  state.photos[name] = { file, url: URL.createObjectURL(file) };
  const otherIsToBlame = NAMES.some((other) => other !== name && other === state.failure?.image);
  settle({ failure: otherIsToBlame ? state.failure : null });
}

/** A picture from the clipboard goes where the focus is, else into the first place that is empty. */
function paste(event) {
  const [file] = [...event.clipboardData.files].filter(({ type }) => type.startsWith("image/"));
  if (!file) return;
  event.preventDefault();
  const focused = NAMES.find((name) => pickers[name].element.contains(document.activeElement));
  load(focused ?? NAMES.find((name) => !state.photos[name]) ?? NAMES.at(-1), file);
}

async function predict() {
  if (state.request) return;
  const missing = NAMES.find((name) => !state.photos[name]);
  if (missing) {
    settle({ failure: new ComparisonFailed(texts.failure.loadFirst, missing) });
    return;
  }
  const request = new AbortController();
  settle({ request });
  const outcome = await outcomeOf(request.signal);
  // Only the newest request may speak: an older answer must not overwrite it.
  if (request === state.request) settle(outcome);
}

async function outcomeOf(signal) {
  const { image1, image2 } = state.photos;
  try {
    return { comparison: await compare({ image1: image1.file, image2: image2.file }, signal) };
  } catch (failure) {
    return { failure };
  }
}

function cancel() {
  settle({ cancelled: true });
}

/** Begin anew with this; a request that is replaced is aborted, an older outcome is forgotten. */
function settle({ request = null, cancelled = false, comparison = null, failure = null }) {
  state.request?.abort();
  Object.assign(state, { request, cancelled, comparison, failure });
  render(state);
}

function render({ photos, request, comparison, failure }) {
  for (const name of NAMES) {
    pickers[name].render({
      photo: photos[name],
      result: comparison?.[name] ?? null,
      error: failure?.image === name ? failure.message : "",
    });
  }
  byId("failure").textContent = failure && !NAMES.includes(failure.image) ? failure.message : "";
  byId("status").textContent = statusOf(state);
  renderBusy(Boolean(request));
  verdict.render(comparison);
  faces.render(comparison);
  details.render(comparison);
}

function renderBusy(busy) {
  // Not `disabled`, which would drop the keyboard's focus.
  predictButton.setAttribute("aria-disabled", String(busy));
  byId("progress").hidden = !busy;
  if (!busy && document.activeElement === cancelButton) predictButton.focus();
  cancelButton.hidden = !busy;
}

function statusOf({ photos, request, cancelled, comparison, failure }) {
  const { status } = texts;
  if (request) return status.busy;
  if (comparison) return status.done(duration(comparison.timing_ms.total));
  if (failure) return status.failed;
  if (cancelled) return status.cancelled;
  return photos.image1 && photos.image2 ? status.ready : status.waiting;
}

/** A photo dropped beside its place must not replace the page. */
function keepDropsOnThePage() {
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
}
