/** The service's log: pages of records, the whole as CSV, deletion. */

import { call } from "./call.js";

/** @typedef {import("./types.js").RecordPage} RecordPage */
/** @typedef {{since: string, caller: string}} Filter  empty texts restrict nothing */

const PAGE_LENGTH = 20;

/**
 * @param {Filter} filter
 * @param {string | null} cursor  of the page before
 * @returns {Promise<RecordPage>}
 */
export function page(filter, cursor) {
  const query = queryOf({ limit: String(PAGE_LENGTH), cursor: cursor ?? "", ...filter });
  return call({ url: `/api/comparisons?${query}` });
}

/** @param {Filter} filter @returns {Promise<Blob>} */
export function csv(filter) {
  return call({ url: `/api/comparisons.csv?${queryOf(filter)}`, responseType: "blob" });
}

/** @param {string} comparisonId */
export function forget(comparisonId) {
  return call({ method: "DELETE", url: `/api/comparisons/${encodeURIComponent(comparisonId)}` });
}

function queryOf(fields) {
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value));
}
