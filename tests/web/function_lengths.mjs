/**
 * Prints every function of web/js with its length as JSON: [{"file", "name", "line", "lines"}].
 *
 * A length goes from the line of the function's name or parameters to that of its closing brace.
 * Functions within a function count for both. Arrow functions without a body are expressions.
 *
 *     node tests/web/function_lengths.mjs
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { parse } from "acorn";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(ROOT, "web", "js");

const files = readdirSync(FOLDER, { recursive: true, encoding: "utf-8" })
  .filter((name) => name.endsWith(".js"))
  .map((name) => join(FOLDER, name))
  .sort();
console.log(JSON.stringify(files.flatMap(functionsOf), null, 1));

/** @param {string} path */
function functionsOf(path) {
  const tree = parse(readFileSync(path, "utf-8"), {
    ecmaVersion: "latest",
    sourceType: "module",
    locations: true,
  });
  const file = relative(ROOT, path);
  return [...functionNodes(tree, "")].map(({ name, loc: { start, end } }) => ({
    file,
    name,
    line: start.line,
    lines: end.line - start.line + 1,
  }));
}

/** @param {any} node @param {string} name @returns {Generator<{name: string, loc: any}>} */
function* functionNodes(node, name) {
  const own = node.id?.name ?? node.key?.name ?? name;
  if (node.type.includes("Function") && node.body.type === "BlockStatement") {
    yield { name: own || "(anonymous)", loc: node.loc };
  }
  for (const child of Object.values(node).flat()) {
    if (typeof child?.type === "string") yield* functionNodes(child, own);
  }
}
