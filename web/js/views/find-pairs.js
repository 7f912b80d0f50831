/** A CSV of pairs, and the files that it names. No DOM. */

const HEADER = ["image1", "image2"];
const MARK = "\ufeff"; // that Excel begins a file with

/**
 * The pairs that a CSV names: separated by commas, semicolons or tabs, as spreadsheets write them.
 * @param {string} text
 * @returns {[string, string][] | null}  null where it has no header image1,image2
 */
export function pairsIn(text) {
  const [header, ...rows] = rowsOf(text.replace(MARK, ""));
  const columns = HEADER.map((name) => (header ?? []).findIndex((each) => each.trim() === name));
  if (columns.includes(-1)) return null;
  return rows.map((row) => {
    const [one = "", other = ""] = columns.map((column) => (row[column] ?? "").trim());
    return [one, other];
  });
}

/**
 * The file of this name or, in a folder, of this path or of the end of one.
 * @param {File[]} files
 * @param {string} name
 */
export function fileNamed(files, name) {
  const wanted = name.replaceAll("\\", "/");
  return files.find((file) => {
    const path = file.webkitRelativePath || file.name;
    return path === wanted || path.endsWith(`/${wanted}`) || wanted.endsWith(`/${path}`);
  });
}

/** RFC 4180, with the separator that the first line has. @param {string} text */
function rowsOf(text) {
  const [first = ""] = text.split("\n", 1);
  const separator = [";", "\t"].find((mark) => first.includes(mark)) ?? ",";
  const field = new RegExp(`("(?:[^"]|"")*"|[^${separator}\\r\\n]*)(${separator}|\\r?\\n|$)`, "g");
  /** @type {string[][]} */
  const rows = [[]];
  for (const [all, quoted = "", end] of text.matchAll(field)) {
    if (all === "" && rows.at(-1)?.length === 0) continue; // the end, after the last line
    rows.at(-1)?.push(quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted);
    if (end !== separator) rows.push([]);
  }
  return rows.filter((row) => row.some((value) => value.trim()));
}
