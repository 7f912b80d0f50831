/** Asking the visitor something in a dialogue. */

/** @typedef {(target: EventTarget, kind: string, act: (event: Event) => void) => void} Listen */

/**
 * Show the dialogue until it is closed.
 * @param {HTMLDialogElement} dialog
 * @param {(on: Listen) => void} prepare  its listeners end with the dialogue
 * @returns {Promise<string>}  what it was closed with; nothing where the visitor left it
 */
export function showDialog(dialog, prepare) {
  const listening = new AbortController();
  /** @type {Listen} */
  const on = (target, kind, act) =>
    target.addEventListener(kind, act, { signal: listening.signal });
  dialog.returnValue = "";
  prepare(on);
  const closed = new Promise((resolve) => on(dialog, "close", () => resolve(dialog.returnValue)));
  dialog.showModal();
  return closed.finally(() => listening.abort());
}
