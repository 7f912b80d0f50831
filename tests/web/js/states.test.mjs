import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { ComparisonFormState } from "../../../web/js/photos/comparison-form-state.js";
import { generalError, statusText } from "../../../web/js/photos/comparison-status.js";
import { ServiceFailed } from "../../../web/js/service/failure.js";
import { inOrder, sortBy } from "../../../web/js/views/find-order.js";
import { FindState, runOver } from "../../../web/js/views/find-state.js";
import { HistoryLogState } from "../../../web/js/views/history-log-state.js";
import { ofOneNetwork, ofTwoNetworks } from "./verdicts.mjs";

const RESPONSE = { timing_ms: { total: 120 } };

let form;
beforeEach(() => {
  form = new ComparisonFormState(["image1", "image2"]);
});

function loadBoth() {
  form.load("image1", "one");
  form.load("image2", "other");
}

test("a form asks for the photo that is missing", () => {
  form.load("image1", "one");
  assert.equal(statusText(form, "Load two."), "Load two.");
  assert.equal(form.begin({}), null);
  assert.match(form.errorOf("image2"), /Load a photo here first/);
  assert.equal(generalError(form), "");
  assert.equal(statusText(form, "Load two."), "No verdict.");
});

test("only the newest request may give its outcome", () => {
  loadBoth();
  const older = form.begin({});
  form.load("image2", "another");
  assert.ok(older.signal.aborted);
  const newer = form.begin({});
  assert.equal(form.finish(older, { response: { old: true } }), false);
  assert.equal(form.response, null);
  assert.equal(form.finish(newer, { response: RESPONSE }), true);
  assert.equal(statusText(form, ""), "Compared in 120\u00a0ms.");
});

test("a second request waits for the end of the first", () => {
  loadBoth();
  assert.ok(form.begin({}));
  assert.equal(form.begin({}), null);
});

test("the status follows the photos on their way", () => {
  loadBoth();
  const request = form.begin({});
  assert.equal(statusText(form, ""), "Preparing…");
  assert.equal(form.sentShare(), null);
  assert.ok(form.advance(request, { sent: 25, total: 100 }));
  assert.equal(statusText(form, ""), "Sending…");
  assert.equal(form.sentShare(), 0.25);
  form.advance(request, { sent: 100, total: 100 });
  assert.equal(statusText(form, ""), "Comparing…");
  assert.equal(form.sentShare(), null);
  assert.equal(form.advance(new AbortController(), { sent: 1, total: 2 }), false);
});

test("chosen faces are kept with the outcome and forgotten with another photo", () => {
  loadBoth();
  const request = form.begin({ image2: 1 });
  form.finish(request, { response: RESPONSE });
  assert.deepEqual(form.chosen, { image2: 1 });
  form.load("image1", "another");
  assert.deepEqual(form.chosen, {});
  assert.equal(form.response, null);
});

test("a failure stays while its photo stays", () => {
  loadBoth();
  form.finish(form.begin({}), { failure: new ServiceFailed("No face.", "image1") });
  form.load("image2", "another");
  assert.equal(form.errorOf("image1"), "No face.");
  form.load("image1", "another");
  assert.equal(form.errorOf("image1"), "");
});

test("of two unfit photos each keeps its own failure until it is replaced", () => {
  loadBoth();
  const others = [{ message: "Too small.", image: "image2" }];
  form.finish(form.begin({}), { failure: new ServiceFailed("No face.", "image1", 422, others) });
  assert.deepEqual(
    ["image1", "image2"].map((name) => form.errorOf(name)),
    ["No face.", "Too small."],
  );
  form.load("image1", "another");
  assert.deepEqual(
    ["image1", "image2"].map((name) => form.errorOf(name)),
    ["", "Too small."],
  );
  assert.equal(generalError(form), "");
  form.load("image2", "another");
  assert.equal(form.errorOf("image2"), "");
});

test("a failure that no photo is to blame for goes with any other photo", () => {
  loadBoth();
  form.finish(form.begin({}), { failure: new ServiceFailed("Offline.") });
  assert.equal(generalError(form), "Offline.");
  form.load("image2", "another");
  assert.equal(generalError(form), "");
});

