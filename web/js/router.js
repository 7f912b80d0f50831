/** Which view is shown: each has an address of its own, #/name. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/**
 * @typedef {object} View
 * @property {() => void} [enter]
 * @property {(files: File[], how?: {pasted?: boolean}) => void} [take]  files that are dropped or pasted
 *
 * @typedef {(root: HTMLElement) => View | Promise<View>} Create  called when the view is first shown
 */

const PREFIX = "#/";

/**
 * The view that an address names, if any of these: the first where it names nothing at all.
 * @param {string} hash
 * @param {string[]} names
 */
export function viewNamedBy(hash, names) {
  return hash === "" ? names[0] : names.find((name) => hash === PREFIX + name);
}

/** Shows the view that the address names, now and whenever it changes. */
export class Router {
  #views;
  #names;
  /** @type {Map<string, Promise<View>>} */
  #created = new Map();
  /** @type {View | null} */
  #current = null;
  #shown = "";

  /** @param {Record<string, Create>} views  the first is shown where the address names none */
  constructor(views) {
    this.#views = views;
    this.#names = Object.keys(views);
  }

  start() {
    window.addEventListener("hashchange", () => this.#show());
    return this.#show();
  }

  get current() {
    return this.#current;
  }

  focusHeading() {
    headingOf(this.#shown).focus();
  }

  /**
   * Show this view; null when its module cannot be had now.
   * @param {string} name
   */
  async go(name) {
    location.hash = PREFIX + name;
    await this.#show();
    return this.#viewOf(name);
  }

  async #show() {
    const name = viewNamedBy(location.hash, this.#names) ?? (this.#shown || (this.#names[0] ?? ""));
    if (name === this.#shown) return;
    const first = this.#shown === "";
    this.#shown = name;
    render(this.#names, name);
    const view = await this.#viewOf(name);
    if (name !== this.#shown) return; // the visitor went on meanwhile
    this.#enter(name, view);
    // The first view is where the visitor already is; a new one begins at its heading.
    if (!first) this.focusHeading();
  }

  /** @param {string} name @param {View | null} view */
  #enter(name, view) {
    byId("missing").textContent = view ? "" : texts.failure.view;
    rootOf(name).hidden = !view;
    this.#current = view;
    view?.enter?.();
  }

  /**
   * The view, created once; null when its module cannot be had now.
   * @param {string} name
   */
  async #viewOf(name) {
    try {
      const created = this.#created.get(name) ?? this.#create(name);
      this.#created.set(name, created);
      return await created;
    } catch (cause) {
      console.error(cause);
      this.#created.delete(name);
      return null;
    }
  }

  /** @param {string} name */
  async #create(name) {
    const create = this.#views[name];
    if (!create) throw new Error(`there is no view ${name}`);
    return create(rootOf(name));
  }
}

/** @param {string} name */
function rootOf(name) {
  return byId(`view-${name}`);
}

/** @param {string} name */
function headingOf(name) {
  return /** @type {HTMLElement} */ (rootOf(name).querySelector("h1"));
}

/** @param {string[]} names @param {string} shown */
function render(names, shown) {
  for (const name of names) rootOf(name).hidden = name !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === PREFIX + shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${headingOf(shown).textContent} – ${texts.brand}`;
  window.scrollTo({ top: 0, behavior: "instant" });
}
