/** The service's log: pages, filter, CSV, deletion. */

import { byId, cell, partsOf, withText } from "../dom.js";
import { distanceAndThreshold, moment, number } from "../format.js";
import { service } from "../service/about.js";
import { accessKey, askForKey } from "../service/key.js";
import { csv, forget, page } from "../service/records.js";
import { texts } from "../texts.js";

/** @typedef {import("../service/types.js").RecordPage} RecordPage */
/** @typedef {import("../service/types.js").ComparisonRecord} ComparisonRecord */

const HASH_LENGTH = 10; // digits of a SHA-256 that tell files apart at a glance

/** @param {Record<string, any>} parts */
export function createLog(parts) {
  const firstPage = [null];
  const state = {
    needsKey: false,
    filter: { since: "", caller: "" },
    /** @type {(string | null)[]}  of this page and those before; the first page has none */
    cursors: firstPage,
    /** @type {(string | null)[]}  the same of the page that is being fetched, else of the shown one */
    wanted: firstPage,
    /** @type {RecordPage | null} */
    page: null,
    busy: false,
    error: "",
    notice: "",
    request: 0,
  };

  for (const [value, words] of Object.entries(texts.since)) {
    const option = withText("option", words);
    option.setAttribute("value", value);
    parts.since.append(option);
  }
  parts.filter.addEventListener("submit", (event) => {
    event.preventDefault();
    state.filter = { since: parts.since.value, caller: parts.caller.value.trim() };
    show(firstPage);
  });
  parts.older.addEventListener("click", () => {
    const next = state.wanted === state.cursors && state.page?.next_cursor;
    if (next) show([...state.cursors, next]);
  });
  parts.newer.addEventListener("click", () => state.wanted.length > 1 && show(state.wanted.slice(0, -1)));
  parts.csv.addEventListener("click", download);
  parts.giveKey.addEventListener("click", async () => (await askForKey(false)) && enter());
  parts.forgetKey.addEventListener("click", () => {
    accessKey.forget();
    enter();
  });
  return { enter };

  async function enter() {
    const about = await service();
    state.needsKey = about !== null && about.access !== "open" && !accessKey.get();
    if (state.needsKey) settle({ page: null });
    else await show(firstPage);
  }

  /** @param {(string | null)[]} cursors @param {string} [notice] */
  function show(cursors, notice = "") {
    state.wanted = cursors;
    return work(async () => {
      const shown = await page(state.filter, cursors[cursors.length - 1]);
      return { page: shown, cursors, notice };
    });
  }

  async function download() {
    await work(async () => {
      save(await csv(state.filter), texts.logFile);
      return {};
    });
  }

  /** @param {ComparisonRecord} record */
  async function remove(record) {
    if (!(await confirmed(record))) return;
    await work(async () => {
      await forget(record.comparison_id);
      return {};
    });
    if (!state.error) await show(state.cursors, texts.deleted);
    parts.logTitle.focus();
  }

  /** Only the newest piece of work may change what is shown. */
  async function work(job) {
    const mine = (state.request += 1);
    settle({ busy: true });
    try {
      const outcome = await job();
      if (mine === state.request) settle(outcome);
    } catch (failure) {
      if (mine !== state.request) return;
      if (failure.status === 401) state.needsKey = true;
      settle({ error: failure.message });
    }
  }

  function settle({ busy = false, error = "", notice = "", ...rest }) {
    Object.assign(state, { busy, error, notice }, rest);
    if (!busy) state.wanted = state.cursors;
    render();
  }

  function render() {
    const { needsKey, page: shown, wanted, error, busy } = state;
    const records = shown?.comparisons ?? [];
    parts.needsKey.hidden = !needsKey;
    parts.forgetKey.hidden = !accessKey.get();
    parts.tools.hidden = needsKey;
    parts.table.hidden = needsKey || records.length === 0;
    parts.rows.replaceChildren(...(needsKey ? [] : records.map((record) => row(record, remove))));
    parts.pages.hidden = needsKey || !shown;
    parts.newer.setAttribute("aria-disabled", String(wanted.length === 1));
    parts.older.setAttribute("aria-disabled", String(!shown?.next_cursor));
    parts.logError.textContent = error;
    parts.logStatus.textContent = busy ? texts.loading : statusOf(state, records.length);
  }
}

function statusOf({ page: shown, cursors, notice }, count) {
  if (!shown) return "";
  const found = count ? texts.logPage(number(cursors.length), texts.logCount(count)) : texts.logEmpty;
  return notice ? `${notice} ${found}` : found;
}

/** @param {ComparisonRecord} record @param {(record: ComparisonRecord) => void} remove */
function row(record, remove) {
  const line = document.createElement("tr");
  const words = distanceAndThreshold(record.distance, record.threshold);
  const files = [record.image1_sha256, record.image2_sha256];
  const hashes = cell(texts.columnFiles, files.map((hash) => hash.slice(0, HASH_LENGTH)).join(" "));
  hashes.title = files.join("\n");
  hashes.className = "hashes";
  line.append(
    cell(texts.columnTime, moment(record.created_at)),
    cell(texts.columnVerdict, verdictOf(record)),
    cell(texts.columnDistance, words.distance),
    cell(texts.columnCaller, record.caller),
    hashes,
    actions(record, remove),
  );
  return line;
}

/** The log tells what the service answered, without this page's "too close to call". */
function verdictOf({ same_person: same }) {
  return same ? texts.call.same : texts.call.different;
}

function actions(record, remove) {
  const element = withText("td", "");
  const button = withText("button", texts.deleteRecord);
  button.className = "link";
  button.setAttribute("type", "button");
  button.setAttribute("aria-label", texts.deleteRecordOf(moment(record.created_at)));
  button.addEventListener("click", () => remove(record));
  element.append(button);
  return element;
}

/** @param {ComparisonRecord} record @returns {Promise<boolean>} */
function confirmed(record) {
  const dialog = /** @type {HTMLDialogElement} */ (byId("confirm"));
  const parts = partsOf(dialog);
  parts.reason.textContent = texts.deleteReason(moment(record.created_at), verdictOf(record));
  return new Promise((resolve) => {
    const agree = () => dialog.close("yes");
    const cancel = () => dialog.close("");
    const closed = () => {
      parts.agree.removeEventListener("click", agree);
      parts.cancel.removeEventListener("click", cancel);
      resolve(dialog.returnValue === "yes");
    };
    dialog.returnValue = "";
    parts.agree.addEventListener("click", agree);
    parts.cancel.addEventListener("click", cancel);
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}

/** @param {Blob} blob @param {string} name */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href)); // after the browser has taken it
}
