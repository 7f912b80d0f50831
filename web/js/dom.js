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
 * @returns {Record<string, any>}  each is of its own kind of element, which index.html decides
 */
export function partsOf(root) {
  const elements = elementsOf(root, "[data-part]");
  return Object.fromEntries(elements.map((element) => [element.dataset.part, element]));
}

/**
 * A copy of the template's one element, with its texts.
 * @param {string} id
 */
export function fromTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (byId(id));
  const copy = document.importNode(template.content, true);
  fillTexts(copy);
  return /** @type {HTMLElement} */ (copy.firstElementChild);
}

/**
 * Put the words that data-text and data-label name into the elements below `root`.
 * @param {ParentNode} root
 */
export function fillTexts(root) {
  for (const element of elementsOf(root, "[data-text]")) {
    element.textContent = textNamed(element.dataset.text);
  }
  for (const element of elementsOf(root, "[data-label]")) {
    element.setAttribute("aria-label", textNamed(element.dataset.label));
  }
}

/**
 * A new element with this text.
 * @param {string} kind
 * @param {string} text
 */
export function withText(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

/**
 * A table's cell that names its column, for windows too narrow for columns.
 * @param {string} title
 * @param {string} text
 */
export function cell(title, text) {
  const element = withText("td", text);
  element.dataset.title = title;
  return element;
}

/** @returns {HTMLElement[]} */
function elementsOf(root, selector) {
  return [...root.querySelectorAll(selector)];
}

function textNamed(key) {
  if (typeof texts[key] !== "string") throw new Error(`texts.js has no text ${key}`);
  return texts[key];
}
