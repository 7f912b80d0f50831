/** A form: places for photos, a button that sends them to the service, and where that stands. */

import { announce, fromTemplate, partsOf } from "../dom.js";
import { failureFrom } from "../service/failure.js";
import { has68Points, serviceInfo } from "../service/service-info.js";
import { texts } from "../texts.js";
import { ComparisonFormState } from "./comparison-form-state.js";
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

  /** @param {File[]} files */
  paste([file]) {
    if (!file) return;
    const focused = this.#pickers.find(([, { element }]) =>
      element.contains(document.activeElement),
    );
    const name = this.#state.placeForPaste(focused?.[0]);
    this.loadPhoto(name, file, { notice: texts.pasted(this.#titleOf(name)) });
  }

  /** @param {string} name */
  #titleOf(name) {
    return this.#options.places[name] ?? name;
  }

  /** @param {string} name */
  #picker(name) {
    return new PhotoPicker(this.#titleOf(name), {
      onFile: (file) => this.loadPhoto(name, file),
      onFace: (place) => this.#send({ ...this.#state.chosen, [name]: place }),
    });
  }

  #listen() {
    const parts = this.#parts;
    parts.predict.addEventListener("click", () => this.#send());
    parts.cancel.addEventListener("click", () => this.#settle({ cancelled: true }));
    parts.also.addEventListener("click", () => this.#changeFurther());
    for (const layer of /** @type {(keyof Layers)[]} */ (Object.keys(this.#state.layers))) {
      parts[layer].addEventListener("change", () => {
        this.#state.setLayer(layer, parts[layer].checked);
        this.#render();
      });
    }
    offerExamples(parts.examples, this.#options.examples, (loading) => this.#loadExamples(loading));
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
      if (this.#state.advance(request, { sent, total })) this.#renderProgress();
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
    const { photos, response, request } = this.#state;
    this.#renderPhotos();
    this.#parts.failure.textContent = this.#state.generalError();
    this.#renderFurther();
    this.#parts.layers.hidden = !response;
    this.#renderBusy(Boolean(request));
    this.#renderProgress();
    this.#options.show(response, photos);
  }

  #renderPhotos() {
    const { photos, response, chosen, layers } = this.#state;
    const results = response ? this.#options.resultsOf(response) : {};
    for (const [name, picker] of this.#pickers) {
      picker.render({
        photo: photos[name] ?? null,
        result: results[name] ?? null,
        error: this.#state.errorOf(name),
        chosen: name in chosen,
        layers,
      });
    }
  }

  #renderFurther() {
    const { also, alsoNames } = this.#parts;
    const { names, further } = this.#state;
    also.textContent = further.length
      ? texts.alsoRemove
      : texts.also(this.#titleOf(names[0] ?? ""));
    alsoNames.textContent = further.length ? texts.alsoAdded(this.#state.furtherNames()) : "";
  }

  /** @param {boolean} busy */
  #renderBusy(busy) {
    const { predict, cancel } = this.#parts;
    // Not `disabled`, which would drop the keyboard's focus.
    predict.setAttribute("aria-disabled", String(busy));
    if (!busy && document.activeElement === cancel) predict.focus();
    cancel.hidden = !busy;
  }

  #renderProgress() {
    const { progress, status } = this.#parts;
    const share = this.#state.sentShare();
    progress.hidden = !this.#state.request;
    if (share === null)
      progress.removeAttribute("value"); // how long the service takes is not known
    else progress.value = share;
    announce(status, this.#state.statusText(this.#options.waiting));
  }
}
