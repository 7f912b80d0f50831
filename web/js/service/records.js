/** The service's log: pages of records, the whole as CSV, deletion. */

import { requestApi } from "./api-request.js";

/** @typedef {import("./types.js").RecordPage} RecordPage */
/** @typedef {{since: string, caller: string}} Filter  empty texts restrict nothing */

const PAGE_LENGTH = 20;

/**
 * @param {Filter} filter
 * @param {string | null} cursor  of the page before
 * @returns {Promise<RecordPage>}
 */
export function recordPage(filter, cursor) {
  const query = queryOf({ limit: String(PAGE_LENGTH), cursor: cursor ?? "", ...filter });
  return requestApi({ url: `/api/comparisons?${query}` });
}

/**
 * All records in one file, whose parts the service may send one after the other.
 * @param {Filter} filter
 * @returns {Promise<Blob>}
 */
export async function recordsCsv(filter) {
  /** @type {Blob[]} */
  const files = [];
  for (let query = `?${queryOf(filter)}`; query; ) {
    const url = `/api/comparisons.csv${query}`;
    query = "";
    const onNext = (/** @type {string} */ next) => {
      query = next;
    };
    const file = await requestApi({ url, responseType: "blob", onNext });
    files.push(files.length ? await withoutHeader(file) : file);
  }
  return new Blob(files, { type: "text/csv" });
}

const HEADER_BYTES = 10_000; // at most: it is ASCII

/** @param {Blob} part  of a CSV, of which each part has the header */
async function withoutHeader(part) {
  const begin = await part.slice(0, HEADER_BYTES).text();
  return part.slice(begin.indexOf("\r\n") + 2);
}

/** @param {string} comparisonId @returns {Promise<null>} */
export function deleteRecord(comparisonId) {
  const url = `/api/comparisons/${encodeURIComponent(comparisonId)}`;
  return requestApi({ method: "DELETE", url });
}

/** @param {Record<string, string>} fields */
function queryOf(fields) {
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
}
