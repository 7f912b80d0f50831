/** Asking for the access key. Loaded when a key is first needed. */

import { showDialog } from "../dialog.js";
import { dialogById, partsOf } from "../dom.js";
import { texts } from "../texts.js";
import { accessKey } from "./api-request.js";

/** @type {Promise<boolean> | null}  several requests at once ask only once */
let asking = null;

/**
 * Ask for a key.
 * @param {boolean} refused  whether the one that was kept is not accepted
 * @returns {Promise<boolean>}  whether one was given
 */
export function askForKey(refused) {
  asking ??= ask(refused).finally(() => (asking = null));
  return asking;
}

/** @param {boolean} refused */
async function ask(refused) {
  const dialog = dialogById("key");
  const parts = partsOf(dialog);
  if (refused) accessKey.forget();
  parts.reason.textContent = refused ? texts.keyRefused : texts.keyReason;
  parts.field.value = "";
  const closedWith = await showDialog(dialog, (on) => {
    on(parts.form, "submit", (event) => {
      event.preventDefault();
      if (keep(parts.field.value.trim())) dialog.close("given");
    });
    on(parts.cancel, "click", () => dialog.close(""));
  });
  return closedWith === "given";
}

/** @param {string} key @returns {boolean}  whether it is one */
function keep(key) {
  if (key) accessKey.keep(key);
  return key !== "";
}
