/** What the service says of itself. Asked once; a page without an answer works all the same. */

import { send } from "./transport.js";

/** @typedef {import("./types.js").Service} Service */

/** @type {Record<string, Promise<any> | undefined>} */
const answers = {};

/** @returns {Promise<Service | null>}  null when it cannot be had now */
export function service() {
  return once("/api/service");
}

/** Whether the service finds 68 points in a face. */
export async function has68Points() {
  return (await once("/api/engines"))?.landmarks68 === true;
}

function once(url) {
  answers[url] ??= ask(url).then((answer) => {
    if (answer === null) answers[url] = undefined; // to be asked again
    return answer;
  });
  return answers[url];
}

async function ask(url) {
  try {
    const { ok, body } = await send({ url });
    return ok ? JSON.parse(body) : null;
  } catch {
    return null;
  }
}
