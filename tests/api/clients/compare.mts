/** Two photos compared by a client that was generated from the OpenAPI document. */

import { readFileSync } from "node:fs";
import { Api } from "./api.ts";

const [address = "", one = "", other = ""] = process.argv.slice(2);
const { api } = new Api({ baseUrl: address });

const { data } = await api.compare({
  image1: base64(one),
  image2: base64(other),
  face: "best-match",
});
const { data: listed } = await api.listComparisons({ limit: 1 });
const id: string | null | undefined = listed.comparisons[0]?.comparison_id;
const refusal = await api
  .compare({ image1: base64(one), image2: "" })
  .then(() => null)
  .catch((response: { error: { code: string } }) => response.error.code);

console.log(JSON.stringify({ verdict: data.verdict, recorded: id === data.comparison_id, refusal }));

function base64(path: string): string {
  return readFileSync(path).toString("base64");
}
