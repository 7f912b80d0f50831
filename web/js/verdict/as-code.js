/** A comparison as commands: the same by curl and by Python. */

import { withText } from "../dom.js";
import { addressOf } from "../service/api-request.js";
import { serviceInfo } from "../service/service-info.js";
import { texts } from "../texts.js";
import { decisiveField } from "./call.js";

/** @typedef {import("./verdict.js").Shown} Shown */

/** @param {HTMLElement} root @param {Shown} shown */
export async function showCode(root, shown) {
  const url = new URL(addressOf("/api/compare"), location.href).href;
  const key = (await serviceInfo())?.access === "keys";
  const asked = { ...shown, url, key };
  root.replaceChildren(...block("curl", curl(asked)), ...block("Python", python(asked)));
}

/** @typedef {Pick<Shown, "comparison" | "names"> & {url: string, key: boolean}} Asked */

/** @param {Asked} asked */
export function curl({ comparison, names, url, key }) {
  const words = [
    ...(key ? [`-H "Authorization: Bearer $FACECOMPARE_KEY"`] : []),
    `-F ${quoted(`image1=@"${escaped(names.image1)}"`)}`,
    `-F ${quoted(`image2=@"${escaped(names.image2)}"`)}`,
    ...fieldsOf(comparison).map(([name, value]) => `-F ${name}=${value}`),
    quoted(url),
  ];
  return `curl ${words.join(" \\\n  ")}`;
}

/** @param {Asked} asked */
export function python({ comparison, names, url, key }) {
  const fields = fieldsOf(comparison).map(([name, value]) => `${text(name)}: ${text(value)}`);
  const headers = [`    headers={"Authorization": f"Bearer {os.environ['FACECOMPARE_KEY']}"},`];
  return [
    ...(key ? ["import os", ""] : []),
    "import requests",
    "",
    `with open(${text(names.image1)}, "rb") as image1, open(${text(names.image2)}, "rb") as image2:`,
    "    response = requests.post(",
    `        ${text(url)},`,
    ...(key ? headers.map((line) => `    ${line}`) : []),
    '        files={"image1": image1, "image2": image2},',
    `        data={${fields.join(", ")}},`,
    "    )",
    "response.raise_for_status()",
    `print(response.json()["verdict"], response.json()[${text(decisiveField(comparison))}])`,
  ].join("\n");
}

/**
 * What this page asks for: the most alike faces, or those that were chosen.
 * @param {import("../service/types.js").Comparison} comparison
 * @returns {[string, string][]}
 */
function fieldsOf({ image1, image2, engine }) {
  const chosen = /** @type {[string, import("../service/types.js").PhotoResult][]} */ ([
    ["image1_face", image1],
    ["image2_face", image2],
  ]);
  const places = chosen
    .filter(([, { faces }]) => faces.length > 1)
    .map(([name, { faces }]) => [name, String(faces.findIndex(({ compared }) => compared))]);
  return [["engine", engine], .../** @type {[string, string][]} */ (places)];
}

/** For a shell. @param {string} words */
function quoted(words) {
  return `'${words.replaceAll("'", "'\\''")}'`;
}

/** For curl, within double quotes. @param {string} name */
function escaped(name) {
  return name.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

/** JSON's strings are Python's. @param {string} words */
function text(words) {
  return JSON.stringify(words);
}

/** @param {string} title @param {string} code */
function block(title, code) {
  const pre = withText("pre", code);
  Object.assign(pre, { tabIndex: 0, dir: "ltr" });
  const copy = withText("button", texts.codeCopy);
  copy.setAttribute("type", "button");
  copy.setAttribute("aria-label", `${texts.codeCopy} ${title}`);
  copy.className = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = texts.copied;
  });
  return [withText("h3", title), pre, copy];
}
