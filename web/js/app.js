/** The page: its views, and what belongs to all of them. */

import { byId, fillTexts } from "./dom.js";
import { acceptPastes, keepDropsOnThePage } from "./photos/files.js";
import { Router } from "./router.js";
import { language } from "./texts.js";
import { createCompareView } from "./views/compare.js";

const FORMER_REFERENCE = "#/api"; // where the API's reference was until it got a page of its own

/** Views other than the first are loaded when they are first shown. */
const router = new Router({
  compare: createCompareView,
  closer: async (root) => (await import("./views/closer.js")).createCloserView(root),
  many: async (root) => (await import("./views/many.js")).createManyView(root, comparePair),
  history: async (root) => (await import("./views/history.js")).createHistoryView(root),
  about: async (root) => (await import("./views/about.js")).createAboutView(root),
});

start();

function start() {
  if (location.hash === FORMER_REFERENCE) goToReference();
  document.documentElement.lang = language;
  fillTexts(document);
  keepDropsOnThePage();
  acceptPastes((files) => router.current?.paste?.(files));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address names the view
    router.focusHeading();
  });
  router.start();
  byId("page").hidden = false;
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
  const view = /** @type {import("./photos/comparison-form.js").ComparisonForm | null} */ (
    await router.go("compare")
  );
  view?.loadPhoto("image1", image1);
  view?.loadPhoto("image2", image2);
}
