/** The reference's sections: operations and schemas as headings, lists and tables. */

import { cell, fromTemplate, partsOf, withText } from "../dom.js";
import { texts } from "../texts.js";

/** @typedef {import("./openapi.js").Operation} Operation */
/** @typedef {import("./openapi.js").Body} Body */
/** @typedef {import("./openapi.js").Response} Response */
/** @typedef {import("./openapi.js").NamedSchema} NamedSchema */
/** @typedef {import("./schema.js").Field} Field */

/** @param {Operation} operation */
export function operationSection(operation) {
  const section = fromTemplate("operation");
  const parts = partsOf(section);
  section.id = operation.id;
  parts.method.textContent = operation.method;
  parts.path.textContent = operation.path;
  parts.summary.textContent = operation.description;
  parts.key.hidden = !operation.needsKey;
  fillFields(parts.parameters, operation.parameters);
  parts.bodies.append(...operation.bodies.map(bodySection));
  parts.responses.append(...operation.responses.map(responseItem));
  fillExample(parts.example, operation.example);
  return section;
}

/** @param {NamedSchema} schema */
export function schemaSection(schema) {
  const section = fromTemplate("schema");
  const parts = partsOf(section);
  section.id = schemaId(schema.name);
  parts.name.textContent = schema.name;
  parts.description.textContent = schema.description;
  parts.type.textContent = schema.fields.length ? "" : schema.type;
  if (schema.values.length) parts.values.append(codes(schema.values));
  fillFields(parts.fields, schema.fields);
  return section;
}

/**
 * A list of links to sections of this page.
 * @param {{id: string, method: string, path: string}} operation
 */
export function operationLink({ id, method, path }) {
  const item = document.createElement("li");
  item.append(linkTo(id, `${method} ${path}`));
  return item;
}

/** @param {Body} body */
function bodySection({ contentType, fields, example }) {
  const section = fromTemplate("request-body");
  const parts = partsOf(section);
  parts.contentType.textContent = contentType;
  fillFields(parts.fields, fields);
  fillExample(parts.example, example);
  return section;
}

/** @param {HTMLElement} section  a table and what belongs to it @param {Field[]} fields */
function fillFields(section, fields) {
  section.hidden = fields.length === 0;
  partsOf(section).rows.append(...fields.map(fieldRow));
}

/** @param {Field} field */
function fieldRow(field) {
  const row = document.createElement("tr");
  const name = withText("th", "");
  name.setAttribute("scope", "row");
  name.append(withText("code", field.name));
  row.append(name, typeCell(field), meaningCell(field));
  return row;
}

/** @param {Field} field */
function typeCell({ place, type, required, schemas }) {
  const element = cell(texts.apiType, "");
  const [schema] = schemas;
  element.append(schema ? linkTo(schemaId(schema), type) : type);
  const facts = [required && texts.apiRequired, place].filter(Boolean);
  if (facts.length) element.append(withText("p", facts.join(", ")));
  return element;
}

/** @param {Field} field */
function meaningCell({ description, values, facts }) {
  const element = cell(texts.apiMeaning, "");
  if (description) element.append(withText("p", description));
  if (values.length) element.append(codes(values));
  if (facts.length) element.append(withText("p", facts.join(", ")));
  return element;
}

/** @param {Response} response */
function responseItem({ status, codes: errors, description, type, schema }) {
  const item = document.createElement("li");
  const line = withText("p", "");
  line.append(withText("strong", status), " ", description);
  if (type) line.append(" ", schema ? linkTo(schemaId(schema), type) : withText("code", type));
  item.append(line);
  if (errors.length) item.append(codes(errors));
  return item;
}

/** @param {string[]} values */
function codes(values) {
  const list = document.createElement("ul");
  list.className = "codes";
  list.append(
    ...values.map((value) => {
      const item = document.createElement("li");
      item.append(withText("code", value));
      return item;
    }),
  );
  return list;
}

/** @param {HTMLElement} details @param {unknown} example */
function fillExample(details, example) {
  details.hidden = example === undefined;
  if (example === undefined) return;
  partsOf(details).exampleText.textContent = JSON.stringify(example, null, 2);
}

/** @param {string} name */
function schemaId(name) {
  return `schema-${name}`;
}

/** @param {string} id @param {string} words */
function linkTo(id, words) {
  const link = withText("a", words);
  link.setAttribute("href", `#${id}`);
  return link;
}
