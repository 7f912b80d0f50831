/** Which view is shown: each has an address of its own, #/name. */

import { byId } from "./dom.js";
import { texts } from "./texts.js";

/**
 * @typedef {object} View
 * @property {() => void} [enter]
 * @property {(files: File[]) => void} [paste]
 *
 * @typedef {(root: HTMLElement) => View | Promise<View>} Create  called when the view is first shown
 */

const PREFIX = "#/";

/**
 * Show the view that the address names, now and whenever it changes.
 * @param {Record<string, Create>} views  the first is shown where the address names none
 */
export function createRouter(views) {
  const names = Object.keys(views);
  /** @type {Record<string, Promise<View>>} */
  const created = {};
  /** @type {View | null} */
  let current = null;
  let shown = "";

  const show = async () => {
    const name = nameIn(location.hash) ?? (shown || names[0]);
    if (name === shown) return;
    const first = shown === "";
    shown = name;
    render(names, name);
    const view = await viewOf(name);
    if (name !== shown) return; // the visitor went on meanwhile
    byId("missing").textContent = view ? "" : texts.failure.view;
    rootOf(name).hidden = !view;
    current = view;
    view?.enter?.();
    // The first view is where the visitor already is; a new one begins at its heading.
    if (!first) headingOf(name).focus();
  };

  /** The view, created once; null when its module cannot be had now. */
  const viewOf = async (name) => {
    try {
      created[name] ??= Promise.resolve(views[name](rootOf(name)));
      return await created[name];
    } catch (cause) {
      console.error(cause);
      delete created[name];
      return null;
    }
  };
  const nameIn = (hash) => names.find((name) => hash === PREFIX + name);

  window.addEventListener("hashchange", show);
  return {
    start: show,
    current: () => current,
    focusHeading: () => headingOf(shown).focus(),
    /** @param {string} name @returns {Promise<View>} */
    async go(name) {
      location.hash = PREFIX + name;
      await show();
      return created[name];
    },
  };
}

function rootOf(name) {
  return byId(`view-${name}`);
}

function headingOf(name) {
  return rootOf(name).querySelector("h1");
}

function render(names, shown) {
  for (const name of names) rootOf(name).hidden = name !== shown;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === PREFIX + shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${headingOf(shown).textContent} – ${texts.brand}`;
  window.scrollTo({ top: 0, behavior: "instant" });
}
