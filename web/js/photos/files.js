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
    takeDrop(event, onFiles);
  });
}

/**
 * What is dropped beside a place of its own; it must not replace the page.
 * @param {(files: Files) => void} onFiles
 */
export function acceptDropsAnywhere(onFiles) {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!event.defaultPrevented) takeDrop(event, onFiles);
  });
}

/** @param {DragEvent} event @param {(files: Files) => void} onFiles */
async function takeDrop(event, onFiles) {
  event.preventDefault();
  const items = [...(event.dataTransfer?.items ?? [])];
  // Asked for at once: the list is empty when the event is over.
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files = (await Promise.all(entries.map(filesIn))).flat();
  if (isSome(files)) onFiles(files);
}

/**
 * A file, or all files of a folder and those in it; what cannot be read is left out.
 * @param {FileSystemEntry | File | null} entry
 * @returns {Promise<File[]>}
 */
async function filesIn(entry) {
  if (!entry || entry instanceof File) return entry ? [entry] : [];
  if (entry.isFile) {
    const { file } = /** @type {FileSystemFileEntry} */ (entry);
    return new Promise((resolve) =>
      file.call(
        entry,
        (found) => resolve([found]),
        () => resolve([]),
      ),
    );
  }
  const entries = await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry).createReader());
  return (await Promise.all(entries.map(filesIn))).flat();
}

/**
 * All of a folder, of which a reader gives a hundred at once, and none at the end.
 * @param {FileSystemDirectoryReader} reader
 * @returns {Promise<FileSystemEntry[]>}
 */
async function entriesOf(reader) {
  /** @type {FileSystemEntry[]} */
  const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
  return some.length ? [...some, ...(await entriesOf(reader))] : [];
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