test("cancelling aborts the request", () => {
  loadBoth();
  const request = form.begin({});
  form.settle({ cancelled: true });
  assert.ok(request.signal.aborted);
  assert.equal(statusText(form, ""), "Cancelled.");
});

test("a photo is pasted where the focus is, else where none is, else last", () => {
  assert.deepEqual(form.placesFor(1, "image2"), ["image2"]);
  assert.deepEqual(form.placesFor(1), ["image1"]);
  form.load("image1", "one", "Pasted.");
  assert.equal(statusText(form, "Load two."), "Pasted. Load two.");
  assert.deepEqual(form.placesFor(1), ["image2"]);
  form.load("image2", "other");
  assert.deepEqual(form.placesFor(1), ["image2"]);
});

const PAGE = { comparisons: [{ comparison_id: "1" }], next_cursor: "a" };
const LAST = { comparisons: [{ comparison_id: "2" }], next_cursor: null };

/** A log that shows its second page. */
function logOnPageTwo() {
  const log = new HistoryLogState();
  log.succeed(log.begin(log.first), { page: PAGE, cursors: log.first });
  const older = log.older;
  log.succeed(log.begin(older), { page: PAGE, cursors: older });
  return log;
}

test("the log's pages go back as many as there are clicks", () => {
  const log = logOnPageTwo();
  const third = log.older;
  assert.deepEqual(third, [null, "a", "a"]);
  log.succeed(log.begin(third), { page: LAST, cursors: third });
  assert.equal(log.older, null);
  assert.equal(log.statusText(), "Page 3: 1 record");
  log.begin(log.newer);
  assert.equal(log.statusText(), "Loading…");
  assert.equal(log.older, null, "while another page is fetched");
  log.begin(log.newer);
  assert.equal(log.newer, null);
});

test("after a page that did not come the buttons start from the shown one", () => {
  const log = logOnPageTwo();
  const request = log.begin(log.newer);
  assert.ok(log.fail(request, { message: "Unavailable.", status: 503 }));
  assert.equal(log.error, "Unavailable.");
  assert.deepEqual(log.newer, [null]);
  assert.equal(log.statusText(), "Page 2: 1 record");
});

test("only the newest request changes what the log shows", () => {
  const log = logOnPageTwo();
  const older = log.begin(log.first);
  log.begin(log.first);
  assert.equal(log.succeed(older, { page: LAST, cursors: log.first }), false);
  assert.equal(log.fail(older, { message: "", status: 401 }), false);
  assert.equal(log.needsKey, false);
});

test("without a key the log shows nothing", () => {
  const log = logOnPageTwo();
  log.fail(log.begin(), { message: "A key is needed.", status: 401 });
  assert.deepEqual(log.records, []);
  assert.equal(log.statusText(), "");
});

test("a log without records says what to do", () => {
  const log = new HistoryLogState();
  const empty = { comparisons: [], next_cursor: null };
  log.succeed(log.begin(log.first), { page: empty, cursors: log.first, notice: "Deleted." });
  assert.match(log.statusText(), /^Deleted\. No records found\. /);
  assert.ok(!log.hasOlder && !log.hasNewer);
});

const sortable = (name, distance) => ({
  photo: { file: { name } },
  comparison: distance === null ? null : ofOneNetwork(distance),
});
const namesOf = (rows) => rows.map(({ photo }) => photo.file.name).join(" ");

test("rows without a distance come last, whichever the direction", () => {
  const rows = [sortable("b", 0.8), sortable("wall", null), sortable("a", 0.3)];
  assert.equal(namesOf(inOrder(rows, { by: "distance", descending: false })), "a b wall");
  assert.equal(namesOf(inOrder(rows, { by: "distance", descending: true })), "b a wall");
  assert.equal(namesOf(inOrder(rows, { by: "photo", descending: true })), "wall b a");
});

