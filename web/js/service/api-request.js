/** A request to the API: with the access key, which is asked for where one is needed. By
 * XMLHttpRequest, because fetch cannot tell how much of a body has been sent. */

import { disconnected, isBusy, notUnderstood, refusal } from "./failure.js";

/**
 * The address of the folder that the page is in; its files may lie further down, under a digest.
 * @param {string} path  of the page, or of a file of its own
 */
export function pageFolder(path) {
  return path.replace(/(?:assets\/[^/]+\/)?[^/]*$/, "");
}

/**
 * Where the service answers: beside the page, whatever the path to that.
 * @param {string} url  /api/… or, of another host, whole
 */
export function addressOf(url) {
  return url.startsWith("/") ? pageFolder(location.pathname) + url.slice(1) : url;
}

/** The exchange did not come about: the connection was lost, or never made. */
export class Disconnected extends Error {}

/**
 * @typedef {object} Exchange
 * @property {string} [method]
 * @property {string} url
 * @property {XMLHttpRequestBodyInit} [body]
 * @property {Record<string, string>} [headers]
 * @property {XMLHttpRequestResponseType} [responseType]
 * @property {AbortSignal} [signal]
 * @property {(sent: number, total: number) => void} [onProgress]  bytes of the body
 * @property {(query: string) => void} [onNext]  of the rest of a response that comes in parts
 */

/**
 * @param {Exchange} exchange
 * @returns {Promise<{status: number, ok: boolean, body: any, retryAfterS: number}>}
 * @throws {Disconnected} or, when `signal` aborts, its reason
 */
export function send({ body, signal, onNext, ...exchange }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = opened(exchange);
    request.addEventListener("load", () => {
      const { status, response } = request;
      // Another origin's headers are not told, and asking for them is complained of.
      const later = status === 429 || status === 503;
      const retryAfterS = later ? Number(request.getResponseHeader("Retry-After")) || 0 : 0;
      const next = onNext && nextQueryOf(request.getResponseHeader("Link"));
      if (next) onNext?.(next);
      resolve({ status, ok: status >= 200 && status < 300, body: response, retryAfterS });
    });
    request.addEventListener("error", () => reject(new Disconnected(exchange.url)));
    signal?.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(body);
  });
}

/**
 * Where a response goes on, as RFC 8288 has it.
 * @param {string | null} link  the header
 * @returns {string | undefined}  with its question mark
 */
export function nextQueryOf(link) {
  return link?.match(/<(\?[^>]*)>; *rel="next"/)?.[1];
}

/** @param {Exchange} exchange */
function opened({ method = "GET", url, headers = {}, responseType = "text", onProgress }) {
  const request = new XMLHttpRequest();
  request.open(method, addressOf(url));
  request.responseType = responseType;
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  if (onProgress) {
    // A listener makes a request to another origin ask for leave first, so only where it is used.
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
  }
  return request;
}

const KEY_PLACE = "facecompare.key"; // in sessionStorage, which ends with the tab

/** The visitor's, kept for this tab. */
export const accessKey = {
  /** @returns {string | null} */
  get() {
    return sessionStorage.getItem(KEY_PLACE);
  },
  /** @param {string} key */
  keep(key) {
    sessionStorage.setItem(KEY_PLACE, key);
  },
  forget() {
    sessionStorage.removeItem(KEY_PLACE);
  },
};

/**
 * The JSON of the response, or its bytes with responseType "blob".
 * @param {Exchange} exchange
 * @returns {Promise<any>}
 * @throws {import("./failure.js").ServiceFailed} or, when its signal aborts, the signal's reason
 */
export async function requestApi(exchange) {
  for (let retries = 0, woken = false; ; ) {
    const key = accessKey.get();
    const began = performance.now();
    const { status, ok, body, retryAfterS } = await sendWith(key, exchange);
    if (ok) return exchange.responseType === "blob" ? body : parsed(body, status);
    const error = await errorOf(body);
    if (isBusy(error) && retries < MOST_RETRIES) {
      retries += 1;
      await pause(retryAfterS * 1000);
    } else if (!woken && isAsleep(status, error, performance.now() - began)) {
      woken = true;
      await pause(WAKING_MS);
    } else if (status !== 401 || !(await isKeyGiven(key !== null))) {
      throw refusal(status, error);
    }
    exchange.signal?.throwIfAborted();
  }
}

const MOST_RETRIES = 5; // of a service that is busy
// A function that nobody called for weeks refuses the first call and gets ready for the next (AWS,
// Lambda Developer Guide, "Create a Lambda function using a container image").
const WAKING_MS = 3_000;
const QUICK_MS = 10_000; // what took longer was at work

/**
 * Whether the gateway answered in place of a function, which did not begin with the request.
 * @param {number} status
 * @param {any} error  the body's JSON, of which the service's own has a code
 * @param {number} tookMs
 */
export function isAsleep(status, error, tookMs) {
  return status >= 500 && error?.code === undefined && tookMs < QUICK_MS;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {boolean} refused  whether the one that was kept is not accepted */
async function isKeyGiven(refused) {
  const dialog = await import("./access-key-dialog.js").catch(() => null);
  if (!dialog) throw disconnected();
  return dialog.askForKey(refused);
}

/** @param {string | null} key @param {Exchange} exchange */
async function sendWith(key, { headers, ...exchange }) {
  /** @type {Record<string, string>} */
  const authorization = key ? { Authorization: `Bearer ${key}` } : {};
  try {
    return await send({ ...exchange, headers: { ...headers, ...authorization } });
  } catch (error) {
    throw error instanceof Disconnected ? disconnected() : error;
  }
}

/** @param {string} text @param {number} status */
function parsed(text, status) {
  if (status === 204) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood();
  }
}

/** @param {Blob | string} body */
async function errorOf(body) {
  try {
    return JSON.parse(body instanceof Blob ? await body.text() : body);
  } catch {
    return undefined;
  }
}
