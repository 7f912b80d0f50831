/** Asking the visitor for files, where no place of the page has an input of its own. */

/** @returns {Promise<File[]>}  none where the visitor thinks better of it */
export function chooseFiles() {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*,.heic,.heif,.avif";
  input.multiple = true;
  return new Promise((resolve) => {
    input.addEventListener("change", () => resolve([...(input.files ?? [])]));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}
