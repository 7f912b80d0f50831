import assert from "node:assert/strict";
import { test } from "node:test";

import { csvOf } from "../../../web/js/views/find-csv.js";
import { fileNamed, pairsIn } from "../../../web/js/views/find-pairs.js";
import { ofTwoNetworks } from "./verdicts.mjs";

test("pairs are read as spreadsheets write them", () => {
  const expected = [
    ["a.jpg", "b.jpg"],
    ["c, d.jpg", 'e "f".jpg'],
  ];
  for (const [separator, end] of [
    [",", "\n"],
    [";", "\r\n"],
    ["\t", "\r\n"],
  ]) {
    const lines = [
      ["image1", "image2"],
      ["a.jpg", "b.jpg"],
      ['"c, d.jpg"', '"e ""f"".jpg"'],
    ];
    const text = lines.map((line) => line.join(separator)).join(end);
    assert.deepEqual(pairsIn(`\ufeff${text}${end}`), expected);
    assert.deepEqual(pairsIn(text), expected);
  }
});

test("columns may stand in any order, and others beside them", () => {
  const pairs = pairsIn("label,image2,image1\nsame,b.jpg,a.jpg\n\n");
  assert.deepEqual(pairs, [["a.jpg", "b.jpg"]]);
  assert.equal(pairsIn("one,two\na,b\n"), null);
  assert.equal(pairsIn(""), null);
});

test("a file is found by its name, its path, or the end of one", () => {
  const files = [
    { name: "a.jpg", webkitRelativePath: "folder/ann/a.jpg" },
    { name: "a.jpg", webkitRelativePath: "folder/bob/a.jpg" },
    { name: "c.jpg", webkitRelativePath: "" },
  ];
  assert.equal(fileNamed(files, "bob/a.jpg"), files[1]);
  assert.equal(fileNamed(files, "folder\\ann\\a.jpg"), files[0]);
  assert.equal(fileNamed(files, "C:\\photos\\c.jpg"), files[2]);
  assert.equal(fileNamed(files, "d.jpg"), undefined);
});

test("what was found is a CSV, and no name is a formula", () => {
  const comparison = { ...ofTwoNetworks, comparison_id: "id", score: 99.5 };
  const text = csvOf(
    [
      { photo: { file: { name: '=a,"b".jpg' } }, comparison, error: "" },
      { photo: { file: { name: "c.jpg" } }, comparison: null, error: "No face." },
    ],
    "r.jpg",
  );
  const [header, first, second, end] = text.split("\r\n");
  assert.match(header, /^\ufeffimage1,image2,verdict/);
  assert.match(first, /^r\.jpg,"'=a,""b""\.jpg",/);
  assert.equal(second, "r.jpg,c.jpg,,,,,,,No face.");
  assert.equal(end, "");
});
