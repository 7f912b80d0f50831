/** The service's log: pages, filter, CSV, deletion. */

import { saveFile, withText } from "../dom.js";
import { askForKey } from "../service/access-key-dialog.js";
import { accessKey } from "../service/api-request.js";
import { failureFrom } from "../service/failure.js";
import { deleteRecord, recordPage, recordsCsv } from "../service/records.js";
import { serviceInfo } from "../service/service-info.js";
import { texts } from "../texts.js";
import { confirmDeletion, createRecordRow } from "./history-log-row.js";
import { HistoryLogState } from "./history-log-state.js";

/** @typedef {import("../service/types.js").ComparisonRecord} ComparisonRecord */
/** @typedef {import("./history-log-state.js").Cursors} Cursors */
/** @typedef {import("./history-log-state.js").Shown} Shown */

export class HistoryLog {
  #parts;
  #state = new HistoryLogState();

  /** @param {import("../dom.js").Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    parts.since.append(...Object.entries(texts.since).map(option));
    this.#listen();
  }

  async enter() {
    const info = await serviceInfo();
    this.#state.needsKey = info !== null && info.access !== "open" && !accessKey.get();
    if (!this.#state.needsKey) return this.#show(this.#state.first);
    this.#state.askForKey();
    this.#render();
  }

  #listen() {
    const { filter, older, newer, csv, giveKey, forgetKey } = this.#parts;
    filter.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#applyFilter();
    });
    older.addEventListener("click", () => this.#show(this.#state.older));
    newer.addEventListener("click", () => this.#show(this.#state.newer));
    csv.addEventListener("click", () => this.#download());
    giveKey.addEventListener("click", async () => (await askForKey(false)) && this.enter());
    forgetKey.addEventListener("click", () => {
      accessKey.forget();
      this.enter();
    });
  }

  #applyFilter() {
    const { since, caller } = this.#parts;
    this.#state.filter = { since: since.value, caller: caller.value.trim() };
    return this.#show(this.#state.first);
  }

  /** @param {Cursors | null} cursors  null shows no other page @param {string} [notice] */
  async #show(cursors, notice = "") {
    if (!cursors) return;
    await this.#work(async () => {
      const page = await recordPage(this.#state.filter, cursors.at(-1) ?? null);
      return { page, cursors, notice };
    }, cursors);
  }

  #download() {
    return this.#work(async () => {
      saveFile(await recordsCsv(this.#state.filter), texts.logFile);
      return {};
    });
  }

  /** @param {ComparisonRecord} record */
  async #remove(record) {
    if (!(await confirmDeletion(record))) return;
    await this.#work(async () => {
      await deleteRecord(record.comparison_id);
      return {};
    });
    if (!this.#state.error) await this.#show(this.#state.current, texts.deleted);
    this.#parts.logTitle.focus();
  }

  /** @param {() => Promise<Shown>} job @param {Cursors} [wanted]  of the page that it fetches */
  async #work(job, wanted) {
    const request = this.#state.begin(wanted);
    this.#render();
    if (await this.#settled(request, job)) this.#render();
  }

  /**
   * @param {number} request
   * @param {() => Promise<Shown>} job
   * @returns {Promise<boolean>}  whether anything changed
   */
  async #settled(request, job) {
    try {
      return this.#state.succeed(request, await job());
    } catch (cause) {
      return this.#state.fail(request, failureFrom(cause));
    }
  }

  #render() {
    const parts = this.#parts;
    const state = this.#state;
    parts.needsKey.hidden = !state.needsKey;
    parts.forgetKey.hidden = !accessKey.get();
    parts.tools.hidden = state.needsKey;
    parts.logError.textContent = state.error;
    parts.logStatus.textContent = state.statusText();
    this.#renderPage();
  }

  #renderPage() {
    const { table, rows, pages, newer, older } = this.#parts;
    const { records, needsKey, page, hasNewer, hasOlder } = this.#state;
    table.hidden = records.length === 0;
    rows.replaceChildren(
      ...records.map((record) => createRecordRow(record, (chosen) => this.#remove(chosen))),
    );
    pages.hidden = needsKey || !page;
    newer.setAttribute("aria-disabled", String(!hasNewer));
    older.setAttribute("aria-disabled", String(!hasOlder));
  }
}

/** @param {[string, string]} choice */
function option([value, words]) {
  const element = withText("option", words);
  element.setAttribute("value", value);
  return element;
}
