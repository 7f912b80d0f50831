/** Finding the page's elements and giving them their texts. */

import { texts } from "./texts.js";

/**
 * The elements that carry data-part, by that name; index.html decides which kind of element each is.
 * @typedef {Record<string, any>} Parts
 */

/**
 * The element with this id; a missing one is a mistake in the page's HTML.
 * @param {string} id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element;
}

/**
 * The dialogue with this id.
 * @param {string} id
 */
export function dialogById(id) {
  return /** @type {HTMLDialogElement} */ (byId(id));
}

/**
 * @param {ParentNode} root
 * @returns {Parts}  below `root`
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
 * A file's name, which may be broken after its own marks and not within its words.
 * @param {HTMLElement} element
 * @param {string} name
 */
export function showFileName(element, name) {
  const words = name
    .split(/(?<=[-_. ,()])/)
    .flatMap((word) => [word, document.createElement("wbr")]);
  element.replaceChildren(...words.slice(0, -1));
}

/**
 * A button with this text that looks like a link.
 * @param {string} text
 * @param {() => void} onClick
 */
export function linkButton(text, onClick) {
  const button = withText("button", text);
  button.setAttribute("type", "button");
  button.className = "link";
  button.addEventListener("click", onClick);
  return button;
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

/**
 * Change what a live region says; it reads out every change, even to the same words.
 * @param {HTMLElement} element
 * @param {string} words
 */
export function announce(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * Save a file where the browser puts what it downloads.
 * @param {Blob} file
 * @param {string} name
 */
export function saveFile(file, name) {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url)); // after the browser has taken it
}

/** @param {ParentNode} root @param {string} selector */
function elementsOf(root, selector) {
  return /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
}

/** @param {string | undefined} key */
function textNamed(key) {
  const text = /** @type {Record<string, unknown>} */ (texts)[key ?? ""];
  if (typeof text !== "string") throw new Error(`texts.js has no text ${key}`);
  return text;
}
