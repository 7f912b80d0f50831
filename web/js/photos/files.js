/** Photos that come as files: from the file dialogue, by drag and drop, from the clipboard. */

/** @typedef {[File, ...File[]]} Files  at least one */

/**
 * @param {HTMLInputElement} input
 * @param {(files: Files) => void} onFiles
 */
export function acceptChosen(input, onFiles) {
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = ""; // so that the same file can be chosen again
    if (isSome(files)) onFiles(files);
  });
}

/**
 * @param {HTMLElement} place  gets the class "dropping" while a file hovers over it
 * @param {(files: Files) => void} onFiles
 */
export function acceptDrops(place, onFiles) {
  /** @param {boolean} on */
  const mark = (on) => place.classList.toggle("dropping", on);
  place.addEventListener("dragover", () => mark(true));
  place.addEventListener("dragleave", (event) => {
    mark(place.contains(/** @type {Node | null} */ (event.relatedTarget)));
  });
  place.addEventListener("drop", (event) => {
    mark(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (isSome(files)) onFiles(files);
  });
}

/** A photo dropped beside its place must not replace the page. */
export function keepDropsOnThePage() {
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
}

/** @param {(files: Files) => void} onFiles */
export function acceptPastes(onFiles) {
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!isSome(files)) return; // text, for a field that has the focus
    event.preventDefault();
    onFiles(files);
  });
}

/** @param {File[]} files @returns {files is Files} */
function isSome(files) {
  return files.length > 0;
}
