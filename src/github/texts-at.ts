import { z } from "zod";
import { type CdRepo, type FileState, ForgeUnavailable } from "../model/forge.ts";
import { FILE_FRAGMENT } from "./fragments.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer, readFiles } from "./target.ts";
import { Entry, Oid } from "./target-answer.ts";

/** Files in one query. */
const CHUNK = 50;

const Answer = z.object({
  repository: z
    .object({ databaseId: z.number(), commit: z.looseObject({ oid: Oid.optional() }).nullable() })
    .nullable(),
});

/**
 * Files of a commit, proven by their blob ids; one query for each fifty, and one request more for each text that GraphQL does
 * not carry byte for byte. Throws `ForgeUnavailable` where there is no such commit: that says nothing about its files.
 */
export async function textsAt(
  host: Host,
  repo: CdRepo,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileState>> {
  const wanted = [...new Set(paths)];
  const states = new Map<string, FileState>();
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    for (const state of await readChunk(host, repo, commit, chunk)) states.set(state.path, state);
  }
  return states;
}

async function readChunk(
  host: Host,
  repo: CdRepo,
  commit: string,
  paths: readonly string[],
): Promise<readonly FileState[]> {
  const answer = await host.query(document(paths.length), {
    owner: repo.owner,
    name: repo.name,
    commit,
    ...Object.fromEntries(paths.map((path, at) => [`f${at}`, path])),
  });
  const { repository } = readAnswer(answer, Answer);
  const found = repository?.databaseId === repo.id ? repository.commit : null;
  if (found?.oid !== commit) {
    const name = `${repo.owner}/${repo.name}`;
    throw new ForgeUnavailable(`${name} has no commit ${commit}`, "request", null);
  }
  return await readFiles(
    host,
    repo,
    paths.map((path, at) => [path, entryOf(found[`f${at}`])] as const),
  );
}

function entryOf(value: unknown): Entry | null {
  const entry = Entry.nullable().safeParse(value ?? null);
  if (entry.success) return entry.data;
  throw new ForgeUnavailable("GitHub's answer has an unknown shape", "request", null);
}

function document(files: number): Document {
  const aliases = Array.from({ length: files }, (_, at) => at);
  const declared = ["$owner: String!", "$name: String!", "$commit: GitObjectID!"];
  for (const at of aliases) declared.push(`$f${at}: String!`);
  const fields = aliases.map((at) => `f${at}: file(path: $f${at}) { ...File }`);
  const text = `query TextsAt(${declared.join(", ")}) {
  repository(owner: $owner, name: $name) {
    databaseId
    commit: object(oid: $commit) {
      ... on Commit {
        oid
        ${fields.join("\n        ")}
      }
    }
  }
}
${FILE_FRAGMENT}`;
  return { what: "repository", text };
}
