import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { pageFolder } from "../../../web/js/service/api-request.js";
import { LANGUAGES } from "../../../web/js/texts.js";
import { ratesAt, thresholdFor } from "../../../web/js/verdict/decide.js";
import { rankedFaces } from "../../../web/js/verdict/strips.js";

const FOLDER = new URL("../../../web/js/texts/", import.meta.url);

/** Each text by its path, with what it is: a function of so many parameters, or a string. */
function shapeOf(texts, path = "") {
  return Object.entries(texts).flatMap(([key, text]) => {
    const name = `${path}.${key}`;
    if (typeof text === "object") return shapeOf(text, name);
    return [`${name} ${typeof text === "function" ? text.length : typeof text}`];
  });
}

test("every language has every text", async () => {
  const files = await readdir(FOLDER);
  const names = files.map((file) => file.replace(".js", "")).sort();
  assert.deepEqual(names, Object.keys(LANGUAGES).sort());
  const { texts: english } = await import(new URL("en.js", FOLDER));
  assert.ok(shapeOf(english).length > 250);
  for (const file of files) {
    const { texts } = await import(new URL(file, FOLDER));
    assert.deepEqual(shapeOf(texts), shapeOf(english), file);
  }
});

/** Each plain text by its path. */
function plainTexts(texts, path = "") {
  return Object.entries(texts).flatMap(([key, text]) => {
    if (typeof text === "object") return plainTexts(text, `${path}.${key}`);
    return typeof text === "string" ? [[`${path}.${key}`, text]] : [];
  });
}

test("no text was left in English", async () => {
  const { texts: english } = await import(new URL("en.js", FOLDER));
  const inEnglish = new Map(plainTexts(english));
  const isName = (text) => /^[a-z-]+(\.\w+)?$|^[\d.]+(\s%)?$/.test(text); // of a file, an engine; a figure
  const theSame = { de: ["Engine", "Name"], ar: [] };
  for (const language of Object.keys(LANGUAGES).filter((name) => name !== "en")) {
    const { texts } = await import(new URL(`${language}.js`, FOLDER));
    const left = plainTexts(texts).filter(
      ([path, text]) =>
        inEnglish.get(path) === text && !isName(text) && !theSame[language].includes(text),
    );
    assert.deepEqual(left, [], language);
  }
});

test("the service is beside the page, whatever the path to it", () => {
  assert.equal(pageFolder("/"), "/");
  assert.equal(pageFolder("/index.html"), "/");
  assert.equal(pageFolder("/team/faces/"), "/team/faces/");
  assert.equal(pageFolder("/team/faces/reference.html"), "/team/faces/");
  assert.equal(pageFolder("/assets/0123456789abcdef/reference.html"), "/");
  assert.equal(pageFolder("/team/assets/0123456789abcdef/reference.html"), "/team/");
});

const RATES = [
  { threshold: 0.4, fmr: 0.0001, fnmr: 0.1 },
  { threshold: 0.5, fmr: 0.001, fnmr: 0.05 },
  { threshold: 0.6, fmr: 0.01, fnmr: 0.01 },
];

test("between measured thresholds the rates lie on straight lines", () => {
  assert.deepEqual(ratesAt(RATES, 0.5), { fmr: 0.001, fnmr: 0.05 });
  assert.ok(Math.abs((ratesAt(RATES, 0.55)?.fmr ?? 0) - 0.0055) < 1e-9);
  assert.equal(ratesAt(RATES, 0)?.fmr, 0.0001);
  assert.equal(ratesAt(RATES, 1)?.fmr, 0.01);
  assert.equal(ratesAt([], 0.5), null);
});

test("a false match rate has the largest threshold that keeps it", () => {
  assert.equal(thresholdFor(RATES, 0.001), 0.5);
  assert.equal(thresholdFor(RATES, 0.005), 0.5);
  assert.equal(thresholdFor(RATES, 1e-6), undefined);
});

test("faces are ranked by their nearest pair, those without one last", () => {
  const faces = [{}, {}, {}];
  const pairs = [
    { face1: 0, face2: 2, distance: 0.3, score: 99 },
    { face1: 0, face2: 0, distance: 0.9, score: 1 },
  ];
  const ranked = rankedFaces({ pairs, image1: { faces: [{}] }, image2: { faces } }, "image2");
  assert.deepEqual(
    ranked.map(({ place, score }) => [place, score]),
    [
      [2, 99],
      [0, 1],
      [1, null],
    ],
  );
});

/** The digits of each plain text, by its path. */
function digitsOf(texts) {
  return plainTexts(texts).map(([path, text]) => `${path} ${text.replaceAll(/\D/g, "")}`);
}

test("every language tells the same figures", async () => {
  const { texts: english } = await import(new URL("en.js", FOLDER));
  for (const file of await readdir(FOLDER)) {
    const { texts } = await import(new URL(file, FOLDER));
    const told = new Set(digitsOf(texts));
    const missing = digitsOf(english).filter((each) => /\d\d$/.test(each) && !told.has(each));
    assert.deepEqual(missing, [], file);
  }
});
