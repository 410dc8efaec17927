import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const sdl = new URL("../../sandbox/schemas/github.graphql", import.meta.url);
// The official file itself breaks a rule (one field twice), so it is taken as it is.
const schema = buildSchema(readFileSync(sdl, "utf8"), { assumeValidSDL: true, noLocation: true });

/** What GitHub's own schema finds wrong with a document. */
export function problemsOf(document: string): readonly string[] {
  return validate(schema, parse(document)).map(({ message }) => message);
}
