import { CONFIG_PATH } from "../model/config.ts";
import type { TargetQuery } from "../model/forge.ts";
import {
  FILE_FRAGMENT,
  HEAD_COMMIT_FRAGMENT,
  LISTING_FRAGMENT,
  PULL_FRAGMENT,
} from "./fragments.ts";
import type { Document } from "./host.ts";

/** Which document a query needs. Equal shapes have equal texts, so that a host can keep them parsed. */
interface Shape {
  readonly files: number;
  readonly folders: number;
  readonly root: boolean;
  readonly named: boolean;
  readonly head: boolean;
  readonly siblings: boolean;
  readonly counted: boolean;
  /** How many files on each branch beside. */
  readonly beside: readonly number[];
  /** Which files' last commits are told, by their places among `files`; `null`: nobody asked. */
  readonly messages: readonly number[] | null;
  /** Which files' last commits are told with their parents. */
  readonly commits: readonly number[];
}

/** The one query of `readTarget`, and where in its answer each file and folder is found. */
export interface TargetRequest {
  readonly document: Document;
  readonly variables: Record<string, unknown>;
  readonly files: readonly string[];
  /** Folders but the root, which stands under `root`. */
  readonly folders: readonly string[];
  readonly root: boolean;
  /** Branches beside, under `b0`, …, each with its files. */
  readonly beside: readonly { readonly branch: string; readonly files: readonly string[] }[];
}

/**
 * Builds the query: everything about the base is asked through ONE `Commit` (`file(path:)` under aliases `f0`, `d0`, …),
 * so that all of it is of one commit. Paths and names travel as variables.
 */
export function targetRequest(query: TargetQuery): TargetRequest {
  const files = [...new Set(query.files)];
  const all = [...new Set(files.map(folderOf))];
  const root = all.includes("");
  const folders = all.filter((folder) => folder !== "");
  const { base, beside = [], head } = query;
  const variables: Record<string, unknown> = {
    owner: query.repo.owner,
    name: query.repo.name,
    config: CONFIG_PATH,
    ...Object.fromEntries(files.map((path, at) => [`f${at}`, path])),
    ...Object.fromEntries(folders.map((path, at) => [`d${at}`, path])),
  };
  if (base !== null) variables.base = `refs/heads/${base}`;
  if (head !== null) {
    variables.head = head;
    variables.headRef = `refs/heads/${head}`;
  }
  if (query.siblings !== undefined) {
    variables.siblings = `refs/heads/${query.siblings.folder}`;
    variables.word = query.siblings.word;
  }
  if (query.counted !== undefined) variables.label = query.counted;
  for (const [at, one] of beside.entries()) {
    variables[`b${at}`] = `refs/heads/${one.branch}`;
    for (const [file, path] of one.files.entries()) variables[`b${at}f${file}`] = path;
  }
  const shape: Shape = {
    files: files.length,
    folders: folders.length,
    root,
    named: base !== null,
    head: head !== null,
    siblings: query.siblings !== undefined,
    counted: query.counted !== undefined,
    beside: beside.map((one) => one.files.length),
    messages: query.messages?.map((path) => files.indexOf(path)).filter((at) => at >= 0) ?? null,
    commits: (query.commits ?? []).map((path) => files.indexOf(path)).filter((at) => at >= 0),
  };
  return {
    document: { what: "viewer+repository", text: documentOf(shape) },
    variables,
    files,
    folders,
    root,
    beside,
  };
}

