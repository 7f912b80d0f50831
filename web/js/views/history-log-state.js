/** The state of the service's log: which page is shown, which one is being fetched. No DOM. */

import { number } from "../format.js";
import { texts } from "../texts.js";

/** @typedef {import("../service/types.js").RecordPage} RecordPage */
/** @typedef {import("../service/records.js").Filter} Filter */
/** @typedef {(string | null)[]} Cursors  of a page and those before; the first page has none */
/** @typedef {{page?: RecordPage | null, cursors?: Cursors, notice?: string}} Shown */

/** @type {Cursors} */
const FIRST_PAGE = [null];

export class HistoryLogState {
  needsKey = false;
  /** @type {Filter} */
  filter = { since: "", caller: "" };
  /** @type {RecordPage | null} */
  page = null;
  busy = false;
  error = "";
  notice = "";
  /** @type {Cursors}  of the page that is shown */
  #cursors = FIRST_PAGE;
  /** @type {Cursors}  of the page that is being fetched, else of the shown one */
  #wanted = FIRST_PAGE;
  #requests = 0;

  get records() {
    return this.needsKey ? [] : (this.page?.comparisons ?? []);
  }

  get hasOlder() {
    return Boolean(this.page?.next_cursor);
  }

  /** Quick clicks on "newer" go back as many pages. */
  get hasNewer() {
    return this.#wanted.length > 1;
  }

  /** @returns {Cursors} */
  get first() {
    return FIRST_PAGE;
  }

  /** @returns {Cursors} */
  get current() {
    return this.#cursors;
  }

  /** @returns {Cursors | null}  null while another page is being fetched, and on the last page */
  get older() {
    const next = this.#wanted === this.#cursors ? this.page?.next_cursor : null;
    return next ? [...this.#cursors, next] : null;
  }

  /** @returns {Cursors | null}  null on the first page */
  get newer() {
    return this.hasNewer ? this.#wanted.slice(0, -1) : null;
  }

  /** Without a key there is nothing to show where the service wants one. */
  askForKey() {
    this.needsKey = true;
    this.#settle({ page: null });
  }

  /**
   * Begin a request, for a page or for something else.
   * @param {Cursors} [wanted]
   * @returns {number}  by which only the newest may change what is shown
   */
  begin(wanted = this.#wanted) {
    this.#wanted = wanted;
    Object.assign(this, { busy: true, error: "", notice: "" });
    this.#requests += 1;
    return this.#requests;
  }

  /**
   * @param {number} request
   * @param {Shown} shown
   * @returns {boolean}  whether it is the newest request
   */
  succeed(request, shown) {
    if (request !== this.#requests) return false;
    this.#settle(shown);
    return true;
  }

  /**
   * @param {number} request
   * @param {{message: string, status: number}} failure
   * @returns {boolean}  whether it is the newest request
   */
  fail(request, { message, status }) {
    if (request !== this.#requests) return false;
    if (status === 401) this.needsKey = true;
    this.#settle({});
    this.error = message;
    return true;
  }

  statusText() {
    if (this.busy) return texts.loading;
    if (this.needsKey || !this.page) return "";
    const count = this.records.length;
    const found = count
      ? texts.logPage(number(this.#cursors.length), texts.logCount(count))
      : texts.logEmpty;
    return this.notice ? `${this.notice} ${found}` : found;
  }

  /** @param {Shown} shown */
  #settle({ page = this.page, cursors = this.#cursors, notice = "" }) {
    this.#cursors = cursors;
    this.#wanted = cursors;
    Object.assign(this, { page, notice, busy: false, error: "" });
  }
}
