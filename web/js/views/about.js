/** What is stored, how accurate it is, and what it must not be used for. */

import { partsOf, withText } from "../dom.js";
import { number } from "../format.js";
import { serviceInfo } from "../service/service-info.js";
import { texts } from "../texts.js";

/** @param {HTMLElement} root */
export function createAboutView(root) {
  const parts = partsOf(root);
  parts.accuracyRows.replaceChildren(...texts.accuracyRows.map(row));
  parts.limits.replaceChildren(...texts.limits.map((text) => withText("li", text)));
  return {
    async enter() {
      const info = await serviceInfo();
      parts.storedDays.textContent = info ? texts.storedDays(number(info.records_days)) : "";
      parts.storedUploads.textContent = info?.uploads ? texts.storedUploads : "";
      parts.version.textContent = info ? texts.version(info.version) : "";
    },
  };
}

/** @param {string[]} figures  of an engine: its name, a threshold, and the share that is right */
function row([engine = "", ...figures]) {
  const line = document.createElement("tr");
  const title = withText("th", engine);
  title.setAttribute("scope", "row");
  line.append(title, ...figures.map((figure) => withText("td", figure)));
  return line;
}
