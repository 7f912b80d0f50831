/** The API's reference: /api/openapi.json, readable, on a page of its own. */

import { byId, fillTexts, partsOf } from "../dom.js";
import { addressOf, requestApi } from "../service/api-request.js";
import { failureFrom } from "../service/failure.js";
import { direction, language, texts } from "../texts.js";
import { operationsOf, schemasOf } from "./openapi.js";
import { operationLink, operationSection, schemaSection } from "./render.js";

start();

async function start() {
  Object.assign(document.documentElement, { lang: language, dir: direction });
  for (const link of document.querySelectorAll("a[href^='/']")) {
    link.setAttribute("href", addressOf(link.getAttribute("href") ?? "/")); // the page may be below a path
  }
  fillTexts(document);
  document.title = `${texts.apiTitle} – ${texts.brand}`;
  const page = byId("page");
  page.hidden = false;
  await fill(partsOf(page));
}

/** @param {import("../dom.js").Parts} parts */
async function fill(parts) {
  parts.status.textContent = texts.loading;
  try {
    show(parts, await requestApi({ url: "/api/openapi.json" }));
    parts.status.textContent = "";
    showNamedSection();
  } catch (cause) {
    parts.status.textContent = "";
    parts.failure.textContent = failureFrom(cause).message;
  }
}

/** @param {import("../dom.js").Parts} parts @param {import("./schema.js").Document} document */
function show(parts, document) {
  const operations = operationsOf(document);
  parts.contents.append(...operations.map(operationLink));
  parts.operations.append(...operations.map(operationSection));
  parts.schemas.append(...schemasOf(document).map(schemaSection));
  parts.reference.hidden = false;
}

/** The address may name a section, which was not there when the browser looked for it. */
function showNamedSection() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id) document.getElementById(id)?.scrollIntoView();
}
