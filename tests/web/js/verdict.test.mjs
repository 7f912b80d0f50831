import assert from "node:assert/strict";
import { test } from "node:test";

import { python } from "../../../web/js/verdict/as-code.js";
import {
  callOf,
  deciderOf,
  decisionOf,
  isContradiction,
  typicalOf,
  verdictWords,
  warningsOf,
} from "../../../web/js/verdict/call.js";
import { shareOf } from "../../../web/js/verdict/scale.js";
import { ofOneNetwork, ofTwoNetworks } from "./verdicts.mjs";

const CONTRADICTING = { verdict: "uncertain", uncertain_because: "networks_contradict" };
const ALONE = { engine: "dlib-sface", decided_by: "dlib-yunet" }; // a threshold was set
const RESPONSE = { created_at: "2026-11-22T09:30:00.000000Z", score: 99.9 };

const comparison = (fields) => ({ ...ofOneNetwork(0.352), ...RESPONSE, ...fields });
const combined = (distance, fields) => ({ ...ofTwoNetworks(distance), ...RESPONSE, ...fields });

test("the combined distance decides where there is one, else the first", () => {
  const two = { distance: 0.41, threshold: 0.598, engine: "dlib-sface" };
  assert.deepEqual(decisionOf(ofTwoNetworks(0.41)), two);
  const one = { distance: 0.352, threshold: 0.5, engine: "dlib-fast" };
  assert.deepEqual(decisionOf(ofOneNetwork(0.352)), one);
  const alone = { ...one, engine: "dlib-yunet" };
  assert.deepEqual(decisionOf(ofOneNetwork(0.352, 0.5, ALONE)), alone);
});

test("the Python of a comparison prints the distance that decided", () => {
  const asked = { names: { image1: "a.jpg", image2: "b.jpg" }, url: "/api/compare", key: false };
  const photos = { image1: { faces: [] }, image2: { faces: [] } };
  const printed = (comparison) =>
    python({ ...asked, comparison: { ...comparison, ...photos } })
      .split("\n")
      .at(-1);
  const line = (field) => `print(response.json()["verdict"], response.json()["${field}"])`;
  assert.equal(printed(ofTwoNetworks(0.41)), line("combined_distance"));
  assert.equal(printed(ofOneNetwork(0.352)), line("distance"));
  assert.equal(printed(ofOneNetwork(0.352, 0.5, ALONE)), line("distance"));
});

test("in what an older version recorded, its engine decided", () => {
  const record = ofOneNetwork(0.352, 0.5, { decided_by: "" });
  assert.deepEqual(decisionOf(record), { distance: 0.352, threshold: 0.5, engine: "dlib-fast" });
  assert.equal(deciderOf(record), "only");
  const { same_person, distance, threshold, engine } = record;
  const formerly = { same_person, distance, threshold, engine };
  assert.deepEqual(decisionOf(formerly), decisionOf(record));
  assert.deepEqual([deciderOf(formerly), callOf(formerly)], ["only", "same"]);
});

test("both networks decide, the first where a threshold was set, or the only one", () => {
  assert.equal(deciderOf(ofTwoNetworks(0.41)), "both");
  assert.equal(deciderOf(ofOneNetwork(0.352, 0.6, ALONE)), "first");
  assert.equal(deciderOf(ofOneNetwork(0.352)), "only");
});

test("the call is the service's word", () => {
  for (let step = 0; step <= 120; step += 1) {
    for (const verdict of [ofOneNetwork(step / 100), ofTwoNetworks(step / 100)]) {
      assert.equal(callOf(verdict), verdict.verdict);
      assert.equal(callOf({ ...verdict, verdict: "uncertain" }), "uncertain");
    }
  }
});

test("an older service's word is its threshold's, unless its networks contradict each other", () => {
  const formerly = (distance, fields) => ofOneNetwork(distance, 0.5, { verdict: "", ...fields });
  assert.equal(callOf(formerly(0.47)), "same");
  assert.equal(callOf(formerly(0.51)), "different");
  assert.equal(callOf(formerly(0.47, { uncertain: true })), "uncertain");
});

