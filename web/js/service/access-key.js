/** The visitor's access key: kept for this tab, asked for in a dialogue. */

import { showDialog } from "../dialog.js";
import { dialogById, partsOf } from "../dom.js";
import { texts } from "../texts.js";

const STORAGE_KEY = "facecompare.key"; // in sessionStorage, which ends with the tab

export const accessKey = {
  /** @returns {string | null} */
  get() {
    return sessionStorage.getItem(STORAGE_KEY);
  },
  /** @param {string} key */
  keep(key) {
    sessionStorage.setItem(STORAGE_KEY, key);
  },
  forget() {
    sessionStorage.removeItem(STORAGE_KEY);
  },
};

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
