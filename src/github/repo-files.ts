import { z } from "zod";
import { CONFIG_PATH } from "../model/config.ts";
import { type CdRepo, type FileState, ForgeUnavailable, type RepoFiles } from "../model/forge.ts";
import { type FoundFile, proveFiles } from "./file-text.ts";
import { isPlainFile } from "./git-blob.ts";
import { readTree, type SizedPath } from "./git-tree.ts";
import type { Document, GraphqlAnswer, Host } from "./host.ts";
import { readAnswer } from "./target.ts";

/** Blobs in one query. */
const CHUNK = 500;
/** How often the branch may move between the two requests. */
const TRIES = 3;

/**
 * Reads a branch for the index: its paths by REST (one request, more only when the host cuts the list) and the wanted texts
 * by their blob ids in GraphQL queries of at most 500 blobs each: two requests for up to 500 different texts. Texts that
 * GraphQL cannot carry byte for byte, and a branch that moves in between, cost more.
 * `null`: no such branch, or an empty repo.
 */
export async function readRepo(
  host: Host,
  repo: CdRepo,
  branch: string | null,
  wanted: (path: string) => boolean,
): Promise<RepoFiles | null> {
  for (let left = TRIES; left > 0; left -= 1) {
    const tree = await readTree(host, repo, branch ?? "HEAD");
    if (tree === null) return null;
    const chosen = tree.paths.filter(
      ({ path, mode }) => mode !== "040000" && (path === CONFIG_PATH || wanted(path)),
    );
    const read = await readTexts(host, repo, branch, chosen);
    if (read.commit === null) return null;
    const { name, oid, tree: root } = read.commit;
    if (tree.sha !== oid && tree.sha !== root) continue;
    const files = await proveFiles(host, repo, foundFiles(chosen, read.blobs));
    const paths = tree.paths.map(({ path, mode, oid: blob }) => ({ path, mode, oid: blob }));
    const { branches } = read;
    return { branch: name, commit: oid, paths, files: withConfig(files), branches };
  }
  const name = `${repo.owner}/${repo.name}`;
  throw new ForgeUnavailable(`${name} moves faster than it can be read`, "request", null);
}

interface Texts {
  readonly commit: { readonly name: string; readonly oid: string; readonly tree: string } | null;
  readonly blobs: ReadonlyMap<string, { byteSize: number | null; text: string | null }>;
  readonly branches: readonly string[];
}

async function readTexts(
  host: Host,
  repo: CdRepo,
  branch: string | null,
  chosen: readonly SizedPath[],
): Promise<Texts> {
  const oids = [...new Set(chosen.filter((path) => isPlainFile(path.mode)).map(({ oid }) => oid))];
  const blobs = new Map<string, { byteSize: number | null; text: string | null }>();
  let commit: Texts["commit"] = null;
  let branches: readonly string[] = [];
  for (let start = 0; start === 0 || start < oids.length; start += CHUNK) {
    const chunk = oids.slice(start, start + CHUNK);
    const answer = await host.query(textsDocument(chunk.length, branch !== null), {
      owner: repo.owner,
      name: repo.name,
      ...(branch === null ? {} : { branch: `refs/heads/${branch}` }),
      ...Object.fromEntries(chunk.map((oid, at) => [`b${at}`, oid])),
    });
    const repository = readRepository(answer);
    // The commit of the first chunk counts: blobs are named by their ids and do not change.
    if (start === 0) {
      commit = commitOf(repository);
      branches = (repository?.refs?.nodes ?? []).flatMap((node) => node?.name ?? []);
    }
    for (const [at, oid] of chunk.entries()) blobs.set(oid, blobOf(repository?.[`b${at}`]));
  }
  return { commit, blobs, branches };
}

function textsDocument(blobs: number, named: boolean): Document {
  const aliases = Array.from({ length: blobs }, (_, at) => at);
  const declared = ["$owner: String!", "$name: String!"];
  if (named) declared.push("$branch: String!");
  for (const at of aliases) declared.push(`$b${at}: GitObjectID!`);
  const fields = aliases.map((at) => `b${at}: object(oid: $b${at}) { ...Text }`);
  const text = `query Texts(${declared.join(", ")}) {
  repository(owner: $owner, name: $name) {
    branch: ${named ? "ref(qualifiedName: $branch)" : "defaultBranchRef"} {
      name
      target { oid ... on Commit { tree { oid } } }
    }
    refs(refPrefix: "refs/heads/", first: 100) { nodes { name } }
    ${fields.join("\n    ")}
  }
}${blobs === 0 ? "" : "\nfragment Text on Blob { byteSize text }"}`;
  return { what: "repository", text };
}

const TextsAnswer = z.object({
  repository: z
    .looseObject({
      branch: z
        .object({
          name: z.string(),
          target: z.object({ oid: z.string(), tree: z.object({ oid: z.string() }) }).nullable(),
        })
        .nullable(),
      refs: z
        .object({ nodes: z.array(z.object({ name: z.string() }).nullable()).nullish() })
        .nullish(),
    })
    .nullable(),
});
type Repository = z.infer<typeof TextsAnswer>["repository"];

function readRepository(answer: GraphqlAnswer): Repository {
  return readAnswer(answer, TextsAnswer).repository;
}

function commitOf(repository: Repository): Texts["commit"] {
  const ref = repository?.branch ?? null;
  if (ref === null || ref.target === null) return null;
  return { name: ref.name, oid: ref.target.oid, tree: ref.target.tree.oid };
}

const Blob = z.object({ byteSize: z.number().nullable(), text: z.string().nullable() });

function blobOf(value: unknown): { byteSize: number | null; text: string | null } {
  const blob = Blob.safeParse(value);
  return blob.success ? blob.data : { byteSize: null, text: null };
}

function foundFiles(chosen: readonly SizedPath[], blobs: Texts["blobs"]): FoundFile[] {
  return chosen.map(({ path, oid, mode, size }) => {
    const blob = blobs.get(oid);
    return { path, oid, mode, byteSize: blob?.byteSize ?? size, text: blob?.text ?? null };
  });
}

function withConfig(files: readonly FileState[]): readonly FileState[] {
  if (files.some(({ path }) => path === CONFIG_PATH)) return files;
  return [...files, { kind: "absent", path: CONFIG_PATH }];
}
