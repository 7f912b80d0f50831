/** The page: its views, and what belongs to all of them. */

import { byId, fillTexts } from "./dom.js";
import { acceptPastes, keepDropsOnThePage } from "./photos/files.js";
import { createRouter } from "./router.js";
import { language } from "./texts.js";
import { createCompareView } from "./views/compare.js";

/** @typedef {import("./router.js").Create} Create */

/** Views other than the first are loaded when they are first shown. */
const router = createRouter({
  compare: createCompareView,
  closer: async (root) => (await import("./views/closer.js")).createCloserView(root),
  many: async (root) => (await import("./views/many.js")).createManyView(root, { lookCloser }),
  history: async (root) => (await import("./views/history.js")).createHistoryView(root),
  about: async (root) => (await import("./views/about.js")).createAboutView(root),
  api: async (root) => (await import("./views/api-docs.js")).createApiDocsView(root),
});

start();

function start() {
  document.documentElement.lang = language;
  fillTexts(document);
  keepDropsOnThePage();
  acceptPastes((files) => router.current()?.paste?.(files));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address names the view
    router.focusHeading();
  });
  router.start();
  byId("page").hidden = false;
}

/** @param {File} reference @param {File} candidate */
async function lookCloser(reference, candidate) {
  const view = /** @type {any} */ (await router.go("compare"));
  view.load("image1", reference);
  view.load("image2", candidate);
}
