import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { viewNamedBy } from "../../../web/js/router.js";
import { isAsleep, nextQueryOf, requestApi } from "../../../web/js/service/api-request.js";
import {
  disconnected,
  errorOfPhoto,
  failureFrom,
  refusal,
  ServiceFailed,
  withoutPhoto,
} from "../../../web/js/service/failure.js";
import { isComparison, isPrediction } from "../../../web/js/service/operations.js";
import { recordsCsv } from "../../../web/js/service/records.js";
import { uploadTypeOf } from "../../../web/js/service/request-body.js";
import { addTabEntry, clearTabEntries, tabEntries } from "../../../web/js/tab-history.js";
import { keepComparison } from "../../../web/js/verdict/kept-comparison.js";
import { ofOneNetwork, ofTwoNetworks } from "./verdicts.mjs";

const PHOTO = { faces: [{ compared: false }, { compared: true }] };
const VERDICT = { same_person: true, distance: 0.3 };
const COMPARISON = { ...VERDICT, threshold: 0.5, image1: PHOTO, image2: PHOTO };
const CANDIDATE = { ...VERDICT, photo: PHOTO };
const PREDICTION = { threshold: 0.5, anchor: PHOTO, image1: CANDIDATE, image2: CANDIDATE };

test("a response of two networks is understood like one of one", () => {
  const photos = { image1: PHOTO, image2: PHOTO };
  assert.ok(isComparison({ ...ofOneNetwork(0.3), ...photos }));
  assert.ok(isComparison({ ...ofTwoNetworks(0.3), ...photos }));
  const candidate = { ...ofTwoNetworks(0.3), photo: PHOTO };
  assert.ok(isPrediction({ ...PREDICTION, image1: candidate, combined_threshold: 0.598 }));
});

test("a response without what the page shows of it is not understood", () => {
  assert.ok(isComparison(COMPARISON));
  assert.ok(isPrediction(PREDICTION));
  for (const field of Object.keys(COMPARISON)) {
    assert.ok(!isComparison({ ...COMPARISON, [field]: undefined }), field);
  }
  for (const field of Object.keys(PREDICTION)) {
    assert.ok(!isPrediction({ ...PREDICTION, [field]: undefined }), field);
  }
  for (const nothing of [null, undefined, "", {}, []]) {
    assert.ok(!isComparison(nothing) && !isPrediction(nothing));
  }
});

test("a refusal is told in the service's words, else in those for its status", () => {
  const told = refusal(422, { code: "no_face", message: "no face was found", image: "image1" });
  assert.deepEqual([told.message, told.image, told.status], ["No face was found.", "image1", 422]);
  assert.match(refusal(413, undefined).message, /^The photos are too large/);
  assert.match(refusal(404, null).message, /^There is no comparison service/);
  assert.match(refusal(502, {}).message, /^The service cannot answer at the moment/);
  assert.match(refusal(403, "x").message, /HTTP 403/);
});

test("what a visitor cannot mend is told in the page's words, whatever the service says", () => {
  const said = { message: "the service cannot answer at the moment", image: null };
  const busy = /^The service has too much to do at the moment. Try again in/;
  assert.match(refusal(429, { ...said, code: "too_many_at_once" }).message, busy);
  assert.match(refusal(503, { ...said, code: "overloaded" }).message, busy);
  assert.match(refusal(429, { message: "Too Many Requests" }).message, busy, "the gateway's");
  for (const code of ["timed_out", "shutting_down", "records_unavailable"]) {
    assert.match(refusal(503, { ...said, code }).message, /^The service cannot answer/, code);
  }
});

test("a refusal of several photos tells of each, in the order of the photos", () => {
  const errors = [
    { code: "no_face", message: "no face was found", image: "image1" },
    { code: "damaged_image", message: "it ends early", image: "image2" },
  ];
  const told = refusal(422, { ...errors[0], errors });
  assert.deepEqual([told.message, told.image], ["No face was found.", "image1"]);
  assert.equal(errorOfPhoto(told, "image1"), "No face was found.");
  assert.equal(errorOfPhoto(told, "image2"), "It ends early.");
  assert.equal(errorOfPhoto(told, "anchor"), "");
  assert.equal(errorOfPhoto(null, "image1"), "");
  assert.equal(errorOfPhoto(withoutPhoto(told, "image1"), "image2"), "It ends early.");
  assert.equal(withoutPhoto(withoutPhoto(told, "image1"), "image2"), null);
  const alone = refusal(422, { ...errors[0], errors: null });
  assert.equal(withoutPhoto(alone, "image1"), null);
});

test("the gateway's quick refusal is of a function that sleeps; the service's own is not", () => {
  assert.ok(isAsleep(500, { message: "Internal Server Error" }, 200));
  assert.ok(isAsleep(503, undefined, 200));
  assert.ok(!isAsleep(500, { code: "internal_error", message: "unforeseen" }, 200));
  assert.ok(!isAsleep(404, { message: "Not Found" }, 200));
  assert.ok(!isAsleep(503, { message: "Service Unavailable" }, 30_000), "it was at work");
});

test("the header Link tells where a response goes on", () => {
  assert.equal(nextQueryOf('<?cursor=a%3D&limit=2>; rel="next"'), "?cursor=a%3D&limit=2");
  assert.equal(nextQueryOf('<https://elsewhere.example/?a=1>; rel="next"'), undefined);
  assert.equal(nextQueryOf(null), undefined);
});

