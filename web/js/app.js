/** The page: its views, and what belongs to all of them. */

import { byId, fillTexts, withText } from "./dom.js";
import { acceptDropsAnywhere, acceptPastes } from "./photos/files.js";
import { Router } from "./router.js";
import { direction, keepLanguage, LANGUAGES, language } from "./texts.js";
import { createCompareView } from "./views/compare.js";

const FORMER_REFERENCE = "#/api"; // where the API's reference was until it got a page of its own
/** @type {Record<string, string>}  views by their names of before 0.10 */
const FORMER_VIEWS = { "#/closer": "#/rank", "#/many": "#/find" };

/** Views other than the first are loaded when they are first shown. */
const router = new Router({
  compare: createCompareView,
  rank: async (root) => (await import("./views/rank.js")).createRankView(root),
  find: async (root) => (await import("./views/find.js")).createFindView(root, comparePair),
  history: async (root) => (await import("./views/history.js")).createHistoryView(root, reopen),
  about: async (root) => (await import("./views/about.js")).createAboutView(root),
});

start();

function start() {
  if (location.hash === FORMER_REFERENCE) goToReference();
  const former = FORMER_VIEWS[location.hash];
  if (former) location.replace(former);
  Object.assign(document.documentElement, { lang: language, dir: direction });
  fillTexts(document);
  offerLanguages(/** @type {HTMLSelectElement} */ (byId("language")));
  acceptDropsAnywhere((files) => takeFiles(files, {}));
  acceptPastes((files) => takeFiles(files, { pasted: true }));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address names the view
    router.focusHeading();
  });
  router.start().then(() => {
    byId("footer").hidden = false; // when it no longer moves
  });
}

/** @param {HTMLSelectElement} select */
function offerLanguages(select) {
  for (const [code, name] of Object.entries(LANGUAGES)) {
    const option = Object.assign(withText("option", name), { value: code, lang: code });
    select.append(option);
  }
  select.value = language;
  select.addEventListener("change", () => {
    keepLanguage(select.value);
    location.reload();
  });
}

/**
 * Where a view has no use for photos, they are for the first one.
 * @param {File[]} files
 * @param {{pasted?: boolean}} how
 */
async function takeFiles(files, how) {
  const view = router.current?.take ? router.current : await router.go("compare");
  view?.take?.(files, how);
}

function goToReference() {
  const link = /** @type {HTMLAnchorElement} */ (byId("reference-link"));
  location.replace(link.href);
}

/**
 * Show these two in the first view, to be compared in detail.
 * @param {File} image1
 * @param {File} image2
 */
async function comparePair(image1, image2) {
  (await firstView())?.loadPair(image1, image2);
}

/** @param {import("./tab-history.js").TabEntry} entry */
async function reopen(entry) {
  (await firstView())?.reopen(entry);
}

async function firstView() {
  return /** @type {import("./views/compare.js").CompareView | null} */ (
    await router.go("compare")
  );
}
