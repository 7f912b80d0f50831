/** Photos and wishes → a request's body; photos that do not fit in it are uploaded first. */

import { fileSize } from "../format.js";
import { texts } from "../texts.js";
import { service } from "./about.js";
import { call } from "./call.js";
import { ServiceFailed } from "./failure.js";
import { Disconnected, send } from "./transport.js";

/** @typedef {Record<string, Blob>} Photos  by the names that the operation gives them */
/** @typedef {{signal: AbortSignal, onProgress: (sent: number, total: number) => void}} Course */
/** @typedef {{body: FormData | string, headers?: Record<string, string>}} Content */

const FIELDS_BYTES = 4_000; // of a form beside its photos: generous
const UNNAMED_TYPE = "image/heic"; // what browsers have no name for is what they cannot show

/**
 * @param {Photos} photos
 * @param {Record<string, string | number | boolean>} fields
 * @param {Course} course
 * @returns {Promise<Content>}
 */
export async function contentOf(photos, fields, course) {
  return (await service())?.uploads && !(await fitsInRequest(Object.values(photos)))
    ? uploaded(photos, fields, course)
    : form(photos, fields);
}

/** Whether the service takes these photos in one request. @param {Blob[]} photos */
export async function fitsInRequest(photos) {
  const bytes = photos.reduce((sum, { size }) => sum + size, FIELDS_BYTES);
  return bytes <= ((await service())?.max_request_bytes ?? Infinity);
}

function form(photos, fields) {
  const body = new FormData();
  // As nameless bytes: what a file is called is the visitor's own business, and often wrong.
  for (const [name, photo] of Object.entries(photos)) body.append(name, new Blob([photo]), name);
  for (const [name, value] of Object.entries(fields)) body.append(name, String(value));
  return { body };
}

async function uploaded(photos, fields, course) {
  const total = Object.values(photos).reduce((sum, { size }) => sum + size, 0);
  const named = {};
  let before = 0;
  for (const [name, photo] of Object.entries(photos)) {
    const onProgress = (sent) => course.onProgress(before + Math.min(sent, photo.size), total);
    named[name] = { upload: await upload(name, photo, { ...course, onProgress }) };
    before += photo.size;
  }
  const headers = { "Content-Type": "application/json" };
  return { body: JSON.stringify({ ...named, ...fields }), headers };
}

/** Send one photo to the place that the service grants; what it is called there. */
async function upload(name, photo, { signal, onProgress }) {
  const grant = await call({
    method: "POST",
    url: "/api/uploads",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ content_type: typeOf(photo) }),
    signal,
  });
  if (photo.size > grant.max_bytes) {
    const words = texts.failure.uploadTooLarge(fileSize(photo.size), fileSize(grant.max_bytes));
    throw new ServiceFailed(words, name);
  }
  const body = new FormData();
  for (const [field, value] of Object.entries(grant.fields)) body.append(field, value);
  body.append("file", photo, name); // last: S3 ignores what follows the file
  const { ok } = await send({ method: "POST", url: grant.url, body, signal, onProgress }).catch(
    (error) => {
      if (error instanceof Disconnected) return { ok: false };
      throw error;
    },
  );
  if (!ok) throw new ServiceFailed(texts.failure.uploadRefused, name);
  return grant.upload;
}

function typeOf({ type }) {
  return /^image\/[a-z0-9.+-]{1,40}$/.test(type) ? type : UNNAMED_TYPE;
}
