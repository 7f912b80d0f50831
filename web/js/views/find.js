/** One reference against many photos; results as they come. */

import { announce, partsOf, saveFile } from "../dom.js";
import { offerExamples } from "../photos/examples.js";
import { acceptChosen, acceptDrops } from "../photos/files.js";
import { discard, photoOf } from "../photos/photo.js";
import { PhotoPicker } from "../photos/photo-picker.js";
import { failureFrom, ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";
import { isCsv, LoadedFiles } from "./find-files.js";
import { resultOf } from "./find-result.js";
import { FindState, runOver } from "./find-state.js";
import { FindTable } from "./find-table.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {import("../photos/examples.js").LoadedExamples} LoadedExamples */
/** @typedef {import("./find-state.js").Candidate<Photo>} Candidate */
/** @typedef {(reference: File, candidate: File) => void} ComparePair */

const EXAMPLES = [
  {
    label: texts.examplesFind,
    files: { reference: "obama.jpg", one: "biden.jpg", two: "obama2.jpg" },
  },
];

/** @param {HTMLElement} root @param {ComparePair} comparePair */
export function createFindView(root, comparePair) {
  return new FindView(partsOf(root), comparePair);
}

class FindView {
  #parts;
  /** @type {FindState<Photo>} */
  #state = new FindState();
  #picker;
  #table;
  #loaded = new LoadedFiles();

  /** @param {Parts} parts @param {ComparePair} comparePair */
  constructor(parts, comparePair) {
    this.#parts = parts;
    this.#picker = new PhotoPicker(texts.photoName.reference, {
      onFile: (file) => this.#setReference(file),
    });
    this.#table = new FindTable(parts, {
      remove: (candidate) => this.#remove([candidate]),
      compareInDetail: ({ photo, reference = this.#state.reference }) => {
        if (reference) comparePair(reference.file, photo.file);
      },
    });
    parts.reference.append(this.#picker.element);
    this.#listen();
    this.#render();
  }

  /** @param {File[]} files */
  take(files) {
    const [first] = files;
    if (first && files.length === 1 && !this.#state.reference && !isCsv(first))
      this.#setReference(first);
    else this.#add(files);
  }

  #listen() {
    const { loadFiles, loadFolder, dropZone, files, folder, others, examples } = this.#parts;
    const { run, cancel, clear, findCsv } = this.#parts;
    loadFiles.addEventListener("click", () => files.click());
    dropZone.addEventListener("click", () => files.click());
    loadFolder.addEventListener("click", () => folder.click());
    findCsv.addEventListener("click", () => this.#saveCsv());
    acceptChosen(files, (chosen) => this.#add(chosen));
    acceptChosen(folder, (chosen) => this.#add(chosen));
    acceptDrops(others, (dropped) => this.#add(dropped));
    run.addEventListener("click", () => this.#run());
    cancel.addEventListener("click", () => this.#settle({ cancelled: true }));
    clear.addEventListener("click", () => {
      this.#loaded = new LoadedFiles();
      this.#remove(this.#state.candidates);
    });
    offerExamples(examples, EXAMPLES, (loading) => this.#loadExamples(loading));
  }

  /** @param {File} file @param {string} [credit] */
  #setReference(file, credit) {
    discard(this.#state.reference);
    this.#state.setReference(photoOf(file, credit));
    this.#render();
  }

  /** @param {File[]} files @param {Record<string, string>} [credits]  by file name */
  async #add(files, credits) {
    await this.#loaded.take(files, this.#state, credits);
    this.#render();
  }

  async #saveCsv() {
    const { csvOf } = await import("./find-csv.js");
    const name = this.#state.reference?.file.name ?? "";
    const csv = csvOf(this.#table.inOrder(), name);
    saveFile(new Blob([csv], { type: "text/csv" }), texts.findFile);
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
    if (state.run) return;
    if (!state.isComplete()) {
      this.#settle({ failure: new ServiceFailed(texts.failure.loadFirst, "reference") });
      return;
    }
    const run = new AbortController();
    this.#settle({ run });
    await runOver(state.unfinished(), {
      isCurrent: () => run === state.run,
      resultOf: (candidate) =>
        resultOf(candidate, state.reference, run.signal, (failure) => this.#settle({ failure })),
      onChange: () => this.#render(),
    });
    if (run === state.run) this.#settle();
  }

  /** @param {import("./find-state.js").Change} [change] */
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
    const { run, cancel, clear, findCsv } = this.#parts;
    findCsv.hidden = running || this.#state.finishedCount() === 0;
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
