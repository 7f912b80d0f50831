/**
 * A desk: places for photos, a button that asks the service about them, and what came of it. One
 * state, one render.
 */

import { fromTemplate, partsOf } from "../dom.js";
import { has68Points, service } from "../service/about.js";
import { ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";
import { statusOf } from "./desk-status.js";
import { offerExamples } from "./examples.js";
import { allReady, discard, photoOf } from "./photo.js";
import { createPhotoPicker } from "./photo-picker.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/request.js").Course} Course */
/** @typedef {import("./overlay.js").Layers} Layers */
/** @typedef {import("./photo.js").Photo} Photo */

/**
 * @template Answer
 * @typedef {object} Plan
 * @property {Record<string, string>} places  the title of each photo, by the operation's own name
 * @property {string} waiting  what to do, while photos are missing
 * @property {import("./examples.js").Example[]} examples
 * @property {(photos: any, chosen: Record<string, number>, course: Course) => Promise<Answer>} ask
 * @property {(answer: Answer) => Record<string, PhotoResult>} resultsOf
 * @property {(answer: Answer | null, photos: Record<string, Photo>) => void} show
 */

/**
 * @template Answer
 * @param {HTMLElement} root
 * @param {Plan<Answer>} plan
 */
export function createDesk(root, plan) {
  const names = Object.keys(plan.places);
  const parts = partsOf(root.appendChild(fromTemplate("desk")));
  const state = {
    /** @type {Record<string, Photo | null>} */
    photos: Object.fromEntries(names.map((name) => [name, null])),
    /** @type {Record<string, number>}  faces that the visitor chose */
    chosen: {},
    /** @type {AbortController | null}  the request that is being waited for */
    request: null,
    /** @type {{sent: number, total: number} | null}  how far the request's photos are */
    progress: null,
    cancelled: false,
    /** @type {Answer | null} */
    answer: null,
    /** @type {{message: string, image: string | null} | null} */
    failure: null,
    notice: "",
    /** @type {Layers} */
    layers: { boxes: true, points5: true, points68: false },
  };
  const pickers = Object.fromEntries(names.map((name) => [name, picker(name)]));

  parts.slots.append(...names.map((name) => pickers[name].element));
  parts.slots.dataset.count = String(names.length);
  parts.predict.addEventListener("click", () => predict());
  parts.cancel.addEventListener("click", () => settle({ cancelled: true }));
  for (const layer of Object.keys(state.layers)) {
    parts[layer].addEventListener("change", () => {
      state.layers = { ...state.layers, [layer]: parts[layer].checked };
      render();
    });
  }
  offerExamples(parts.examples, plan.examples, loadExamples);
  render();

  return { load, paste, loadAll, render };

  function picker(name) {
    return createPhotoPicker(plan.places[name], {
      onFile: (file) => load(name, file),
      onFace: (place) => predict({ ...state.chosen, [name]: place }),
    });
  }

  /** @param {string} name @param {File} file @param {string} [credit] @param {string} [notice] */
  function load(name, file, credit, notice) {
    service(); // known by the time that Predict is pressed
    has68Points().then((known) => (parts.choice68.hidden = !known));
    discard(state.photos[name]);
    state.photos[name] = photoOf(file, credit);
    const otherIsToBlame = names.some((other) => other !== name && other === state.failure?.image);
    settle({ failure: otherIsToBlame ? state.failure : null, notice });
  }

  /** Into the place with the focus, else the first that is free, else the last. */
  function paste([file]) {
    const focused = names.find((name) => pickers[name].element.contains(document.activeElement));
    const free = names.find((name) => !state.photos[name]);
    const name = focused ?? free ?? names[names.length - 1];
    load(name, file, "", texts.pasted(plan.places[name]));
  }

  /** @param {Record<string, {file: File, credit: string}>} files */
  function loadAll(files) {
    for (const [name, { file, credit }] of Object.entries(files)) load(name, file, credit);
  }

  async function loadExamples(loading) {
    try {
      loadAll(await loading);
      parts.predict.focus({ preventScroll: true });
    } catch (failure) {
      settle({ failure });
    }
  }

  async function predict(chosen = state.chosen) {
    if (state.request) return;
    const missing = names.find((name) => !state.photos[name]);
    if (missing) {
      settle({ failure: new ServiceFailed(texts.failure.loadFirst, missing) });
      return;
    }
    const request = new AbortController();
    settle({ request, chosen });
    const outcome = await outcomeOf(request);
    // Only the newest request may speak: an older answer must not overwrite it.
    if (request === state.request) settle({ ...outcome, chosen });
  }

  async function outcomeOf(request) {
    const { signal } = request;
    const onProgress = (sent, total) => {
      if (request !== state.request) return;
      state.progress = { sent, total };
      renderProgress();
    };
    try {
      const photos = await allReady(state.photos);
      return { answer: await plan.ask(photos, state.chosen, { signal, onProgress }) };
    } catch (failure) {
      return { failure };
    }
  }

  /** Begin anew with this; a request that is replaced is aborted, an older outcome is forgotten. */
  function settle({
    request = null, cancelled = false, answer = null, failure = null, chosen = {}, notice = "",
  }) {
    state.request?.abort();
    Object.assign(state, { request, cancelled, answer, failure, chosen, notice, progress: null });
    render();
  }

  function render() {
    const { photos, answer, failure, chosen, layers } = state;
    const results = answer ? plan.resultsOf(answer) : {};
    for (const name of names) {
      pickers[name].render({
        photo: photos[name],
        result: results[name] ?? null,
        error: failure?.image === name ? failure.message : "",
        chosen: name in chosen,
        layers,
      });
    }
    parts.failure.textContent = failure && !names.includes(failure.image) ? failure.message : "";
    parts.layers.hidden = !answer;
    renderBusy(Boolean(state.request));
    renderProgress();
    plan.show(answer, photos);
  }

  function renderBusy(busy) {
    // Not `disabled`, which would drop the keyboard's focus.
    parts.predict.setAttribute("aria-disabled", String(busy));
    if (!busy && document.activeElement === parts.cancel) parts.predict.focus();
    parts.cancel.hidden = !busy;
  }

  function renderProgress() {
    const { request, progress } = state;
    parts.progress.hidden = !request;
    const sending = progress !== null && progress.sent < progress.total;
    if (sending) parts.progress.value = progress.sent / progress.total;
    else parts.progress.removeAttribute("value"); // how long the service takes is not known
    const words = statusOf(state, plan.waiting);
    if (parts.status.textContent !== words) parts.status.textContent = words;
  }
}
