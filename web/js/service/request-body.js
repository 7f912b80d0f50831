/** Photos and fields → a request's body; photos that do not fit in it are uploaded first. */

import { fileSize } from "../format.js";
import { texts } from "../texts.js";
import { Disconnected, requestApi, send } from "./api-request.js";
import { ServiceFailed } from "./failure.js";
import { serviceInfo } from "./service-info.js";

/** @typedef {Record<string, Blob>} Photos  by the names that the operation gives them */
/** @typedef {Record<string, string | number | boolean>} Fields */
/** @typedef {{body: FormData | string, headers?: Record<string, string>}} Content */
/** @typedef {(sent: number, total: number) => void} OnProgress  bytes */
/** @typedef {{signal: AbortSignal, onProgress: OnProgress}} RequestControl */
/** @typedef {{url: string, fields: Record<string, string>, upload: string, max_bytes: number}} Grant */

const FIELDS_BYTES = 4_000; // of a form beside its photos: generous
const UNNAMED_TYPE = "image/heic"; // what browsers have no name for is what they cannot show
const JSON_HEADERS = { "Content-Type": "application/json" };

/**
 * @param {Photos} photos
 * @param {Fields} fields
 * @param {RequestControl} control
 * @returns {Promise<Content>}
 */
export async function requestContentOf(photos, fields, control) {
  return (await serviceInfo())?.uploads && !(await fitsInRequest(Object.values(photos)))
    ? uploaded(photos, fields, control)
    : form(photos, fields);
}

/**
 * Whether the service takes these photos in one request.
 * @param {Blob[]} photos
 */
export async function fitsInRequest(photos) {
  return bytesOf(photos) + FIELDS_BYTES <= ((await serviceInfo())?.max_request_bytes ?? Infinity);
}

/**
 * What the service is told of a file's type; it looks at the bytes all the same.
 * @param {{type: string}} file
 */
export function uploadTypeOf({ type }) {
  return /^image\/[a-z0-9.+-]{1,40}$/.test(type) ? type : UNNAMED_TYPE;
}

/** @param {Blob[]} photos */
function bytesOf(photos) {
  return photos.reduce((sum, { size }) => sum + size, 0);
}

/** @param {Photos} photos @param {Fields} fields @returns {Content} */
function form(photos, fields) {
  const body = new FormData();
  // As nameless bytes: what a file is called is the visitor's own business, and often wrong.
  for (const [name, photo] of Object.entries(photos)) body.append(name, new Blob([photo]), name);
  for (const [name, value] of Object.entries(fields)) body.append(name, String(value));
  return { body };
}

/** @param {Photos} photos @param {Fields} fields @param {RequestControl} control */
async function uploaded(photos, fields, control) {
  const total = bytesOf(Object.values(photos));
  /** @type {Record<string, {upload: string}>} */
  const named = {};
  let before = 0;
  for (const [name, photo] of Object.entries(photos)) {
    const start = before;
    /** @param {number} sent */
    const onProgress = (sent) => control.onProgress(start + Math.min(sent, photo.size), total);
    named[name] = { upload: await upload(name, photo, { ...control, onProgress }) };
    before += photo.size;
  }
  return { body: JSON.stringify({ ...named, ...fields }), headers: JSON_HEADERS };
}

/**
 * Send one photo to the place that the service grants.
 * @param {string} name
 * @param {Blob} photo
 * @param {RequestControl} control
 * @returns {Promise<string>}  what it is called there
 */
async function upload(name, photo, control) {
  const grant = await grantFor(photo, control.signal);
  if (photo.size > grant.max_bytes) {
    const words = texts.failure.uploadTooLarge(fileSize(photo.size), fileSize(grant.max_bytes));
    throw new ServiceFailed(words, name);
  }
  const body = uploadForm(grant, photo, name);
  if (!(await accepted({ method: "POST", url: grant.url, body, ...control }))) {
    throw new ServiceFailed(texts.failure.uploadRefused, name);
  }
  return grant.upload;
}

/** @param {Blob} photo @param {AbortSignal} signal @returns {Promise<Grant>} */
function grantFor(photo, signal) {
  const body = JSON.stringify({ content_type: uploadTypeOf(photo) });
  return requestApi({ method: "POST", url: "/api/uploads", headers: JSON_HEADERS, body, signal });
}

/** @param {Grant} grant @param {Blob} photo @param {string} name */
function uploadForm(grant, photo, name) {
  const body = new FormData();
  for (const [field, value] of Object.entries(grant.fields)) body.append(field, value);
  body.append("file", photo, name); // last: S3 ignores what follows the file
  return body;
}

/** @param {import("./api-request.js").Exchange} exchange @returns {Promise<boolean>} */
async function accepted(exchange) {
  try {
    return (await send(exchange)).ok;
  } catch (error) {
    if (error instanceof Disconnected) return false;
    throw error;
  }
}
