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

/** @param {Filter} filter @returns {Promise<Blob>} */
export function recordsCsv(filter) {
  return requestApi({ url: `/api/comparisons.csv?${queryOf(filter)}`, responseType: "blob" });
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
