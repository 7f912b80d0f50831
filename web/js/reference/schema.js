/** JSON schemas, as OpenAPI 3.1 has them, in words. No DOM. */

import { texts } from "../texts.js";

/** @typedef {Record<string, any>} Schema */
/** @typedef {{paths: Record<string, Record<string, any>>, components?: {schemas?: Record<string, Schema>}}} Document */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} place  of a parameter: query, header or path
 * @property {string} type
 * @property {boolean} required
 * @property {string[]} values  the only ones that are accepted, if they are listed
 * @property {string[]} facts  bounds and the default
 * @property {string} description
 * @property {string[]} schemas  the names of those that its type mentions
 */

const REFERENCE = "#/components/schemas/";

/**
 * The fields of an object; none of other schemas.
 * @param {Schema} schema
 * @param {Document} document
 * @returns {Field[]}
 */
export function fieldsOf(schema, document) {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).map(([name, field]) =>
    fieldOf(name, field, required.includes(name), document),
  );
}

/**
 * @param {string} name
 * @param {Schema} schema
 * @param {boolean} required
 * @param {Document} document
 * @returns {Field}
 */
export function fieldOf(name, schema, required, document) {
  const target = resolved(schema, document);
  return {
    name,
    place: "",
    type: typeOf(schema),
    required,
    values: valuesOf(target).map(String),
    facts: factsOf(schema, target),
    description: schema.description ?? target.description ?? "",
    schemas: namesOf(schema, document),
  };
}

/**
 * The only values of a schema, or of one of its alternatives.
 * @param {Schema} schema
 * @returns {unknown[]}
 */
function valuesOf(schema) {
  return schema.enum ?? alternativesOf(schema).flatMap((each) => each.enum ?? []);
}

/**
 * What a reference of the document stands for; any other schema stands for itself.
 * @param {Schema | undefined} schema
 * @param {Document} document
 * @returns {Schema}
 */
export function resolved(schema, document) {
  const name = nameIn(schema);
  if (name === null) return schema ?? {};
  return document.components?.schemas?.[name] ?? {};
}

/**
 * A type in words: `string`, `integer or null`, `array of FaceResponse`.
 * @param {Schema} schema
 * @returns {string}
 */
export function typeOf(schema) {
  const name = nameIn(schema);
  if (name !== null) return name;
  const choices = alternativesOf(schema);
  if (choices.length) return [...new Set(choices.map(typeOf))].join(texts.apiOr);
  const { prefixItems, items = {} } = schema;
  if (prefixItems) return texts.apiTuple(prefixItems.length, typeOf(prefixItems[0]));
  if (schema.type === "array") return texts.apiArrayOf(typeOf(items));
  const kind = schema.format ?? schema.contentEncoding;
  return [schema.type ?? texts.apiAnyType, kind && `(${kind})`].filter(Boolean).join(" ");
}

/**
 * The names of the document's schemas that this one mentions.
 * @param {Schema} schema
 * @param {Document} document
 * @returns {string[]}
 */
export function namesOf(schema, document) {
  const name = nameIn(schema);
  if (name !== null) return document.components?.schemas?.[name] ? [name] : [];
  const inner = [...alternativesOf(schema), ...(schema.items ? [schema.items] : [])];
  return inner.flatMap((part) => namesOf(part, document));
}

/** @param {Schema} schema @returns {Schema[]} */
function alternativesOf({ anyOf, oneOf }) {
  return anyOf ?? oneOf ?? [];
}

/** @param {Schema | undefined} schema @returns {string | null} */
function nameIn(schema) {
  const reference = schema?.$ref;
  return reference?.startsWith(REFERENCE) ? reference.slice(REFERENCE.length) : null;
}

/** @type {[string, string][]}  keywords of JSON Schema, and how they are read */
const BOUNDS = [
  ["minimum", "≥ "],
  ["exclusiveMinimum", "> "],
  ["maximum", "≤ "],
  ["exclusiveMaximum", "< "],
  ["maxLength", texts.apiMaxLength],
  ["pattern", texts.apiPattern],
];

/** @param {Schema} schema @param {Schema} target  what it stands for */
function factsOf(schema, target) {
  const bounded = [target, ...alternativesOf(target)];
  const facts = bounded.flatMap((each) =>
    BOUNDS.filter(([keyword]) => keyword in each).map(
      ([keyword, words]) => `${words}${each[keyword]}`,
    ),
  );
  const standard = schema.default ?? target.default;
  const isNamed = standard !== undefined && standard !== null && standard !== "";
  return isNamed ? [...facts, texts.apiDefault(JSON.stringify(standard))] : facts;
}
