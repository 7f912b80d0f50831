import assert from "node:assert/strict";
import { test } from "node:test";

import { CameraStream } from "../../../web/js/photos/camera-stream.js";
import {
  boxOnScreen,
  comparedLast,
  dotRadius,
  placementOf,
  pointOnScreen,
  sameShape,
} from "../../../web/js/photos/geometry.js";
import { goesAsItIs, sentSize } from "../../../web/js/photos/photo.js";
import { captionsOf } from "../../../web/js/photos/photo-captions.js";

test("a photo is contained in its frame, in the middle", () => {
  const wide = placementOf({ width: 800, height: 400 }, { width: 400, height: 400 });
  assert.deepEqual(wide, { scale: 0.5, left: 0, top: 100 });
  const high = placementOf({ width: 400, height: 800 }, { width: 400, height: 400 });
  assert.deepEqual(high, { scale: 0.5, left: 100, top: 0 });
});

test("boxes and points are moved and scaled with the photo", () => {
  const placement = { scale: 0.5, left: 10, top: 20 };
  const box = { left: 100, top: 40, width: 60, height: 80 };
  assert.deepEqual(boxOnScreen(box, placement), { left: 60, top: 40, width: 30, height: 40 });
  assert.deepEqual(pointOnScreen([100, 40], placement), [60, 40]);
});

test("dots get smaller on small faces, but stay visible", () => {
  const box = (width) => ({ left: 0, top: 0, width, height: width });
  const placement = { scale: 1, left: 0, top: 0 };
  assert.equal(dotRadius(2.5, box(500), placement), 2.5);
  assert.equal(dotRadius(2.5, box(100), placement), 2);
  assert.equal(dotRadius(2.5, box(10), placement), 1);
});

test("the shape is the same within rounding, and another when turned", () => {
  const photo = { width: 640, height: 800 };
  assert.ok(sameShape(photo, { naturalWidth: 64, naturalHeight: 80 }));
  assert.ok(sameShape(photo, { naturalWidth: 65, naturalHeight: 80 }));
  assert.ok(!sameShape(photo, { naturalWidth: 800, naturalHeight: 640 }));
});

test("the compared face is drawn last, and the list stays as it was", () => {
  const faces = [{ compared: true }, { compared: false }, { compared: false }];
  assert.equal(comparedLast(faces).at(-1), faces[0]);
  assert.equal(faces[0].compared, true);
});

test("a large photo is sent with a long side of 1,600 px", () => {
  assert.deepEqual(sentSize({ width: 4000, height: 3000 }), { width: 1600, height: 1200 });
  assert.deepEqual(sentSize({ width: 3000, height: 4000 }), { width: 1200, height: 1600 });
  assert.deepEqual(sentSize({ width: 640, height: 800 }), { width: 640, height: 800 });
  assert.deepEqual(sentSize({ width: 40_000, height: 3 }), { width: 1600, height: 1 });
});

test("a photo goes as it is when it is small in pixels and in bytes", () => {
  assert.ok(goesAsItIs({ width: 1600, height: 1200 }, 480_000));
  assert.ok(!goesAsItIs({ width: 1600, height: 1200 }, 480_001));
  assert.ok(!goesAsItIs({ width: 1601, height: 1200 }, 1_000));
});

const SHOWN = {
  photo: { file: { name: "obama.jpg", size: 97_506 }, credit: "White House" },
  result: null,
  shown: "shown",
  picture: { naturalWidth: 640, naturalHeight: 800 },
  sentBytes: 0,
};
const found = (faces, fields = {}) => {
  const result = { width: 640, height: 800, faces: Array(faces).fill({}) };
  return captionsOf({ ...SHOWN, result, ...fields }).found;
};

test("a photo's facts are its size, and what is sent where that differs", () => {
  assert.equal(captionsOf(SHOWN).facts, "640\u00a0×\u00a0800\u00a0px, 98\u00a0kB");
  assert.match(captionsOf({ ...SHOWN, sentBytes: 50_000 }).facts, /, sent as 50\u00a0kB$/);
  assert.equal(captionsOf({ ...SHOWN, shown: "unviewable" }).facts, "98\u00a0kB");
  assert.match(captionsOf({ ...SHOWN, shown: "by-service" }).facts, /the service's picture/);
});

test("without a photo there is nothing to say", () => {
  const empty = { name: "", credit: "", facts: "", found: "" };
  assert.deepEqual(captionsOf({ ...SHOWN, photo: null, shown: "empty" }), empty);
});

test("the faces are counted, and the compared one is named where it is drawn", () => {
  assert.equal(found(1), "1 face found");
  assert.match(
    found(2),
    /most like the other photo's, framed in yellow, is compared\. Click another/,
  );
  assert.match(found(2, { chosen: true }), /the one you chose, framed in yellow/);
  assert.equal(
    found(2, { shown: "unviewable" }),
    "2 faces found; the one most like the other photo's is compared",
  );
  const turned = { picture: { naturalWidth: 800, naturalHeight: 640 } };
  assert.match(found(1, turned), /^1 face found\. .*nothing is drawn on it/);
});

/** A camera that opens when the test lets it. */
function fakeDevices() {
  const opened = [];
  const waiting = [];
  const getUserMedia = (wanted) =>
    new Promise((resolve, reject) => {
      const tracks = [{ state: "live", stop: () => (tracks[0].state = "ended") }];
      const stream = { wanted, tracks, getTracks: () => tracks };
      waiting.push({
        resolve: () => {
          opened.push(stream);
          resolve(stream);
        },
        reject,
      });
    });
  const enumerateDevices = async () => [{ kind: "videoinput" }, { kind: "audioinput" }];
  return { opened, waiting, devices: { getUserMedia, enumerateDevices } };
}

test("a camera that opens after it was stopped is closed at once", async () => {
  const { opened, waiting, devices } = fakeDevices();
  const camera = new CameraStream(devices);
  const opening = camera.open();
  camera.stop();
  waiting[0].resolve();
  assert.equal(await opening, null);
  assert.equal(opened[0].tracks[0].state, "ended");
  assert.equal(camera.current, null);
});

test("switching the side opens the other camera and closes the first", async () => {
  const { opened, waiting, devices } = fakeDevices();
  const camera = new CameraStream(devices);
  const first = camera.open();
  waiting[0].resolve();
  assert.equal(await first, camera.current);
  camera.switchSide();
  const second = camera.open();
  waiting[1].resolve();
  assert.equal(await second, camera.current);
  assert.equal(opened[0].tracks[0].state, "ended");
  assert.equal(opened[1].wanted.video.facingMode.ideal, "environment");
  assert.equal(await camera.countCameras(), 1);
});

test("a failure of a camera that was replaced is nobody's", async () => {
  const { waiting, devices } = fakeDevices();
  const camera = new CameraStream(devices);
  const first = camera.open();
  const second = camera.open();
  waiting[0].reject(new Error("in use"));
  assert.equal(await first, null);
  waiting[1].reject(new Error("in use"));
  await assert.rejects(second, /in use/);
});

test("a page without https has no camera", async () => {
  await assert.rejects(new CameraStream(undefined).open(), { name: "insecure" });
});
