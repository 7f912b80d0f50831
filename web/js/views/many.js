/** One reference against many photos; results as they come. */

import { partsOf } from "../dom.js";
import { remember } from "../own-history.js";
import { offerExamples } from "../photos/examples.js";
import { acceptChosen, acceptDrops } from "../photos/files.js";
import { discard, photoOf } from "../photos/photo.js";
import { createPhotoPicker } from "../photos/photo-picker.js";
import { compare } from "../service/api.js";
import { ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";
import { createManyTable } from "./many-table.js";

/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {import("../service/types.js").Comparison} Comparison */
/**
 * @typedef {object} Candidate
 * @property {Photo} photo
 * @property {"waiting" | "busy" | "done" | "failed"} state
 * @property {Comparison | null} comparison
 * @property {string} error
 */

const MOST = 20;
const AT_ONCE = 2; // more would only wait for each other in the service

/**
 * @param {HTMLElement} root
 * @param {{lookCloser: (reference: File, candidate: File) => void}} actions
 */
export function createManyView(root, { lookCloser }) {
  const parts = partsOf(root);
  const title = texts.photoName.reference;
  const state = {
    /** @type {Photo | null} */
    reference: null,
    /** @type {Candidate[]} */
    candidates: [],
    /** @type {AbortController | null} */
    run: null,
    cancelled: false,
    notice: "",
    /** @type {{message: string, image: string | null} | null} */
    failure: null,
  };
  const picker = createPhotoPicker(title, { onFile: (file) => setReference(file) });
  const table = createManyTable(parts, {
    remove: (candidate) => removeCandidates([candidate]),
    lookCloser: ({ photo }) => lookCloser(state.reference.file, photo.file),
  });

  parts.reference.append(picker.element);
  parts.loadMany.addEventListener("click", () => parts.files.click());
  parts.dropZone.addEventListener("click", () => parts.files.click());
  acceptChosen(parts.files, add);
  acceptDrops(parts.others, add);
  parts.run.addEventListener("click", run);
  parts.cancel.addEventListener("click", () => stop({ cancelled: true }));
  parts.clear.addEventListener("click", () => removeCandidates(state.candidates));
  offerExamples(
    parts.examples,
    [{ label: texts.examplesMany, files: { reference: "obama.jpg", one: "biden.jpg", two: "obama2.jpg" } }],
    loadExamples,
  );
  render();

  return { paste: (files) => (state.reference ? add(files) : setReference(files[0])) };

  function setReference(file, credit) {
    discard(state.reference);
    state.reference = photoOf(file, credit);
    for (const candidate of state.candidates) Object.assign(candidate, unanswered());
    stop();
  }

  function add(files, credits = {}) {
    const room = MOST - state.candidates.length;
    const added = files.slice(0, Math.max(0, room));
    state.candidates.push(
      ...added.map((file) => ({ photo: photoOf(file, credits[file.name]), ...unanswered() })),
    );
    stop({ notice: files.length > room ? texts.manyTooMany(MOST) : "" });
  }

  function removeCandidates(removed) {
    for (const { photo } of removed) discard(photo);
    state.candidates = state.candidates.filter((candidate) => !removed.includes(candidate));
    stop();
  }

  async function loadExamples(loading) {
    try {
      const { reference, ...others } = await loading;
      setReference(reference.file, reference.credit);
      const credits = Object.fromEntries(Object.values(others).map(({ file, credit }) => [file.name, credit]));
      add(Object.values(others).map(({ file }) => file), credits);
    } catch (failure) {
      stop({ failure });
    }
  }

  async function run() {
    if (state.run) return;
    if (!state.reference) {
      stop({ failure: new ServiceFailed(texts.failure.loadFirst, "reference") });
      return;
    }
    const mine = new AbortController();
    stop({ run: mine });
    const waiting = state.candidates.filter(({ state: is }) => is !== "done");
    const worker = async () => {
      for (let next = waiting.shift(); next && mine === state.run; next = waiting.shift()) {
        await answer(next, mine);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (mine === state.run) stop();
  }

  /** @param {Candidate} candidate @param {AbortController} mine */
  async function answer(candidate, mine) {
    Object.assign(candidate, { state: "busy", error: "" });
    render();
    const outcome = await outcomeOf(candidate, mine.signal);
    if (mine !== state.run) return; // cancelled, or begun anew
    Object.assign(candidate, outcome);
    render();
  }

  /** @param {Candidate} candidate @param {AbortSignal} signal */
  async function outcomeOf({ photo }, signal) {
    const { reference } = state;
    try {
      const [image1, image2] = await Promise.all([reference.ready, photo.ready]);
      const comparison = await compare({ image1, image2 }, {}, { signal, onProgress: () => {} });
      remember(reference.file.name, photo.file.name, comparison, comparison);
      return { state: "done", comparison };
    } catch (failure) {
      // A fault of the reference stops everything; a fault of this photo is this photo's.
      if (failure.image === "image1" && !signal.aborted) {
        stop({ failure: new ServiceFailed(failure.message, "reference") });
      }
      return { state: "failed", error: failure.message };
    }
  }

  /** End the run that is under way, or begin another. */
  function stop({ run: next = null, cancelled = false, notice = "", failure = null } = {}) {
    state.run?.abort();
    for (const candidate of state.candidates) {
      if (candidate.state === "busy") candidate.state = "waiting";
    }
    Object.assign(state, { run: next, cancelled, notice, failure });
    render();
  }

  function render() {
    const { reference, candidates, run: running, failure } = state;
    const blamed = failure?.image === "reference";
    const answered = candidates.find(({ comparison }) => comparison)?.comparison;
    picker.render({
      photo: reference,
      result: answered?.image1 ?? null,
      error: blamed ? failure.message : "",
    });
    parts.failure.textContent = failure && !blamed ? failure.message : "";
    parts.run.setAttribute("aria-disabled", String(Boolean(running)));
    if (!running && document.activeElement === parts.cancel) parts.run.focus();
    parts.cancel.hidden = !running;
    parts.clear.hidden = candidates.length === 0 || Boolean(running);
    parts.results.hidden = candidates.length === 0;
    parts.progress.hidden = !running;
    parts.progress.max = Math.max(1, candidates.length);
    parts.progress.value = finished().length;
    const words = statusOf(state);
    if (parts.status.textContent !== words) parts.status.textContent = words;
    table.render(candidates, Boolean(running));
  }

  function finished() {
    return state.candidates.filter(({ state: is }) => is === "done" || is === "failed");
  }

  function statusOf({ reference, candidates, run: running, cancelled, notice }) {
    const { manyStatus } = texts;
    const done = finished().length;
    const count = candidates.length;
    if (running) return manyStatus.busy(done, count);
    if (cancelled) return manyStatus.cancelled(done, count);
    const ready = reference && count > 0;
    const words = done > 0 && done === count ? manyStatus.done(count)
      : ready ? manyStatus.ready(count - done) : manyStatus.waiting;
    return notice ? `${notice} ${words}` : words;
  }
}

/** @returns {Omit<Candidate, "photo">} */
function unanswered() {
  return { state: "waiting", comparison: null, error: "" };
}
