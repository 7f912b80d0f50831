/** The API's own description, readable: /api/openapi.json, operation by operation. */

import { fromTemplate, partsOf, withText } from "../dom.js";
import { call } from "../service/call.js";
import { texts } from "../texts.js";

/** @param {HTMLElement} root */
export function createApiDocsView(root) {
  const parts = partsOf(root);
  return {
    async enter() {
      if (parts.operations.childElementCount) return;
      parts.status.textContent = texts.loading;
      try {
        parts.operations.replaceChildren(...operationsOf(await call({ url: "/api/openapi.json" })));
        parts.status.textContent = "";
      } catch (failure) {
        parts.status.textContent = failure.message;
      }
    },
  };
}

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(method, path, operation, document)),
  );
}

function operationOf(method, path, operation, document) {
  const element = fromTemplate("operation");
  const parts = partsOf(element);
  parts.method.textContent = method.toUpperCase();
  parts.path.textContent = path;
  parts.summary.textContent = operation.description ?? operation.summary ?? "";
  fill(parts.fields, parts.fieldRows, fieldsOf(operation, document));
  fill(parts.parameters, parts.parameterRows, (operation.parameters ?? []).map(parameterOf));
  fill(parts.answers, parts.answerRows, answersOf(operation));
  const example = operation.responses[200]?.content?.["application/json"]?.example;
  parts.example.hidden = !example;
  parts.exampleText.textContent = example ? JSON.stringify(example, null, 2) : "";
  return element;
}

function fill(section, list, rows) {
  section.hidden = rows.length === 0;
  list.append(...rows.flatMap(([term, words]) => [withText("dt", term), withText("dd", words)]));
}

/** The fields of a form or, where there is none, of the JSON. */
function fieldsOf({ requestBody }, document) {
  const content = Object.values(requestBody?.content ?? {});
  const schema = content.length ? resolved(content[0].schema, document) : {};
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    described(resolved(field, document), required.includes(name)),
  ]);
}

/** @param {any} parameter */
function parameterOf({ name, in: place, required, schema = {}, description }) {
  return [name, described({ ...schema, description: description ?? schema.description }, required, place)];
}

function answersOf({ responses }) {
  return Object.entries(responses).map(([status, { description }]) => [status, description]);
}

function described(field, required, place = "") {
  const kinds = (field.anyOf ?? [field]).map(({ type }) => type).filter((type) => type && type !== "null");
  const choices = field.enum ? field.enum.join(", ") : kinds.join(", ");
  const standard = field.default ?? "";
  return [place, required && texts.apiRequired, choices, standard !== "" && `= ${standard}`, field.description]
    .filter(Boolean)
    .join("; ");
}

/** @returns {any}  what a reference of the document stands for */
function resolved(schema, document) {
  const reference = schema?.$ref;
  if (!reference) return schema ?? {};
  const path = reference.replace("#/", "").split("/");
  return path.reduce((place, step) => place?.[step], document) ?? {};
}
