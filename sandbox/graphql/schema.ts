import { existsSync, readFileSync } from "node:fs";
import {
  buildSchema,
  GraphQLError,
  type GraphQLSchema,
  isScalarType,
  valueFromASTUntyped,
} from "graphql";

let built: GraphQLSchema | null = null;

/**
 * GitHub's own schema, read once. Its scalars check what they are given, which graphql-js leaves to whoever builds the schema.
 * `assumeValidSDL`: the official file defines two fields twice, which validation would refuse.
 */
export function githubSchema(): GraphQLSchema {
  if (built !== null) return built;
  const sdl = readFileSync(schemaFile(), "utf8");
  const schema = buildSchema(sdl, { assumeValidSDL: true, noLocation: true });
  for (const [name, check] of Object.entries(scalarChecks)) guardScalar(schema, name, check);
  built = schema;
  return schema;
}

/** Beside the sources; also found from the compiled sandbox, which carries no copy of the schemas. */
function schemaFile(): URL {
  let folder = new URL("./", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) {
    const parent = new URL("../", folder);
    if (parent.href === folder.href) throw new Error("No package.json above the sandbox");
    folder = parent;
  }
  return new URL("sandbox/schemas/github.graphql", folder);
}

const scalarChecks: Readonly<Record<string, (text: string) => boolean>> = {
  Base64String: (text) =>
    /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text),
  DateTime: isInstant,
  GitObjectID: (text) => /^[\da-f]{40}$/.test(text),
  GitRefname: isFullRefName,
  GitTimestamp: isInstant,
  URI: (text) => URL.canParse(text),
};

function guardScalar(schema: GraphQLSchema, name: string, check: (text: string) => boolean): void {
  const type = schema.getType(name);
  if (!isScalarType(type)) throw new Error(`The schema has no scalar ${name}`);
  const guard = (value: unknown): string => {
    if (typeof value === "string" && check(value)) return value;
    throw new GraphQLError(`Could not coerce value ${JSON.stringify(value)} to ${name}`);
  };
  type.parseValue = guard;
  type.serialize = guard;
  type.parseLiteral = (node, variables) => guard(valueFromASTUntyped(node, variables));
}

function isInstant(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  );
}

/** `refs/…` that git itself would take (git-check-ref-format(1)). */
export function isFullRefName(name: string): boolean {
  if (!/^refs\/[^/]+/.test(name) || /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|[/.]$/.test(name))
    return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
