/** Example photos, for a visitor who has none at hand. They are loaded when they are asked for. */

import { linkButton } from "../dom.js";
import { ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";

/** @typedef {{label: string, files: Record<string, string>}} Example  file names by place */
/** @typedef {Record<string, {file: File, credit: string}>} LoadedExamples  by place */

/**
 * Buttons for the examples.
 * @param {HTMLElement} root
 * @param {Example[]} examples
 * @param {(loaded: Promise<LoadedExamples>) => void} onChoose
 */
export function offerExamples(root, examples, onChoose) {
  root.append(
    ...examples.map(({ label, files }) => linkButton(label, () => onChoose(loadAll(files)))),
  );
}

/** @param {Record<string, string>} files @returns {Promise<LoadedExamples>} */
async function loadAll(files) {
  const loaded = Object.entries(files).map(async ([place, name]) => [place, await load(name)]);
  return Object.fromEntries(await Promise.all(loaded));
}

/** @param {string} name  of a file in web/examples */
async function load(name) {
  try {
    const response = await fetch(new URL(`../../examples/${name}`, import.meta.url));
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const file = new File([await response.blob()], name, { type: "image/jpeg" });
    return { file, credit: creditOf(name) };
  } catch (cause) {
    throw Object.assign(new ServiceFailed(texts.failure.example), { cause });
  }
}

/** @param {string} name */
function creditOf(name) {
  return /** @type {Record<string, string>} */ (texts.credit)[name] ?? "";
}
