/** A form: places for photos, a button that sends them to the service, and where that stands. */

import { fromTemplate, partsOf } from "../dom.js";
import { failureFrom } from "../service/failure.js";
import { has68Points, serviceInfo } from "../service/service-info.js";
import { texts } from "../texts.js";
import { ComparisonFormState } from "./comparison-form-state.js";
import { renderForm, renderProgress } from "./comparison-form-view.js";
import { offerExamples } from "./examples.js";
import { allReady, discard, photoOf } from "./photo.js";
import { PhotoPicker } from "./photo-picker.js";

/** @typedef {import("../service/types.js").PhotoResult} PhotoResult */
/** @typedef {import("../service/request-body.js").RequestControl} RequestControl */
/** @typedef {import("./examples.js").LoadedExamples} LoadedExamples */
/** @typedef {import("./overlay.js").Layers} Layers */
/** @typedef {import("./photo.js").Photo} Photo */
/** @typedef {Record<string, Photo | null>} Photos */

/**
 * @typedef {object} FormOptions
 * @property {Record<string, string>} places  the title of each photo, by the operation's own name
 * @property {string} action  what the button says that sends them
 * @property {string} waiting  what to do, while photos are missing
 * @property {import("./examples.js").Example[]} examples
 * @property {(photos: any, chosen: Record<string, number>, control: RequestControl) => Promise<any>} send
 * @property {(response: any) => Record<string, PhotoResult>} resultsOf  by photo
 * @property {(response: any, photos: Photos) => void} show  null while there is no response
 */

export class ComparisonForm {
  #options;
  #parts;
  /** @type {ComparisonFormState<Photo, any>} */
  #state;
  /** @type {[string, PhotoPicker][]} */
  #pickers;

  /** @param {HTMLElement} root @param {FormOptions} options */
  constructor(root, options) {
    const names = Object.keys(options.places);
    this.#options = options;
    this.#parts = partsOf(root.appendChild(fromTemplate("comparison-form")));
    this.#state = new ComparisonFormState(names);
    this.#pickers = names.map((name) => [name, this.#picker(name)]);
    this.#parts.slots.append(...this.#pickers.map(([, picker]) => picker.element));
    this.#parts.slots.dataset.count = String(names.length);
    this.#parts.predict.textContent = options.action;
    this.#listen();
    this.#render();
  }

  /** @param {string} name @param {File} file @param {{credit?: string, notice?: string}} [words] */
  loadPhoto(name, file, { credit, notice } = {}) {
    serviceInfo(); // known by the time that Predict is pressed
    has68Points().then((known) => (this.#parts.choice68.hidden = !known));
    discard(this.#state.photos[name] ?? null);
    this.#state.load(name, photoOf(file, credit), notice);
    this.#render();
  }

  /**
   * Files that came without a place of their own, or several at once on one.
   * @param {File[]} files
   * @param {{place?: string, pasted?: boolean}} [how]
   */
  take(files, { place, pasted } = {}) {
    const focused = this.#pickers.find(([, { element }]) =>
      element.contains(document.activeElement),
    );
    const names = this.#state.placesFor(files.length, place ?? (pasted ? focused?.[0] : undefined));
    for (const [index, name] of names.entries()) {
      const file = files[index];
      if (file) this.loadPhoto(name, file);
    }
    const [first = ""] = names;
    this.#settle({ notice: this.#noticeOf(files.length, names.length, pasted ? first : "") });
  }

  /** Forget all photos. */
  clear() {
    for (const name of this.#state.names) this.#forget(name);
    this.#render();
  }

  /** Compare another face: the one at this place in the photo. @param {string} name @param {number} place */
  chooseFace(name, place) {
    return this.#send({ ...this.#state.chosen, [name]: place });
  }

  /** @param {number} came @param {number} taken @param {string} pasted  the place, if it was pasted */
  #noticeOf(came, taken, pasted) {
    if (came > taken) return texts.tooManyDropped(taken);
    if (came > 1) return texts.takenIn(came);
    return pasted ? texts.pasted(this.#titleOf(pasted)) : "";
  }

  /** @param {string} name */
  #titleOf(name) {
    return this.#options.places[name] ?? name;
  }

  /** @param {string} name */
  #picker(name) {
    return new PhotoPicker(this.#titleOf(name), {
      onFile: (file) => this.loadPhoto(name, file),
      onFiles: (files) => this.take(files, { place: name }),
      onRemove: () => {
        this.#forget(name);
        this.#render();
      },
      onFace: (place) => this.chooseFace(name, place),
    });
  }

  /** @param {string} name */
  #forget(name) {
    for (const photo of this.#state.remove(name)) discard(photo);
  }

  #listen() {
    const { predict, cancel, swap, large, also, examples } = this.#parts;
    predict.addEventListener("click", () => this.#send());
    cancel.addEventListener("click", () => this.#settle({ cancelled: true }));
    also.addEventListener("click", () => this.#changeFurther());
    large.addEventListener("change", () => this.#render());
    swap.addEventListener("click", () => {
      this.#state.swap();
      this.#render();
    });
    for (const layer of /** @type {(keyof Layers)[]} */ (Object.keys(this.#state.layers))) {
      const choice = this.#parts[layer];
      choice.addEventListener("change", () => {
        this.#state.setLayer(layer, choice.checked);
        this.#render();
      });
    }
    offerExamples(examples, this.#options.examples, (loading) => this.#loadExamples(loading));
  }

  /** Add more photos of the first one's person, or remove those that there are. */
  async #changeFurther() {
    const { further } = this.#state;
    for (const photo of further) discard(photo);
    const files = further.length ? [] : await (await import("./files-chosen.js")).chooseFiles();
    this.#state.takeFurther(files.map((file) => photoOf(file)));
    this.#render();
  }

  /** @param {Promise<LoadedExamples>} loading */
  async #loadExamples(loading) {
    try {
      for (const [name, { file, credit }] of Object.entries(await loading)) {
        this.loadPhoto(name, file, { credit });
      }
      this.#parts.predict.focus({ preventScroll: true });
    } catch (cause) {
      this.#settle({ failure: failureFrom(cause) });
    }
  }

  async #send(chosen = this.#state.chosen) {
    if (this.#state.request) return;
    const request = this.#state.begin(chosen);
    this.#render();
    if (!request) return;
    const outcome = await this.#outcomeOf(request);
    if (this.#state.finish(request, outcome)) this.#render();
  }

  /** @param {AbortController} request */
  async #outcomeOf(request) {
    /** @param {number} sent @param {number} total */
    const onProgress = (sent, total) => {
      if (this.#state.advance(request, { sent, total }))
        renderProgress(this.#parts, this.#state, this.#options);
    };
    const { chosen } = this.#state;
    try {
      const ready = await allReady(this.#state.sent());
      const control = { signal: request.signal, onProgress };
      return { response: await this.#options.send(ready, chosen, control) };
    } catch (cause) {
      return { failure: failureFrom(cause) };
    }
  }

  /** @param {import("./comparison-form-state.js").Change<any>} change */
  #settle(change) {
    this.#state.settle(change);
    this.#render();
  }

  #render() {
    renderForm(this.#parts, this.#pickers, this.#state, this.#options);
  }
}
