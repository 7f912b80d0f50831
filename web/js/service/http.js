/** One HTTP exchange. XMLHttpRequest, because fetch cannot tell how much of a body has been sent. */

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
 */

/**
 * @param {Exchange} exchange
 * @returns {Promise<{status: number, ok: boolean, body: any}>}
 * @throws {Disconnected} or, when `signal` aborts, its reason
 */
export function send({ body, signal, ...exchange }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = opened(exchange);
    request.addEventListener("load", () => {
      const { status, response } = request;
      resolve({ status, ok: status >= 200 && status < 300, body: response });
    });
    request.addEventListener("error", () => reject(new Disconnected(exchange.url)));
    signal?.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    request.send(body);
  });
}

/** @param {Exchange} exchange */
function opened({ method = "GET", url, headers = {}, responseType = "text", onProgress }) {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.responseType = responseType;
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  if (onProgress) {
    // A listener makes a request to another origin ask for leave first, so only where it is used.
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(loaded, total));
  }
  return request;
}
