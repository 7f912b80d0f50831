/** What is stored, how accurate it is, and what it must not be used for. */

import { partsOf, withText } from "../dom.js";
import { number } from "../format.js";
import { service } from "../service/about.js";
import { texts } from "../texts.js";

/** @param {HTMLElement} root */
export function createAboutView(root) {
  const parts = partsOf(root);
  parts.accuracyRows.replaceChildren(...texts.accuracyRows.map(row));
  parts.limits.replaceChildren(...texts.limits.map((text) => withText("li", text)));
  return {
    async enter() {
      const about = await service();
      parts.storedDays.textContent = about ? texts.storedDays(number(about.records_days)) : "";
      parts.storedUploads.textContent = about?.uploads ? texts.storedUploads : "";
      parts.version.textContent = about ? texts.version(about.version) : "";
    },
  };
}

function row([engine, ...shares]) {
  const line = document.createElement("tr");
  const title = withText("th", engine);
  title.setAttribute("scope", "row");
  line.append(title, ...shares.map((share) => withText("td", share)));
  return line;
}
