import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ASTNode, parse, print, visit } from "graphql";
import { readPackageFile } from "./package-file.ts";

const SPEC = "@octokit/graphql-schema@15.26.1";
const PATH = "schema.graphql";

/**
 * Writes GitHub's public GraphQL schema without its descriptions to `folder`. Every type, field and argument is kept, served
 * or not: a document is to be checked against all that GitHub has, and nearly all of it can be reached from a repo anyway.
 *
 * @param folder of the vendored schemas, `sandbox/schemas`.
 * @throws when the package cannot be fetched or parsed.
 */
export async function pruneGraphql(folder: string): Promise<void> {
  const file = await readPackageFile(SPEC, PATH);
  const document = parse(file.bytes.toString("utf8"), { noLocation: true });
  const bare = visit(document, { enter: withoutDescription });
  const header = [
    "# GitHub's public GraphQL schema without its descriptions. Made by scripts/prune-graphql.ts: do not edit.",
    `# source: ${SPEC} ${PATH} (MIT)`,
    `# sha256: ${file.sha256}`,
  ];
  await writeFile(join(folder, "github.graphql"), `${header.join("\n")}\n\n${print(bare)}\n`);
}

function withoutDescription(node: ASTNode): ASTNode | undefined {
  if (!("description" in node) || node.description === undefined) return undefined;
  const { description: _, ...rest } = node;
  return rest as ASTNode;
}
