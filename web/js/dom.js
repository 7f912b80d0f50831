/** Finding the page's elements and giving them their texts. */

import { texts } from "./texts.js";

/**
 * The element with this id; a missing one is a mistake in index.html.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element;
}

/**
 * The elements below `root` that carry data-part, by that name.
 * @param {ParentNode} root
 * @returns {Record<string, HTMLElement>}
 */
export function partsOf(root) {
  const elements = [...root.querySelectorAll("[data-part]")];
  return Object.fromEntries(elements.map((element) => [element.dataset.part, element]));
}

/**
 * A copy of the template's one element, with its texts.
 * @param {string} id
 */
export function fromTemplate(id) {
  const copy = /** @type {HTMLTemplateElement} */ (byId(id)).content.cloneNode(true);
  fillTexts(copy);
  return copy.firstElementChild;
}

/**
 * Put the words that data-text and data-label name into the elements below `root`.
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const element of root.querySelectorAll("[data-text]")) {
    element.textContent = textNamed(element.dataset.text);
  }
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", textNamed(element.dataset.label));
  }
}

function textNamed(key) {
  if (typeof texts[key] !== "string") throw new Error(`texts.js has no text ${key}`);
  return texts[key];
}
