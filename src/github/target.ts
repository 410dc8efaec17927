import { CONFIG_PATH } from "../model/config.ts";
import {
  type BaseCommit,
  type CdRepo,
  type FileState,
  ForgeDenied,
  ForgeUnavailable,
  type HeadBranch,
  type Target,
  type TargetQuery,
} from "../model/forge.ts";
import { commitFacts, newestFirst } from "./commit-facts.ts";
import { type FoundFile, proveFiles } from "./file-text.ts";
import { modeText } from "./git-blob.ts";
import type { GraphqlAnswer, Host } from "./host.ts";
import { pullState } from "./pull-state.ts";
import {
  type AliasedCommit,
  BesideRef,
  Entry,
  LandedCommits,
  LastCommits,
  Listing,
  TargetAnswer,
  type Viewer,
} from "./target-answer.ts";
import { type TargetRequest, targetRequest } from "./target-document.ts";

type Answer = NonNullable<TargetAnswer["repository"]>;

/**
 * The repo as it stands, in one request; one more for each file whose text GraphQL did not carry byte for byte.
 * `null`: the repo is gone or out of reach, or another repo has taken its name.
 */
export async function readTarget(host: Host, query: TargetQuery): Promise<Target | null> {
  const request = targetRequest(query);
  const answer = await host.query(request.document, request.variables);
  const { repository, viewer } = readAnswer(answer, TargetAnswer);
  if (repository === null || repository.databaseId !== query.repo.id) return null;
  const repo: CdRepo = {
    ...query.repo,
    owner: repository.owner.login,
    name: repository.name,
  };
  const base = repository.base?.target ?? null;
  const [config = absent(CONFIG_PATH), ...files] = await readFiles(host, repo, [
    [CONFIG_PATH, repository.defaultBranchRef?.target?.file ?? null],
    ...request.files.map((path, at) => [path, entryAt(base, `f${at}`)] as const),
  ]);
  return {
    repo: {
      ...repo,
      nodeId: repository.id,
      archived: repository.isArchived,
      defaultBranch: repository.defaultBranchRef?.name ?? null,
    },
    base:
      base === null || repository.base === null
        ? null
        : { branch: repository.base.name, oid: base.oid },
    config,
    files: new Map(files.map((file) => [file.path, file])),
    folders: folders(request, base),
    head: headBranch(repository, request, viewer),
    pulls: pulls(repository, viewer),
    beside: await filesBeside(host, repo, request, repository),
    ...(query.messages === undefined ? {} : { messages: messagesIn(request, repository) }),
    ...(query.commits === undefined ? {} : { commits: commitsIn(request, base) }),
    labelled: repository.labelled?.totalCount ?? 0,
    siblings: siblings(repository, viewer),
  };
}

/**
 * Reads a query's answer. GitHub answers a missing repo, ref or comparison with an error of type NOT_FOUND beside
 * `null` in the data: that is an answer. Everything else is a fault.
 */
export function readAnswer<T>(
  { data, errors }: GraphqlAnswer,
  shape: { safeParse(data: unknown): { success: true; data: T } | { success: false } },
): T {
  const fatal = errors.find((error) => error.type !== "NOT_FOUND");
  if (fatal?.type === "FORBIDDEN")
    throw new ForgeDenied(`GitHub: ${fatal.message}`, "permission-missing");
  const parsed = shape.safeParse(data);
  if (fatal === undefined && parsed.success) return parsed.data;
  const why = fatal?.message ?? "its answer has an unknown shape";
  throw new ForgeUnavailable(`GitHub did not serve the query: ${why}`, "request", null);
}

/** The files at `entries`, in their order. */
export async function readFiles(
  host: Host,
  repo: CdRepo,
  entries: readonly (readonly [string, Entry | null])[],
): Promise<FileState[]> {
  const found: FoundFile[] = entries.flatMap(([path, entry]) =>
    entry === null ? [] : [foundFile(path, entry)],
  );
  const proven = (await proveFiles(host, repo, found))[Symbol.iterator]();
  return entries.map(([path, entry]) =>
    entry === null ? absent(path) : (proven.next().value ?? absent(path)),
  );
}

async function filesBeside(
  host: Host,
  repo: CdRepo,
  request: TargetRequest,
  repository: Answer,
): Promise<Target["beside"]> {
  const found = new Map<string, ReadonlyMap<string, FileState>>();
  for (const [at, { branch, files }] of request.beside.entries()) {
    const ref = BesideRef.safeParse(repository[`b${at}`] ?? null);
    if (!ref.success)
      throw new ForgeUnavailable("GitHub's answer has an unknown shape", "request", null);
    const commit = ref.data?.target ?? null;
    if (commit === null) continue;
    const entries = files.map((path, file) => [path, entryAt(commit, `f${file}`)] as const);
    const states = await readFiles(host, repo, entries);
    found.set(branch, new Map(states.map((state) => [state.path, state])));
  }
  return found;
}

