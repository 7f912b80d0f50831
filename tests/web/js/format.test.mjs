import assert from "node:assert/strict";
import { test } from "node:test";

import {
  distanceAndThreshold,
  duration,
  fileSize,
  number,
  sentence,
  share,
} from "../../../web/js/format.js";

test("distance and threshold have as many digits as it takes to tell them apart", () => {
  const told = (distance) => distanceAndThreshold({ distance, threshold: 0.5 });
  assert.deepEqual(told(0.352), { distance: "0.35", threshold: "0.50" });
  assert.deepEqual(told(0.49996), { distance: "0.49996", threshold: "0.50000" });
  assert.deepEqual(told(0.5), { distance: "0.500000", threshold: "0.500000" });
});

test("a share reads as people say it", () => {
  assert.equal(share(0), "fewer than 1 in 100,000");
  assert.equal(share(0.00001), "1 in 100,000");
  assert.equal(share(0.00052), "1 in 2,000");
  assert.equal(share(0.0021), "1 in 500");
  assert.equal(share(0.01), "1%");
  assert.equal(share(0.22), "20%");
  assert.equal(share(0.987), "99%");
  assert.equal(share(1), "100%");
});

test("sizes and durations stay on one line with their unit", () => {
  assert.equal(fileSize(1), "1\u00a0kB");
  assert.equal(fileSize(97_506), "98\u00a0kB");
  assert.equal(fileSize(1_000_000), "1\u00a0MB");
  assert.equal(fileSize(2_345_678), "2.3\u00a0MB");
  assert.equal(duration(999), "999\u00a0ms");
  assert.equal(duration(1234), "1.2\u00a0sec");
});

test("numbers are grouped and have the digits that are asked for", () => {
  assert.equal(number(1234567), "1,234,567");
  assert.equal(number(0.5, 2), "0.50");
});

test("a message of the service becomes a sentence", () => {
  assert.equal(sentence("no face was found "), "No face was found.");
  assert.equal(sentence("Why?"), "Why?");
});
