/** A comparison form as its state has it. */

import { announce } from "../dom.js";
import { texts } from "../texts.js";
import { generalError, statusText } from "./comparison-status.js";

/** @typedef {import("../dom.js").Parts} Parts */
/** @typedef {import("./comparison-form.js").FormOptions} FormOptions */
/** @typedef {import("./comparison-form-state.js").ComparisonFormState<import("./photo.js").Photo, any>} State */

/**
 * @param {Parts} parts
 * @param {[string, import("./photo-picker.js").PhotoPicker][]} pickers
 * @param {State} state
 * @param {FormOptions} options
 */
export function renderForm(parts, pickers, state, options) {
  const { photos, response, request } = state;
  renderPhotos(pickers, state, options);
  parts.failure.textContent = generalError(state);
  renderFurther(parts, state, options);
  parts.layers.hidden = !response;
  parts.slots.toggleAttribute("data-answered", Boolean(response) && !parts.large.checked);
  parts.swap.hidden = state.names.length > 2 || Boolean(state.firstMissing() ?? request);
  renderBusy(parts, Boolean(request));
  renderProgress(parts, state, options);
  options.show(response, photos);
}

/** @param {Parts} parts @param {State} state @param {FormOptions} options */
export function renderProgress({ progress, status }, state, { waiting }) {
  const share = state.sentShare();
  progress.hidden = !state.request;
  if (share === null)
    progress.removeAttribute("value"); // how long the service takes is not known
  else progress.value = share;
  announce(status, statusText(state, waiting));
}

/**
 * @param {[string, import("./photo-picker.js").PhotoPicker][]} pickers
 * @param {State} state
 * @param {FormOptions} options
 */
function renderPhotos(pickers, state, { resultsOf }) {
  const { photos, response, chosen, layers } = state;
  const results = response ? resultsOf(response) : {};
  for (const [name, picker] of pickers) {
    picker.render({
      photo: photos[name] ?? null,
      result: results[name] ?? null,
      error: state.errorOf(name),
      chosen: name in chosen,
      layers,
    });
  }
}

/** @param {Parts} parts @param {State} state @param {FormOptions} options */
function renderFurther({ also, alsoNames }, state, { places }) {
  const { names, further } = state;
  const title = places[names[0] ?? ""] ?? "";
  also.textContent = further.length ? texts.alsoRemove : texts.also(title);
  alsoNames.textContent = further.length
    ? texts.alsoAdded(further.map(({ file }) => file.name).join(", "))
    : "";
}

/** @param {Parts} parts @param {boolean} busy */
function renderBusy({ predict, cancel }, busy) {
  // Not `disabled`, which would drop the keyboard's focus.
  predict.setAttribute("aria-disabled", String(busy));
  if (!busy && document.activeElement === cancel) predict.focus();
  cancel.hidden = !busy;
}