test("rows are ordered by the distances that decided", () => {
  const ofTwo = (name, combined) => ({
    ...sortable(name, null),
    comparison: ofTwoNetworks(combined),
  });
  const rows = [ofTwo("far", 0.9), ofTwo("near", 0.3)];
  assert.ok(rows[0].comparison.distance < rows[1].comparison.distance);
  assert.equal(namesOf(inOrder(rows, { by: "distance", descending: false })), "near far");
  assert.equal(namesOf(inOrder(rows, { by: "distance", descending: true })), "far near");
});

test("choosing a column again turns its direction", () => {
  const once = sortBy({ by: "distance", descending: true }, "photo");
  assert.deepEqual(once, { by: "photo", descending: false });
  assert.deepEqual(sortBy(once, "photo"), { by: "photo", descending: true });
});

test("many photos are counted, and those above the limit are told of", () => {
  const find = new FindState();
  assert.match(find.statusText(), /^Load a reference/);
  find.setReference("reference");
  find.add(Array(1000).fill("photo"), false);
  assert.equal(find.room(), 0);
  assert.match(find.statusText(), /^Only 1000 photos at once.* 1000 to compare\.$/);
});

test("a run that ends puts what was busy back, and another reference forgets results", () => {
  const find = new FindState();
  find.setReference("reference");
  find.add(["one", "two"], true);
  const run = new AbortController();
  find.settle({ run });
  Object.assign(find.candidates[0], { status: "done", comparison: {} });
  find.candidates[1].status = "busy";
  assert.equal(find.statusText(), "1 of 2 compared…");
  find.settle({ cancelled: true });
  assert.ok(run.signal.aborted);
  assert.equal(find.statusText(), "Cancelled after 1 of 2.");
  assert.deepEqual(find.unfinished(), [find.candidates[1]]);
  assert.equal(find.candidates[1].status, "waiting");
  find.setReference("another");
  assert.equal(find.unfinished().length, 2);
  assert.equal(find.finishedCount(), 0);
});

test("a fault of the reference is told at the reference", () => {
  const find = new FindState();
  find.settle({ failure: new ServiceFailed("No face.", "reference") });
  assert.deepEqual([find.referenceError(), find.generalError()], ["No face.", ""]);
  find.settle({ failure: new ServiceFailed("Offline.") });
  assert.deepEqual([find.referenceError(), find.generalError()], ["", "Offline."]);
});

test("a run takes two at a time and all of them", async () => {
  let busy = 0;
  let most = 0;
  const resultOf = async () => {
    most = Math.max(most, ++busy);
    await new Promise(setImmediate);
    busy -= 1;
    return { status: "done" };
  };
  const candidates = Array.from({ length: 7 }, () => ({ status: "waiting" }));
  await runOver(candidates, { isCurrent: () => true, resultOf, onChange: () => {} });
  assert.equal(most, 2);
  assert.ok(candidates.every(({ status }) => status === "done"));
});

test("a run that was cancelled takes no more and changes nothing", async () => {
  let current = true;
  const resultOf = async () => {
    current = false;
    return { status: "done" };
  };
  const candidates = Array.from({ length: 3 }, () => ({ status: "waiting" }));
  await runOver(candidates, { isCurrent: () => current, resultOf, onChange: () => {} });
  assert.ok(candidates.every(({ status }) => status !== "done"));
  assert.equal(candidates[2].status, "waiting");
});

test("a further photo's error is told with those of the others", () => {
  const form = new ComparisonFormState(["image1", "image2"]);
  const others = [
    { message: "No face.", image: "image1_2" },
    { message: "Too small.", image: "image2" },
  ];
  form.settle({ failure: new ServiceFailed("No face at all.", "image1", 422, others) });
  assert.equal(generalError(form), "image1_2: No face.");
  assert.equal(form.errorOf("image2"), "Too small.");
});

test("further photos above four are told of, and those that go with their photo", () => {
  const form = new ComparisonFormState(["image1", "image2"]);
  form.load("image1", "one");
  form.takeFurther(["a", "b", "c", "d", "e"]);
  assert.equal(form.further.length, 4);
  assert.match(form.notice, /^Only 4 photos/);
  form.load("image1", "another");
  assert.match(form.notice, /were removed/);
});