test("two networks contradict each other by the service's reason, or an older one's flag", () => {
  assert.equal(isContradiction({ uncertain_because: "networks_contradict" }), true);
  assert.equal(isContradiction({ uncertain_because: "near_threshold", uncertain: false }), false);
  assert.equal(isContradiction({ uncertain_because: null }), false);
  assert.equal(isContradiction({ uncertain: true }), true);
  assert.equal(isContradiction({}), false);
});

test("where dlib decides alone its faces are YuNet's, and typical of it is what is of dlib-fast", () => {
  assert.deepEqual(typicalOf("dlib-yunet"), typicalOf("dlib-fast"));
  assert.equal(typicalOf("unknown"), null);
});

test("the words give the distance, the threshold and the call", () => {
  const same = verdictWords(comparison({}));
  assert.equal(same.headline, "Same person");
  assert.match(same.reason, /is 0\.35\. Below 0\.50 they count as the same person/);
  const different = verdictWords(comparison(ofOneNetwork(0.81)));
  assert.match(different.reason, /is 0\.81\. From 0\.64 on they count as different people/);
  const close = verdictWords(comparison(ofOneNetwork(0.55)));
  assert.equal(close.call, "uncertain");
  assert.match(
    close.reason,
    /From 0\.50 to 0\.64 it is uncertain: .* alone they count as different people\.$/,
  );
});

test("the words of two networks give what decided", () => {
  const same = verdictWords(combined(0.41));
  const places = { threshold: "0.60", from: "0.57", to: "0.68" };
  assert.deepEqual(same.figures, { distance: "0.41", ...places });
  assert.match(same.reason, /is 0\.41\. Below 0\.57 they count as the same person/);
  const close = verdictWords(combined(0.5978));
  assert.match(
    close.reason,
    /is 0\.5978\. From .* threshold of 0\.5980 alone .* as the same person\./,
  );
});

test("no words put a distance on the wrong side of a place, however near it is", () => {
  for (const place of [0.573, 0.598, 0.68]) {
    for (const distance of [place - 0.0004, place, place + 0.0004]) {
      const { call, reason, figures } = verdictWords(combined(distance));
      const {
        distance: told,
        from,
        to,
      } = Object.fromEntries(Object.entries(figures).map(([name, text]) => [name, Number(text)]));
      const inWords = told < from ? "same" : told < to ? "uncertain" : "different";
      assert.equal(inWords, call, reason);
    }
  }
});

test("networks that contradict each other are told of in plain words", () => {
  const same = verdictWords(combined(0.41, CONTRADICTING));
  assert.equal(same.headline, "Uncertain");
  assert.match(same.reason, /^The two networks contradict each other: .* Take other photos: /);
  assert.match(same.reason, /threshold of 0\.60 alone they count as the same person\.$/);
  const different = verdictWords(combined(0.9, CONTRADICTING));
  assert.match(different.reason, /count as different people\.$/);
});

test("the rate that matters is told, false match rates under their former name too", () => {
  const near = "Of pairs of strangers, 1 in 500 come this close.";
  const far = "Of pairs of one person, 1 in 200 are this far apart.";
  const rates = { fmr_at_distance: 0.0021, fnmr_at_distance: 0.0052 };
  const ratesAt = (distance, fields) =>
    verdictWords(comparison({ ...ofOneNetwork(distance), ...fields })).rates;
  assert.equal(ratesAt(0.35, rates), near);
  assert.equal(ratesAt(0.35, { far_at_distance: 0.0021 }), near);
  assert.equal(ratesAt(0.35, { ...rates, far_at_distance: 0.9 }), near);
  assert.equal(ratesAt(0.8, rates), far);
  assert.equal(ratesAt(0.55, rates), `${near} ${far}`);
  assert.match(ratesAt(0.9, { fnmr_at_distance: 0 }), /fewer than 1 in 1,000 are this far apart/);
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
    "The face is only 49 px wide; 50 px or more are reliable. Come nearer.",
  ]);
  assert.deepEqual(warningsOf([{ ...width, warns: false }]), []);
  const yaw = { name: "yaw", value: 30.2, unit: "°", minimum: -25, maximum: 25, warns: true };
  assert.deepEqual(warningsOf([yaw]), [
    "The face is turned 31° to the right of the picture. Look into the camera.",
  ]);
  const other = { name: "hum", value: 4, unit: "dB", minimum: null, maximum: 3, warns: true };
  assert.deepEqual(warningsOf([other]), ["Unusual hum: 4 dB."]);
});
