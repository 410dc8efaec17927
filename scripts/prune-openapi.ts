import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NEEDS } from "../sandbox/api/needs.ts";
import { readPackageFile } from "./package-file.ts";

const PACKAGE = "@octokit/openapi@23.0.2";
const FILE = "generated/api.github.com.json";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** What constrains a value. Everything else in a schema is talk: texts, examples, defaults, vendor extensions. */
const CONSTRAINTS = [
  "$ref",
  "type",
  "enum",
  "required",
  "format",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
];

function object(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function mapped(value: Json | undefined, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object(value)).map(([k, v]) => [k, change(v)]));
}

/** An OpenAPI 3.0 schema as JSON Schema: 3.0's `nullable` is none of ajv's business where `type` is missing or `enum` is given. */
function schema(source: Json): Json {
  if (typeof source === "boolean") return source;
  const from = object(source);
  const to: JsonObject = {};
  for (const key of CONSTRAINTS) if (from[key] !== undefined) to[key] = from[key];
  if (from.properties !== undefined) to.properties = mapped(from.properties, schema);
  for (const key of ["items", "additionalProperties", "not"])
    if (from[key] !== undefined) to[key] = schema(from[key]);
  for (const key of ["allOf", "anyOf", "oneOf"])
    if (from[key] !== undefined) to[key] = list(from[key]).map(schema);
  return from.nullable === true ? nullable(to) : to;
}

function nullable(to: JsonObject): Json {
  if (typeof to.type !== "string") return { anyOf: [{ type: "null" }, to] };
  const widened: JsonObject = { ...to, type: [to.type, "null"] };
  if (to.enum !== undefined) widened.enum = [...new Set([...list(to.enum), null])];
  return widened;
}

function content(source: Json | undefined): JsonObject {
  const json = object(object(source)["application/json"]);
  return json.schema === undefined ? {} : { "application/json": { schema: schema(json.schema) } };
}

function parameter(source: Json): Json {
  const from = object(source);
  if (from.$ref !== undefined) return { $ref: from.$ref };
  const { name = "", in: place = "", required = false } = from;
  return { name, in: place, required, schema: schema(from.schema ?? {}) };
}

function response(source: Json): Json {
  const from = object(source);
  return from.$ref === undefined ? { content: content(from.content) } : { $ref: from.$ref };
}

function operation(from: JsonObject): JsonObject {
  const to: JsonObject = {
    operationId: from.operationId ?? "",
    parameters: list(from.parameters).map(parameter),
    responses: mapped(from.responses, response),
  };
  if (from.requestBody !== undefined) {
    const body = object(from.requestBody);
    to.requestBody = { required: body.required ?? false, content: content(body.content) };
  }
  return to;
}

const PARTS: Readonly<Record<string, (value: Json) => Json>> = {
  schemas: schema,
  parameters: parameter,
  responses: response,
};

function references(value: Json, found: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) references(item, found);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) {
      if (key === "$ref" && typeof item === "string") found.add(item);
      else references(item, found);
    }
}

/** Every component that the kept operations reach, and no other. */
function components(source: JsonObject, paths: JsonObject): JsonObject {
  const kept: Record<string, JsonObject> = {};
  const waiting = new Set<string>();
  references(paths, waiting);
  waiting.add("#/components/schemas/basic-error");
  for (const reference of waiting) {
    const [, , part = "", name = ""] = reference.split("/");
    const change = PARTS[part];
    const found = object(object(source.components)[part])[name];
    if (change === undefined || found === undefined) throw new Error(`Cannot keep ${reference}`);
    const pruned = change(found);
    kept[part] = { ...kept[part], [name]: pruned };
    references(pruned, waiting);
  }
  return kept;
}

function served(source: JsonObject): JsonObject {
  const wanted = new Set(Object.keys(NEEDS));
  const paths: JsonObject = {};
  for (const [path, item] of Object.entries(object(source.paths)))
    for (const [method, value] of Object.entries(object(item))) {
      const from = object(value);
      if (!wanted.delete(String(from.operationId))) continue;
      paths[path] = { ...object(paths[path]), [method]: operation(from) };
    }
  if (wanted.size > 0) throw new Error(`Not in ${PACKAGE}: ${[...wanted].join(", ")}`);
  return paths;
}

/** Writes `openapi.json` into `folder`: the part of GitHub's REST description that the sandbox serves, structure only. */
export async function pruneOpenapi(folder: string): Promise<void> {
  const { bytes, sha256 } = await readPackageFile(PACKAGE, FILE);
  const source: JsonObject = JSON.parse(bytes.toString("utf8"));
  const paths = served(source);
  const kept = { source: { package: PACKAGE, path: FILE, sha256, licence: "MIT" } };
  const pruned = { ...kept, paths, components: components(source, paths) };
  await writeFile(join(folder, "openapi.json"), `${JSON.stringify(pruned)}\n`);
}