/** Answers each request with the next of these: status, headers and body. */
function answering(...answers) {
  const asked = [];
  globalThis.location = { pathname: "/" };
  globalThis.XMLHttpRequest = class {
    open(_method, url) {
      asked.push(url);
      Object.assign(this, answers.shift());
    }
    addEventListener(name, listener) {
      if (name === "load") this.send = () => queueMicrotask(listener);
    }
    setRequestHeader() {}
    getResponseHeader(name) {
      return this.headers?.[name] ?? null;
    }
  };
  return asked;
}

test("a CSV that comes in parts is one file with one header", async () => {
  const part = (text) => new Blob([`id,caller\r\n${text}\r\n`], { type: "text/csv" });
  const headers = { Link: '<?cursor=b&caller=desk>; rel="next"' };
  const asked = answering(
    { status: 200, headers, response: part("1,desk") },
    { status: 200, response: part("2,desk") },
  );
  const file = await recordsCsv({ since: "", caller: "desk" });
  assert.equal(await file.text(), "id,caller\r\n1,desk\r\n2,desk\r\n");
  assert.deepEqual(asked, [
    "/api/comparisons.csv?caller=desk",
    "/api/comparisons.csv?cursor=b&caller=desk",
  ]);
});

test("a function that sleeps is asked once more", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asleep = { status: 500, response: '{"message":"Internal Server Error"}' };
  const asked = answering(asleep, { status: 200, response: '{"comparisons":[]}' });
  const found = requestApi({ url: "/api/comparisons" });
  await waking(context);
  assert.deepEqual(await found, { comparisons: [] });
  assert.equal(asked.length, 2);
  answering(asleep, asleep);
  const failed = assert.rejects(requestApi({ url: "/api/comparisons" }), ServiceFailed);
  await waking(context);
  await failed;
});

async function waking(context) {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  context.mock.timers.tick(3_000);
}

test("no answer at all is either this side's connection or the other side", () => {
  assert.match(disconnected(false).message, /^You are offline/);
  assert.match(disconnected(true).message, /^The service cannot be reached/);
});

test("whatever was thrown becomes a failure once", () => {
  const failure = new ServiceFailed("No face.", "image1", 422);
  assert.equal(failureFrom(failure), failure);
  assert.equal(failureFrom(new TypeError("odd")).message, "odd");
  assert.equal(failureFrom("odd").message, "odd");
});

test("a file of no known type is announced as what browsers cannot name", () => {
  assert.equal(uploadTypeOf({ type: "image/jpeg" }), "image/jpeg");
  assert.equal(uploadTypeOf({ type: "" }), "image/heic");
  assert.equal(uploadTypeOf({ type: "text/html" }), "image/heic");
});

test("an address names a view or none", () => {
  assert.equal(viewNamedBy("#/find", ["compare", "find"]), "find");
  assert.equal(viewNamedBy("", ["compare", "find"]), "compare");
  assert.equal(viewNamedBy("#find", ["compare", "find"]), undefined);
});

beforeEach(() => {
  const kept = new Map();
  globalThis.sessionStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  };
});

test("the tab's history has the newest first, and no more than 200", () => {
  for (let number = 0; number < 203; number += 1) {
    const created_at = `2026-11-22T09:30:${number}Z`;
    addTabEntry(`${number}.jpg`, "other.jpg", { ...ofOneNetwork(0.3), created_at });
  }
  assert.equal(tabEntries().length, 200);
  const { one, other, call } = tabEntries()[0];
  assert.deepEqual({ one, other, call }, { one: "202.jpg", other: "other.jpg", call: "same" });
  clearTabEntries();
  assert.deepEqual(tabEntries(), []);
});

test("the tab's history keeps the distance that decided", () => {
  const verdict = { ...ofTwoNetworks(0.41), created_at: "2026-11-22T09:30:00Z" };
  addTabEntry("one.jpg", "other.jpg", verdict);
  addTabEntry("one.jpg", "other.jpg", { ...verdict, verdict: "uncertain" });
  const [uncertain, sure] = tabEntries();
  assert.deepEqual([sure.distance, sure.threshold, sure.call], [0.41, 0.598, "same"]);
  assert.equal(uncertain.call, "uncertain");
});

test("a comparison is kept at once, before the pictures of its faces are made", () => {
  const photo = { faces: [{ compared: true, chip: null, landmarks68: null }] };
  const created_at = "2026-11-22T09:30:00Z";
  keepComparison("one.jpg", "other.jpg", {
    ...ofOneNetwork(0.3),
    created_at,
    comparison_id: "1",
    image1: photo,
    image2: photo,
  });
  assert.deepEqual(
    tabEntries().map(({ at, one, other }) => [at, one, other]),
    [[created_at, "one.jpg", "other.jpg"]],
  );
});

test("no picture of the person's further photos is kept", () => {
  const photoOf = (chip) => ({ faces: [{ compared: true, chip, landmarks68: null }] });
  const photos = { image1: photoOf(null), image2: photoOf(null), further: [photoOf("YmFy")] };
  keepComparison("one.jpg", "other.jpg", { ...ofOneNetwork(0.3), ...photos });
  assert.deepEqual(tabEntries()[0].comparison.further, [photoOf(null)]);
});

test("what an older page called too close to call is uncertain", () => {
  const kept = [
    { one: "one.jpg", other: "other.jpg", call: "close", distance: 0.6, threshold: 0.5 },
  ];
  sessionStorage.setItem("facecompare.history", JSON.stringify(kept));
  assert.equal(tabEntries()[0].call, "uncertain");
});
