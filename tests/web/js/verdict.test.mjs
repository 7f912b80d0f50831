import assert from "node:assert/strict";
import { test } from "node:test";

import { bandOf, callOf, typicalOf } from "../../../web/js/verdict/call.js";
import { warningsOf } from "../../../web/js/verdict/quality.js";
import { shareOf } from "../../../web/js/verdict/scale.js";
import { verdictWords } from "../../../web/js/verdict/words.js";

const ENGINE = "dlib-fast";

const verdict = (distance, threshold = 0.5) => ({
  distance,
  threshold,
  same_person: distance < threshold,
});

const comparison = (fields) => ({
  ...verdict(0.352),
  engine: ENGINE,
  created_at: "2026-11-22T09:30:00.000000Z",
  score: 99.9,
  ...fields,
});

test("below the band it is one person, above it two, and in it too close to call", () => {
  assert.deepEqual(bandOf(0.5, ENGINE), [0.48, 0.64]);
  assert.equal(callOf(verdict(0.47), ENGINE), "same");
  assert.equal(callOf(verdict(0.48), ENGINE), "close");
  assert.equal(callOf(verdict(0.6399), ENGINE), "close");
  assert.equal(callOf(verdict(0.64), ENGINE), "different");
});

test("a threshold beyond what was measured keeps its margin", () => {
  const [from, to] = bandOf(0.8, ENGINE);
  assert.ok(Math.abs(from - 0.78) < 1e-9 && Math.abs(to - 0.82) < 1e-9);
});

test("an engine that was not measured has a margin around its threshold only", () => {
  assert.equal(typicalOf("unknown"), null);
  assert.equal(callOf(verdict(0.53), "unknown"), "different");
  assert.equal(callOf(verdict(0.51), "unknown"), "close");
});

test("the words give the distance, the threshold and the call", () => {
  const same = verdictWords(comparison({}));
  assert.equal(same.headline, "Same person");
  assert.match(same.reason, /is 0\.35\. Below 0\.50 they count as the same person/);
  const different = verdictWords(comparison(verdict(0.81)));
  assert.match(different.reason, /is 0\.81\. From 0\.50 on they count as different people/);
  const close = verdictWords(comparison(verdict(0.55)));
  assert.equal(close.call, "close");
  assert.match(close.reason, /From 0\.48 to 0\.64 .* counts them as different people\./);
});

test("false match rates are read under their new names and under their former ones", () => {
  const words = /0?.*1 in 500 come this close; the threshold accepts 1 in 2,000\./;
  const now = { fmr_at_distance: 0.0021, fmr_at_threshold: 0.00052 };
  const formerly = { far_at_distance: 0.0021, far_at_threshold: 0.00052 };
  assert.match(verdictWords(comparison(now)).rates, words);
  assert.match(verdictWords(comparison(formerly)).rates, words);
  assert.match(verdictWords(comparison({ ...now, far_at_distance: 0.9 })).rates, words);
});

test("without a calibration there is no score and no rate", () => {
  const rates = { fmr_at_distance: null, fmr_at_threshold: null };
  const words = verdictWords(comparison({ score: null, ...rates }));
  assert.equal(words.score, "");
  assert.equal(words.rates, "");
});

test("a distance beyond the scale stands at its end", () => {
  assert.equal(shareOf(0), "0%");
  assert.equal(shareOf(0.6), "50%");
  assert.equal(shareOf(1.9), "100%");
});

test("a warning is rounded away from the limit that it misses", () => {
  const width = { name: "face_width", value: 49.6, unit: "px", minimum: 50, maximum: null };
  assert.deepEqual(warningsOf([{ ...width, warns: true }]), [
    "The face is only 49 px wide; 50 px or more are reliable.",
  ]);
  assert.deepEqual(warningsOf([{ ...width, warns: false }]), []);
  const yaw = { name: "yaw", value: 30.2, unit: "°", minimum: -25, maximum: 25, warns: true };
  assert.deepEqual(warningsOf([yaw]), ["The face is turned 31° to the right of the picture."]);
  const other = { name: "noise", value: 4, unit: "dB", minimum: null, maximum: 3, warns: true };
  assert.deepEqual(warningsOf([other]), ["Unusual noise: 4 dB."]);
});