/** The folder of a path, `""` for the root. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

function documentOf(shape: Shape): string {
  const parts = [
    `query Target(${declarations(shape).join(", ")}) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    id
    databaseId
    name
    owner { login }
    isArchived
    defaultBranchRef {
      name
      target { ... on Commit { file(path: $config) { ...File } } }
    }
    base: ${shape.named ? "ref(qualifiedName: $base)" : "defaultBranchRef"} { ...Base }
    ${shape.head ? headFields : ""}
    ${shape.siblings ? SIBLINGS : ""}
    ${shape.counted ? "labelled: pullRequests(labels: [$label], first: 1) { totalCount }" : ""}
    ${shape.beside.map((files, at) => besideField(shape, files, at)).join("\n    ")}
  }
}`,
    baseFragment(shape),
    FILE_FRAGMENT,
  ];
  if (shape.root || shape.folders > 0) parts.push(LISTING_FRAGMENT);
  if (shape.head) parts.push(HEAD_COMMIT_FRAGMENT, blobsFragment(shape));
  if (shape.head || shape.siblings) parts.push(PULL_FRAGMENT);
  return parts.join("\n");
}

const headFields = `head: ref(qualifiedName: $headRef) { target { oid ...Blobs } }
    open: ${pullsField("OPEN", 30)}
    ended: ${pullsField("CLOSED, MERGED", 10)}`;

function besideField({ messages }: Shape, files: number, branch: number): string {
  const fields = count(files).map((file) => {
    const text = `f${file}: file(path: $b${branch}f${file}) { ...File }`;
    return messages === null ? text : `${text} ${lastCommits(file, `b${branch}f${file}`)}`;
  });
  return `b${branch}: ref(qualifiedName: $b${branch}) { target { ... on Commit { oid ${fields.join(" ")} } } }`;
}

/** Few: a host walks back through the branch for them. */
function lastCommits(file: number, variable: string): string {
  return `h${file}: history(path: $${variable}, first: 5) { nodes { message } }`;
}

/** More of them: each tells of one image alone, and a file may have many. */
function landedCommits(file: number): string {
  return `c${file}: history(path: $f${file}, first: 20) { nodes { oid message committedDate parents(first: 2) { nodes { oid } } } }`;
}

// By branches: a list of all open pull requests would hold those of other bots, too.
const SIBLINGS = `siblings: refs(refPrefix: $siblings, query: $word, first: 50) {
      nodes {
        prefix
        name
        associatedPullRequests(states: [OPEN], first: 5) { nodes { ...Pull } }
      }
    }`;

// Asked apart: GitHub lists the pull requests of forks' branches of the same name too, and no number of ended ones may hide ours.
function pullsField(states: string, first: number): string {
  const newestFirst = "orderBy: { field: CREATED_AT, direction: DESC }";
  return `pullRequests(headRefName: $head, states: [${states}], first: ${first}, ${newestFirst}) {
      nodes { ...Pull }
    }`;
}

function declarations(shape: Shape): string[] {
  const declared = ["$owner: String!", "$name: String!", "$config: String!"];
  if (shape.named) declared.push("$base: String!");
  if (shape.head) declared.push("$head: String!", "$headRef: String!");
  if (shape.counted) declared.push("$label: String!");
  if (shape.siblings) declared.push("$siblings: String!", "$word: String!");
  for (const [at, files] of shape.beside.entries()) {
    declared.push(`$b${at}: String!`);
    for (const file of count(files)) declared.push(`$b${at}f${file}: String!`);
  }
  for (const at of count(shape.files)) declared.push(`$f${at}: String!`);
  for (const at of count(shape.folders)) declared.push(`$d${at}: String!`);
  return declared;
}

function baseFragment(shape: Shape): string {
  const fields = ["oid"];
  for (const at of count(shape.files)) fields.push(`f${at}: file(path: $f${at}) { ...File }`);
  for (const at of shape.messages ?? []) fields.push(lastCommits(at, `f${at}`));
  for (const at of shape.commits) fields.push(landedCommits(at));
  if (shape.root) fields.push("root: tree { ...Listing }");
  for (const at of count(shape.folders)) {
    fields.push(`d${at}: file(path: $d${at}) { object { ...Listing } }`);
  }
  const compare = shape.head
    ? "\n  compare(headRef: $head) { headTarget { oid } commits(first: 20) { totalCount nodes { ...HeadCommit } } }"
    : "";
  return `fragment Base on Ref {
  name
  target { ... on Commit { ${fields.join("\n    ")} } }${compare}
}`;
}

function blobsFragment(shape: Shape): string {
  const fields = ["oid"];
  for (const at of count(shape.files)) fields.push(`f${at}: file(path: $f${at}) { oid }`);
  return `fragment Blobs on Commit { ${fields.join("\n  ")} }`;
}

function count(to: number): number[] {
  return Array.from({ length: to }, (_, at) => at);
}
