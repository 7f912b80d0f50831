/** The page's words in the visitor's language, which is the browser's, or the one that was chosen. */

const LOADERS = {
  en: () => import("./texts/en.js"),
  de: () => import("./texts/de.js"),
  ar: () => import("./texts/ar.js"),
};
const CHOICE = "facecompare.language"; // in localStorage: it says nothing of a photo

/** @typedef {keyof typeof LOADERS} Language */

/** By what each calls itself. @type {Record<Language, string>} */
export const LANGUAGES = { en: "English", de: "Deutsch", ar: "العربية" };
const RIGHT_TO_LEFT = ["ar"];

export const language = firstKnown([stored(), ...navigator.languages]);
export const direction = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
export const { texts } = await LOADERS[language]();

/** @param {string} chosen  from now on, in this browser */
export function keepLanguage(chosen) {
  localStorage.setItem(CHOICE, chosen);
}

/** @returns {string}  empty where none was chosen, or nothing may be kept */
function stored() {
  try {
    return localStorage.getItem(CHOICE) ?? "";
  } catch {
    return "";
  }
}

/** @param {readonly string[]} wanted  such as de-AT @returns {Language} */
function firstKnown(wanted) {
  const known = /** @type {Language[]} */ (Object.keys(LANGUAGES));
  const plain = wanted.map((each) => each.split("-")[0] ?? "");
  for (const each of plain) {
    const found = known.find((name) => name === each);
    if (found) return found;
  }
  return "en";
}
