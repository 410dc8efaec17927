import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readPackageFile } from "./package-file.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const SPEC = "@octokit/openapi-webhooks@12.1.0";
const PATH = "generated/api.github.com.json";

const pullActions = [
  ...["opened", "edited", "synchronize", "closed", "reopened", "labeled", "unlabeled"],
  ...["review-requested", "converted-to-draft", "ready-for-review"],
  ...["auto-merge-enabled", "auto-merge-disabled", "enqueued", "dequeued"],
];

/** GitHub's names of the webhooks that the sandbox emits. */
const emitted = [
  ...["push", "ping", "status", "merge-group-checks-requested", "merge-group-destroyed"],
  ...pullActions.map((action) => `pull-request-${action}`),
  ...["submitted", "dismissed", "edited"].map((action) => `pull-request-review-${action}`),
  ...["created", "edited", "deleted"].map((action) => `issue-comment-${action}`),
  ...["created", "completed", "rerequested"].map((action) => `check-run-${action}`),
  ...["created", "deleted", "suspend", "unsuspend"].map((action) => `installation-${action}`),
  ...["added", "removed"].map((action) => `installation-repositories-${action}`),
  ...["added", "edited", "removed"].map((action) => `member-${action}`),
  ...["membership-added", "membership-removed", "organization-member-removed"],
  ...["added-to-repository", "removed-from-repository", "edited", "deleted"].map(
    (action) => `team-${action}`,
  ),
  ...["published", "updated"].flatMap((action) => [
    `package-${action}`,
    `registry-package-${action}`,
  ]),
];

const annotations = new Set([
  ...["description", "title", "summary", "example", "examples", "externalDocs"],
  ...["default", "deprecated", "x-github-breaking-changes"],
]);
const mapsOfSchemas = new Set(["properties", "patternProperties", "$defs"]);
const listsOfSchemas = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const schemas = new Set(["items", "additionalProperties", "not"]);

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** A schema whose direct subschemas are replaced by `change`; everything else is no schema and stays. */
function withSubschemas(schema: JsonObject, change: (schema: Json) => Json): JsonObject {
  const replaced = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (mapsOfSchemas.has(keyword) && isObject(value)) {
      const entries = Object.entries(value).map(([name, inner]) => [name, change(inner)]);
      return [keyword, Object.fromEntries(entries)];
    }
    if (listsOfSchemas.has(keyword) && Array.isArray(value)) return [keyword, value.map(change)];
    return [keyword, schemas.has(keyword) ? change(value) : value];
  });
  return Object.fromEntries(replaced);
}

/** What validates, nothing that explains. Only keywords are dropped: a property may well be NAMED `description`. */
export function structureOf(schema: Json): Json {
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !annotations.has(keyword));
  return withSubschemas(Object.fromEntries(kept), structureOf);
}

/** Shorter ones are not worth a name. */
const WORTH_SHARING = 400;

/**
 * Repeated subschemas get a name and are said once: the description writes the same repository and user out hundreds
 * of times, and a validator compiles each of them anew. What is valid stays the same.
 */
export function shareRepeated(named: Readonly<Record<string, Json>>): Record<string, Json> {
  const seen = new Map<string, number>();
  const count = (schema: Json): Json => {
    const text = JSON.stringify(schema);
    seen.set(text, (seen.get(text) ?? 0) + 1);
    return isObject(schema) ? withSubschemas(schema, count) : schema;
  };
  for (const schema of Object.values(named)) count(schema);
  const shared: Record<string, Json> = {};
  const share = (schema: Json): Json => {
    if (!isObject(schema)) return schema;
    const text = JSON.stringify(schema);
    if ((seen.get(text) ?? 0) < 2 || text.length < WORTH_SHARING) {
      return withSubschemas(schema, share);
    }
    const name = `shared-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
    shared[name] ??= withSubschemas(schema, share);
    return { $ref: `#/components/schemas/${name}` };
  };
  const all = Object.entries(named).map(([name, schema]) => [
    name,
    isObject(schema) ? withSubschemas(schema, share) : schema,
  ]);
  return { ...Object.fromEntries(all), ...shared };
}

function* refsIn(json: Json): Generator<string> {
  if (Array.isArray(json)) {
    for (const item of json) yield* refsIn(item);
    return;
  }
  if (!isObject(json)) return;
  for (const [key, value] of Object.entries(json)) {
    if (key === "$ref" && typeof value === "string") yield value;
    else yield* refsIn(value);
  }
}

function at(json: Json | undefined, ...path: readonly string[]): Json {
  let here = json;
  for (const step of path) here = isObject(here) ? here[step] : undefined;
  if (here === undefined) throw new Error(`The webhook description has no ${path.join(" / ")}`);
  return here;
}

function nameOf(ref: string): string {
  return ref.replace("#/components/schemas/", "");
}

/** The emitted webhooks' schemas and whatever those refer to. `webhooks`: GitHub's name → name of its schema. */
export function pruneDescription(description: Json): {
  webhooks: Record<string, string>;
  schemas: Record<string, Json>;
} {
  const webhooks: Record<string, string> = {};
  for (const webhook of emitted) {
    const content = at(description, "webhooks", webhook, "post", "requestBody", "content");
    webhooks[webhook] = nameOf(String(at(content, "application/json", "schema", "$ref")));
  }
  const kept = new Map<string, Json>();
  const wanted = Object.values(webhooks);
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (kept.has(name)) continue;
    const schema = structureOf(at(description, "components", "schemas", name));
    kept.set(name, schema);
    wanted.push(...[...refsIn(schema)].map(nameOf));
  }
  const shared = shareRepeated(Object.fromEntries(kept));
  const sorted = Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1));
  return { webhooks, schemas: Object.fromEntries(sorted) };
}

/** Writes `webhooks.json` into `folder`: the official schemas of the webhooks that the sandbox emits, structure only. */
export async function pruneWebhooks(folder: string): Promise<void> {
  const { bytes, sha256 } = await readPackageFile(SPEC, PATH);
  const description: Json = JSON.parse(bytes.toString("utf8"));
  const pruned = {
    source: { package: SPEC, path: PATH, sha256, licence: "MIT" },
    ...pruneDescription(description),
  };
  await writeFile(join(folder, "webhooks.json"), `${JSON.stringify(pruned)}\n`);
}
