import type { ObjectStore, Oid, TreeEntry } from "../git/object-store.ts";
import { unprocessable } from "./state.ts";

/** A file to be written (`blob`) or taken away (`null`). */
export interface TreeEdit {
  readonly path: string;
  readonly blob: Oid | null;
}

interface Step {
  readonly edit: TreeEdit;
  readonly rest: readonly string[];
}

const FOLDER = "040000";

/** Git orders a folder as if its name ended with a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === FOLDER ? `${entry.name}/` : entry.name);
}

/** Entries in the order that git demands. */
export function inGitOrder(entries: Iterable<TreeEntry>): TreeEntry[] {
  return [...entries].sort((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
}

/**
 * Writes the tree that `tree` (`null`: empty) becomes by the edits. A file that was there keeps its mode.
 *
 * @throws Rejection when a path is none of a git tree, is named twice, or is to be deleted and does not exist.
 */
export async function editTree(
  store: ObjectStore,
  tree: Oid | null,
  edits: readonly TreeEdit[],
): Promise<Oid> {
  const seen = new Set<string>();
  for (const { path } of edits) {
    if (!isTreePath(path)) throw unprocessable(`A path contains a malformed component: ${path}`);
    if (seen.has(path)) throw unprocessable(`A path was specified more than once: ${path}`);
    seen.add(path);
  }
  const steps = edits.map((edit) => ({ edit, rest: edit.path.split("/") }));
  return (await editFolder(store, tree, steps)) ?? (await store.writeTree([]));
}

function isTreePath(path: string): boolean {
  return path
    .split("/")
    .every((part) => part !== "" && part !== "." && part !== ".." && !/^\.git$/i.test(part));
}

async function editFolder(
  store: ObjectStore,
  tree: Oid | null,
  steps: readonly Step[],
): Promise<Oid | null> {
  const known = tree === null ? [] : ((await store.readTree(tree)) ?? []);
  const entries = new Map(known.map((entry) => [entry.name, entry]));
  for (const [name, group] of groupByName(steps)) {
    const entry = await editEntry(store, name, entries.get(name), group);
    if (entry === null) entries.delete(name);
    else entries.set(name, entry);
  }
  return entries.size === 0 ? null : await store.writeTree(inGitOrder(entries.values()));
}

function groupByName(steps: readonly Step[]): Map<string, Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const name = step.rest[0] ?? "";
    const group = groups.get(name) ?? [];
    group.push({ edit: step.edit, rest: step.rest.slice(1) });
    groups.set(name, group);
  }
  return groups;
}

async function editEntry(
  store: ObjectStore,
  name: string,
  before: TreeEntry | undefined,
  group: readonly Step[],
): Promise<TreeEntry | null> {
  const inner = group.filter((step) => step.rest.length > 0);
  if (inner.length > 0) {
    const folder = before?.mode === FOLDER ? before.oid : null;
    const oid = await editFolder(store, folder, inner);
    return oid === null ? null : { name, mode: FOLDER, oid };
  }
  const edit = group[0]?.edit;
  if (edit?.blob) {
    const mode = before?.mode === "100755" ? before.mode : "100644";
    return { name, mode, oid: edit.blob };
  }
  if (before === undefined || before.mode === FOLDER) {
    throw unprocessable(`A path was requested for deletion which does not exist: ${edit?.path}`);
  }
  return null;
}
