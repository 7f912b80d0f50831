/** The files that were loaded to be searched: photos, or a CSV of pairs and the photos that it names. */

import { oneOfMany } from "../photos/photo.js";
import { ServiceFailed } from "../service/failure.js";
import { texts } from "../texts.js";
import { fileNamed, pairsIn } from "./find-pairs.js";

/** @typedef {import("../photos/photo.js").Photo} Photo */
/** @typedef {import("./find-state.js").FindState<Photo>} State */

/** What browsers know no type of, on some systems. */
const OTHER_PHOTOS = /\.(hei[cf]|avif|tiff?)$/i;

export class LoadedFiles {
  /** @type {File[]} */
  #photos = [];
  /** @type {[string, string][] | null}  of file names, by a CSV */
  #pairs = null;

  /**
   * A CSV's photos may come with it, before it or after it.
   * @param {File[]} files
   * @param {State} state
   * @param {Record<string, string>} credits  by file name
   */
  async take(files, state, credits = {}) {
    const photos = files.filter(mayBePhoto);
    const csv = files.find(isCsv);
    this.#photos.push(...photos);
    if (csv) this.#pairs = pairsIn(await csv.text());
    if (this.#pairs) this.#showPairs(this.#pairs, state);
    else if (csv) state.settle({ failure: new ServiceFailed(texts.findBadCsv) });
    else addPhotos(photos, state, credits);
  }

  /** @param {[string, string][]} pairs @param {State} state */
  #showPairs(pairs, state) {
    state.setPairs(pairs.map((names) => this.#pairOf(names)));
    if (this.#photos.length === 0) state.settle({ notice: texts.findPairs(pairs.length) });
  }

  /** @param {[string, string]} names */
  #pairOf([one, other]) {
    const files = [one, other].map((name) => fileNamed(this.#photos, name));
    const [first, second] = files;
    return {
      reference: oneOfMany(first ?? new File([], one)),
      photo: oneOfMany(second ?? new File([], other)),
      missing: first ? (second ? "" : other) : one,
    };
  }
}

/** @param {File} file */
export function isCsv({ name }) {
  return /\.csv$/i.test(name);
}

/** @param {File[]} photos @param {State} state @param {Record<string, string>} credits */
function addPhotos(photos, state, credits) {
  const room = state.room();
  const added = photos.slice(0, room).map((file) => oneOfMany(file, credits[file.name]));
  state.add(added, photos.length <= room);
}

/**
 * A folder has other files too.
 * @param {File} file
 */
function mayBePhoto({ name, type }) {
  return (
    type.startsWith("image/") || OTHER_PHOTOS.test(name) || (type === "" && !name.includes("."))
  );
}
