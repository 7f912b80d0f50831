/** Example photos, for a visitor who has none at hand. They are loaded when they are asked for. */

import { ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";

/** @typedef {{label: string, files: Record<string, string>}} Example  file names by place */

/**
 * @param {string} name  of a file in web/examples
 * @returns {Promise<{file: File, credit: string}>}
 */
async function load(name) {
  try {
    const response = await fetch(new URL(`../../examples/${name}`, import.meta.url));
    if (!response.ok) throw new Error(String(response.status));
    const file = new File([await response.blob()], name, { type: "image/jpeg" });
    return { file, credit: texts.credit[name] };
  } catch (cause) {
    throw Object.assign(new ServiceFailed(texts.failure.example), { cause });
  }
}

/**
 * Buttons for the examples.
 * @param {HTMLElement} root
 * @param {Example[]} examples
 * @param {(loaded: Promise<Record<string, {file: File, credit: string}>>) => void} onChoose
 */
export function offerExamples(root, examples, onChoose) {
  const buttons = examples.map(({ label, files }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = label;
    button.addEventListener("click", () => onChoose(loadAll(files)));
    return button;
  });
  root.append(...buttons);
}

async function loadAll(files) {
  const loaded = Object.entries(files).map(async ([place, name]) => [place, await load(name)]);
  return Object.fromEntries(await Promise.all(loaded));
}
