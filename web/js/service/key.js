/** The visitor's access key: kept for this tab, asked for in a dialogue. */

import { byId, partsOf } from "../dom.js";
import { texts } from "../texts.js";

const PLACE = "facecompare.key"; // in sessionStorage, which ends with the tab

export const accessKey = {
  /** @returns {string | null} */
  get() {
    return sessionStorage.getItem(PLACE);
  },
  /** @param {string} key */
  keep(key) {
    sessionStorage.setItem(PLACE, key);
  },
  forget() {
    sessionStorage.removeItem(PLACE);
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

function ask(refused) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("key"));
  const parts = partsOf(dialog);
  if (refused) accessKey.forget();
  parts.reason.textContent = refused ? texts.keyRefused : texts.keyReason;
  parts.field.value = "";
  return new Promise((resolve) => {
    const use = (event) => {
      event.preventDefault();
      const key = parts.field.value.trim();
      if (!key) return;
      accessKey.keep(key);
      dialog.close("given");
    };
    const giveUp = () => dialog.close("");
    const closed = () => {
      parts.form.removeEventListener("submit", use);
      parts.cancel.removeEventListener("click", giveUp);
      resolve(dialog.returnValue === "given");
    };
    dialog.returnValue = "";
    parts.form.addEventListener("submit", use);
    parts.cancel.addEventListener("click", giveUp);
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}
