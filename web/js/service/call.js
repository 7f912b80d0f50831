/** A call of the API: with the access key, which is asked for where one is needed. */

import { disconnected, notUnderstood, refusal } from "./failure.js";
import { accessKey, askForKey } from "./key.js";
import { Disconnected, send } from "./transport.js";

/** @typedef {import("./transport.js").Exchange} Exchange */

/**
 * The JSON of an answer, or its bytes with responseType "blob".
 * @param {Exchange} exchange
 * @throws {import("./failure.js").ServiceFailed} or, when its signal aborts, the signal's reason
 */
export async function call(exchange) {
  for (;;) {
    const key = accessKey.get();
    const { status, ok, body } = await sendWith(key, exchange);
    if (ok) return exchange.responseType === "blob" ? body : parsed(body, status);
    if (status !== 401 || !(await askForKey(Boolean(key)))) {
      throw refusal(status, await errorOf(body));
    }
    exchange.signal?.throwIfAborted();
  }
}

/** @param {string | null} key @param {Exchange} exchange */
async function sendWith(key, { headers, ...exchange }) {
  const authorization = key ? { Authorization: `Bearer ${key}` } : {};
  try {
    return await send({ ...exchange, headers: { ...headers, ...authorization } });
  } catch (error) {
    throw error instanceof Disconnected ? disconnected() : error;
  }
}

function parsed(text, status) {
  if (status === 204) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood();
  }
}

async function errorOf(body) {
  try {
    return JSON.parse(body instanceof Blob ? await body.text() : body);
  } catch {
    return undefined;
  }
}