/** What was not asked, or does not read as a list of commits, is left out: messages prove nothing. */
function messagesIn(request: TargetRequest, repository: Answer): NonNullable<Target["messages"]> {
  const of = (commit: Readonly<Record<string, unknown>> | null, files: readonly string[]) =>
    new Map(
      files.flatMap((path, at) => {
        const read = LastCommits.safeParse(commit?.[`h${at}`]);
        const nodes = read.success ? (read.data.nodes ?? []) : null;
        return nodes === null ? [] : [[path, nodes.flatMap((one) => one?.message ?? [])] as const];
      }),
    );
  const base = repository.base ?? null;
  const found = new Map([[base?.name ?? "", of(base?.target ?? null, request.files)]]);
  for (const [at, { branch, files }] of request.beside.entries()) {
    const ref = BesideRef.safeParse(repository[`b${at}`] ?? null);
    found.set(branch, of(ref.data?.target ?? null, files));
  }
  return found;
}

/** The files' histories as one. What does not read as a list of commits is left out: then nobody knows. */
function commitsIn(request: TargetRequest, base: AliasedCommit | null): readonly BaseCommit[] {
  const all = request.files.flatMap((_, at) => {
    const read = LandedCommits.safeParse(base?.[`c${at}`]);
    return read.success ? (read.data.nodes ?? []).filter((one) => one !== null) : [];
  });
  const once = [...new Map(all.map((one) => [one.oid, one])).values()];
  return once
    .sort((a, b) => Date.parse(b.committedDate) - Date.parse(a.committedDate))
    .map(({ message, oid, parents }) => ({
      oid,
      message,
      parents: (parents.nodes ?? []).flatMap((parent) => parent?.oid ?? []),
    }));
}

function foundFile(path: string, entry: Entry): FoundFile {
  return {
    path,
    oid: entry.oid,
    mode: modeText(entry.mode),
    byteSize: entry.object?.byteSize ?? null,
    text: entry.object?.text ?? null,
  };
}

function absent(path: string): FileState {
  return { kind: "absent", path };
}

function entryAt(commit: AliasedCommit | null, alias: string): Entry | null {
  const entry = Entry.nullable().safeParse(commit?.[alias] ?? null);
  if (entry.success) return entry.data;
  throw new ForgeUnavailable("GitHub's answer has an unknown shape", "request", null);
}

function folders(
  request: TargetRequest,
  base: AliasedCommit | null,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  if (request.root) names.set("", namesIn(base?.root));
  for (const [at, folder] of request.folders.entries()) {
    const entry = base?.[`d${at}`];
    const object = typeof entry === "object" && entry !== null ? Object.values(entry)[0] : null;
    names.set(folder, namesIn(object));
  }
  return names;
}

function namesIn(tree: unknown): string[] {
  const listing = Listing.safeParse(tree);
  return listing.success ? (listing.data.entries ?? []).map(({ name }) => name) : [];
}

function pulls(repository: Answer, viewer: Viewer): Target["pulls"] {
  const nodes = [...(repository.open?.nodes ?? []), ...(repository.ended?.nodes ?? [])];
  return nodes
    .filter((pull) => pull !== null)
    .filter((pull) => !pull.isCrossRepository)
    .map((pull) => pullState(pull, viewer))
    .sort((a, b) => b.number - a.number);
}

function siblings(repository: Answer, viewer: Viewer): Target["siblings"] {
  return (repository.siblings?.nodes ?? []).flatMap((ref) => {
    const branch = `${ref?.prefix ?? ""}${ref?.name ?? ""}`.replace(/^refs\/heads\//, "");
    return (ref?.associatedPullRequests.nodes ?? [])
      .filter((pull) => pull !== null)
      .map((pull) => ({ branch, pull: pullState(pull, viewer) }))
      .filter(({ pull }) => pull.ours);
  });
}

function headBranch(repository: Answer, request: TargetRequest, viewer: Viewer): HeadBranch | null {
  const head = repository.head?.target;
  if (head === undefined || head === null) return null;
  const compared = repository.base?.compare ?? null;
  // The branch may have moved between the two reads inside the host: then its commits are not those of `head`.
  const known = compared !== null && compared.headTarget.oid === head.oid;
  const nodes = known ? (compared.commits.nodes ?? []).filter((node) => node !== null) : [];
  const blobs = request.files.flatMap((path, at): [string, string][] => {
    const entry = Entry.pick({ oid: true }).safeParse(head[`f${at}`]);
    return entry.success ? [[path, entry.data.oid]] : [];
  });
  return {
    oid: head.oid,
    commits: newestFirst(nodes, head.oid).map((commit) => commitFacts(commit, viewer)),
    complete: known && compared.commits.totalCount === nodes.length,
    blobs: new Map(blobs),
  };
}
