/** What /api/openapi.json says, ready to be shown: operations with their fields and responses. No DOM. */

import { fieldOf, fieldsOf, namesOf, resolved, typeOf } from "./schema.js";

/** @typedef {import("./schema.js").Document} Document */
/** @typedef {import("./schema.js").Field} Field */
/** @typedef {{contentType: string, fields: Field[], example: unknown}} Body */
/** @typedef {{status: string, codes: string[], description: string, type: string, schema: string | null}} Response */

/**
 * @typedef {object} Operation
 * @property {string} id  of its heading
 * @property {string} method
 * @property {string} path
 * @property {string} description
 * @property {boolean} needsKey  where the service asks for keys
 * @property {Field[]} parameters
 * @property {Body[]} bodies  one for each content type that is accepted
 * @property {Response[]} responses
 * @property {unknown} example  of a successful response
 */

const ERROR_CODES = /^[a-z0-9_]+(, [a-z0-9_]+)*$/; // as the API lists them for a status
const JSON_TYPE = "application/json";

/**
 * @param {Document} document
 * @returns {Operation[]}  in the document's order
 */
export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}-${path}`.replaceAll(/[^a-z0-9]+/g, "-"),
      method: method.toUpperCase(),
      path,
      description: operation.description ?? operation.summary ?? "",
      needsKey: Boolean(operation.security?.length),
      parameters: parametersOf(operation, document),
      bodies: bodiesOf(operation, document),
      responses: responsesOf(operation, document),
      example: operation.responses["200"]?.content?.[JSON_TYPE]?.example,
    })),
  );
}

/**
 * @typedef {object} NamedSchema
 * @property {string} name
 * @property {string} description
 * @property {string} type
 * @property {string[]} values  the only ones that it has, if they are listed
 * @property {Field[]} fields  none where it is no object
 */

/**
 * @param {Document} document
 * @returns {NamedSchema[]}  by name
 */
export function schemasOf(document) {
  const schemas = Object.entries(document.components?.schemas ?? {});
  return schemas
    .map(([name, schema]) => ({
      name,
      description: schema.description ?? "",
      type: typeOf(schema),
      values: (schema.enum ?? []).map(String),
      fields: fieldsOf(schema, document),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** @param {any} operation @param {Document} document @returns {Field[]} */
function parametersOf({ parameters = [] }, document) {
  return parameters.map((/** @type {any} */ { name, in: place, required, schema, description }) => {
    const described = description ? { ...schema, description } : (schema ?? {});
    return { ...fieldOf(name, described, Boolean(required), document), place };
  });
}

/** @param {any} operation @param {Document} document @returns {Body[]} */
function bodiesOf({ requestBody }, document) {
  return contentsOf(requestBody).map(([contentType, { schema, example }]) => ({
    contentType,
    fields: fieldsOf(resolved(schema, document), document),
    example,
  }));
}

/** @param {any} operation @param {Document} document @returns {Response[]} */
function responsesOf({ responses }, document) {
  return Object.entries(responses).map(([status, response]) => {
    const [contentType, content] = contentsOf(response)[0] ?? ["", {}];
    const schema = content.schema ?? {};
    const isCodes = ERROR_CODES.test(response.description);
    return {
      status,
      codes: isCodes ? response.description.split(", ") : [],
      description: isCodes ? "" : response.description,
      type: contentType === JSON_TYPE ? typeOf(schema) : contentType,
      schema: namesOf(schema, document)[0] ?? null,
    };
  });
}

/** @param {any} described  what has a content @returns {[string, any][]} */
function contentsOf(described) {
  return Object.entries(described?.content ?? {});
}
