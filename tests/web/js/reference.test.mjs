import assert from "node:assert/strict";
import { test } from "node:test";

import { operationsOf, schemasOf } from "../../../web/js/reference/openapi.js";
import { typeOf } from "../../../web/js/reference/schema.js";

const reference = (name) => ({ $ref: `#/components/schemas/${name}` });
const DOCUMENT = {
  paths: {
    "/api/items/{item_id}": {
      get: {
        description: "One item.",
        security: [{ HTTPBearer: [] }],
        parameters: [
          { name: "item_id", in: "path", required: true, schema: { type: "string" } },
          {
            name: "limit",
            in: "query",
            schema: { type: "integer", minimum: 1, maximum: 9, default: 5 },
            description: "how many",
          },
        ],
        responses: {
          200: {
            description: "Successful Response",
            content: { "application/json": { schema: reference("Item"), example: { id: 1 } } },
          },
          404: {
            description: "not_found, gone",
            content: { "application/json": { schema: reference("Problem") } },
          },
        },
      },
      post: {
        summary: "Make one",
        requestBody: {
          content: {
            "multipart/form-data": {
              schema: {
                required: ["photo"],
                properties: { photo: { type: "string", format: "binary" } },
              },
            },
            "application/json": { schema: reference("Item"), example: {} },
          },
        },
        responses: { 204: { description: "Nothing" } },
      },
    },
  },
  components: {
    schemas: {
      Item: {
        description: "An item.",
        required: ["id"],
        properties: {
          id: { type: "integer" },
          state: { ...reference("State"), default: "new" },
          share: { anyOf: [{ type: "number", exclusiveMinimum: 0 }, { type: "null" }] },
          parts: { type: "array", items: reference("Item") },
        },
      },
      State: { type: "string", enum: ["new", "old"] },
      Problem: { properties: {} },
    },
  },
};
const [get, post] = operationsOf(DOCUMENT);

test("operations have their method, path, words and whether they need a key", () => {
  assert.deepEqual(
    [get.id, get.method, get.path],
    ["get-api-items-item-id-", "GET", "/api/items/{item_id}"],
  );
  assert.deepEqual([get.description, post.description], ["One item.", "Make one"]);
  assert.deepEqual([get.needsKey, post.needsKey], [true, false]);
  assert.deepEqual(get.example, { id: 1 });
});

test("parameters have their place, bounds and default", () => {
  const [id, limit] = get.parameters;
  assert.deepEqual([id.place, id.required, id.facts], ["path", true, []]);
  assert.deepEqual([limit.place, limit.required], ["query", false]);
  assert.deepEqual(limit.facts, ["≥ 1", "≤ 9", "default: 5"]);
  assert.equal(limit.description, "how many");
});

test("each content type of a request has its fields", () => {
  const [form, json] = post.bodies;
  assert.deepEqual([form.contentType, form.example], ["multipart/form-data", undefined]);
  assert.deepEqual([form.fields[0].type, form.fields[0].required], ["string (binary)", true]);
  assert.deepEqual(
    json.fields.map(({ name }) => name),
    ["id", "state", "share", "parts"],
  );
});

test("responses have their schema, and errors their codes", () => {
  const [found, missing] = get.responses;
  assert.deepEqual(
    [found.status, found.type, found.schema, found.codes],
    ["200", "Item", "Item", []],
  );
  assert.equal(found.description, "Successful Response");
  assert.deepEqual([missing.codes, missing.description], [["not_found", "gone"], ""]);
  assert.deepEqual([post.responses[0].type, post.responses[0].schema], ["", null]);
});

test("schemas are in order, with their values and what they refer to", () => {
  const schemas = schemasOf(DOCUMENT);
  assert.deepEqual(
    schemas.map(({ name }) => name),
    ["Item", "Problem", "State"],
  );
  assert.deepEqual(schemas[2].values, ["new", "old"]);
  const [, state, share, parts] = schemas[0].fields;
  assert.deepEqual(
    [state.type, state.values, state.facts],
    ["State", ["new", "old"], ['default: "new"']],
  );
  assert.deepEqual([share.type, share.facts], ["number or null", ["> 0"]]);
  assert.deepEqual([parts.type, parts.schemas], ["array of Item", ["Item"]]);
});

test("types read as words, whatever the schema", () => {
  assert.equal(typeOf({}), "any");
  assert.equal(typeOf({ type: "string", contentEncoding: "base64" }), "string (base64)");
  assert.equal(typeOf({ oneOf: [{ type: "string" }, { type: "object" }] }), "string or object");
  const point = { type: "array", prefixItems: [{ type: "number" }, { type: "number" }] };
  assert.equal(typeOf({ type: "array", items: point }), "array of 2 × number");
});
