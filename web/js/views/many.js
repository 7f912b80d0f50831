/** One reference against many photos; results as they come. */

import { announce, partsOf } from "../dom.js";
import { offerExamples } from "../photos/examples.js";
import { acceptChosen, acceptDrops } from "../photos/files.js";
import { discard, photoOf } from "../photos/photo.js";
import { PhotoPicker } from "../photos/photo-picker.js";
import { errorOfPhoto, failureFrom, ServiceFailed } from "../service/failure.js";
import { compare } from "../service/operations.js";
import { addTabEntry } from "../tab-history.js";
import { texts } from "../texts.js";
import { ManyState, runOver } from "./many-state.js";
import { ManyTable } from "./many-table.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {import("../photos/examples.js").LoadedExamples} LoadedExamples */
/** @typedef {import("./many-state.js").Candidate<Photo>} Candidate */
/** @typedef {import("./many-state.js").Result} Result */
/** @typedef {(reference: File, candidate: File) => void} ComparePair */

const EXAMPLES = [
  {
    label: texts.examplesMany,
    files: { reference: "obama.jpg", one: "biden.jpg", two: "obama2.jpg" },
  },
];

/** @param {HTMLElement} root @param {ComparePair} comparePair */
export function createManyView(root, comparePair) {
  return new ManyView(partsOf(root), comparePair);
}

class ManyView {
  #parts;
  /** @type {ManyState<Photo>} */
  #state = new ManyState();
  #picker;
  #table;

  /** @param {Parts} parts @param {ComparePair} comparePair */
  constructor(parts, comparePair) {
    this.#parts = parts;
    this.#picker = new PhotoPicker(texts.photoName.reference, {
      onFile: (file) => this.#setReference(file),
    });
    this.#table = new ManyTable(parts, {
      remove: (candidate) => this.#remove([candidate]),
      compareInDetail: ({ photo }) => {
        const { reference } = this.#state;
        if (reference) comparePair(reference.file, photo.file);
      },
    });
    parts.reference.append(this.#picker.element);
    this.#listen();
    this.#render();
  }

  /** @param {File[]} files */
  paste(files) {
    const [first] = files;
    if (this.#state.reference) this.#add(files);
    else if (first) this.#setReference(first);
  }

  #listen() {
    const { loadMany, dropZone, files, others, run, cancel, clear, examples } = this.#parts;
    loadMany.addEventListener("click", () => files.click());
    dropZone.addEventListener("click", () => files.click());
    acceptChosen(files, (chosen) => this.#add(chosen));
    acceptDrops(others, (dropped) => this.#add(dropped));
    run.addEventListener("click", () => this.#run());
    cancel.addEventListener("click", () => this.#settle({ cancelled: true }));
    clear.addEventListener("click", () => this.#remove(this.#state.candidates));
    offerExamples(examples, EXAMPLES, (loading) => this.#loadExamples(loading));
  }

  /** @param {File} file @param {string} [credit] */
  #setReference(file, credit) {
    discard(this.#state.reference);
    this.#state.setReference(photoOf(file, credit));
    this.#render();
  }

  /** @param {File[]} files @param {Record<string, string>} credits  by file name */
  #add(files, credits = {}) {
    const room = this.#state.room();
    const photos = files.slice(0, room).map((file) => photoOf(file, credits[file.name]));
    this.#state.add(photos, files.length <= room);
    this.#render();
  }

  /** @param {Candidate[]} removed */
  #remove(removed) {
    for (const { photo } of removed) discard(photo);
    this.#state.remove(removed);
    this.#render();
  }

  /** @param {Promise<LoadedExamples>} loading */
  async #loadExamples(loading) {
    try {
      const { reference, ...others } = await loading;
      if (reference) this.#setReference(reference.file, reference.credit);
      const added = Object.values(others);
      const credits = Object.fromEntries(added.map(({ file, credit }) => [file.name, credit]));
      this.#add(
        added.map(({ file }) => file),
        credits,
      );
    } catch (cause) {
      this.#settle({ failure: failureFrom(cause) });
    }
  }

  async #run() {
    const state = this.#state;
    const { reference } = state;
    if (state.run) return;
    if (!reference) {
      this.#settle({ failure: new ServiceFailed(texts.failure.loadFirst, "reference") });
      return;
    }
    const run = new AbortController();
    this.#settle({ run });
    await runOver(state.unfinished(), {
      isCurrent: () => run === state.run,
      resultOf: ({ photo }) => this.#resultOf(photo, reference, run.signal),
      onChange: () => this.#render(),
    });
    if (run === state.run) this.#settle();
  }

  /**
   * @param {Photo} photo
   * @param {Photo} reference
   * @param {AbortSignal} signal
   * @returns {Promise<Partial<Result>>}
   */
  async #resultOf(photo, reference, signal) {
    try {
      const [image1, image2] = await Promise.all([reference.ready, photo.ready]);
      const comparison = await compare({ image1, image2 }, {}, { signal, onProgress: () => {} });
      addTabEntry(reference.file.name, photo.file.name, comparison);
      return { status: "done", comparison };
    } catch (cause) {
      const failure = failureFrom(cause);
      // A fault of the reference stops everything; a fault of this photo is this photo's.
      if (failure.image === "image1" && !signal.aborted) {
        this.#settle({ failure: new ServiceFailed(failure.message, "reference") });
      }
      return { status: "failed", error: errorOfPhoto(failure, "image2") || failure.message };
    }
  }

  /** @param {import("./many-state.js").Change} [change] */
  #settle(change) {
    this.#state.settle(change);
    this.#render();
  }

  #render() {
    const { reference, candidates, run } = this.#state;
    const answered = candidates.find(({ comparison }) => comparison);
    this.#picker.render({
      photo: reference,
      result: answered?.comparison?.image1 ?? null,
      error: this.#state.referenceError(),
    });
    this.#renderButtons(Boolean(run), candidates.length);
    this.#renderProgress(Boolean(run), candidates.length);
    this.#table.render(candidates, Boolean(run));
  }

  /** @param {boolean} running @param {number} count */
  #renderButtons(running, count) {
    const { run, cancel, clear } = this.#parts;
    run.setAttribute("aria-disabled", String(running));
    if (!running && document.activeElement === cancel) run.focus();
    cancel.hidden = !running;
    clear.hidden = count === 0 || running;
  }

  /** @param {boolean} running @param {number} count */
  #renderProgress(running, count) {
    const { failure, results, progress, status } = this.#parts;
    failure.textContent = this.#state.generalError();
    results.hidden = count === 0;
    progress.hidden = !running;
    progress.max = Math.max(1, count);
    progress.value = this.#state.finishedCount();
    announce(status, this.#state.statusText());
  }
}
