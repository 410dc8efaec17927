import { diffComm } from "node-diff3";
import type { ObjectStore, Oid, TreeChange } from "../../git/object-store.ts";
import type { Repo } from "../../world/entities.ts";
import type { Room } from "../room.ts";
import { repoApi, repoWeb } from "../urls.ts";
import type { Schemas } from "./account.ts";

const CONTEXT = 3;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Lines of a text, and whether the last one ends. */
function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  else lines.push("\\ No newline at end of file");
  return lines;
}

function diffLines(before: string, after: string): Line[] {
  const parts = diffComm(linesOf(before), linesOf(after));
  return parts.flatMap((part): Line[] => {
    if ("common" in part && part.common !== undefined)
      return part.common.map((text) => ({ sign: " ", text }));
    const removed = (part.buffer1 ?? []).map((text): Line => ({ sign: "-", text }));
    return [...removed, ...(part.buffer2 ?? []).map((text): Line => ({ sign: "+", text }))];
  });
}

export interface Patch {
  readonly additions: number;
  readonly deletions: number;
  /** Unified hunks without file headers, as REST's `patch`. */
  readonly text: string;
}

/** The unified diff of two texts. */
export function patchOf(before: string, after: string): Patch {
  const lines = diffLines(before, after);
  const real = lines.filter((line) => !line.text.startsWith("\\ No newline"));
  return {
    additions: real.filter((line) => line.sign === "+").length,
    deletions: real.filter((line) => line.sign === "-").length,
    text: hunksOf(lines).join("\n"),
  };
}

/** Stretches of changed lines with their context; stretches that touch are one. */
function stretches(lines: readonly Line[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.sign === " ") continue;
    const from = Math.max(0, index - CONTEXT);
    const to = Math.min(lines.length, index + CONTEXT + 1);
    const last = found.at(-1);
    if (last !== undefined && from <= last.to) last.to = to;
    else found.push({ from, to });
  }
  return found;
}

function hunksOf(lines: readonly Line[]): string[] {
  return stretches(lines).map(({ from, to }) => {
    const earlier = lines.slice(0, from);
    const inside = lines.slice(from, to);
    const range = (other: "-" | "+") => {
      const before = earlier.filter((l) => l.sign !== other && !isMark(l)).length;
      const size = inside.filter((l) => l.sign !== other && !isMark(l)).length;
      const start = size === 0 ? before : before + 1;
      return size === 1 ? `${start}` : `${start},${size}`;
    };
    const head = `@@ -${range("+")} +${range("-")} @@`;
    return [head, ...inside.map((l) => (isMark(l) ? l.text : l.sign + l.text))].join("\n");
  });
}

function isMark(line: Line): boolean {
  return line.text.startsWith("\\ No newline");
}

async function textOf(store: ObjectStore, side: TreeChange["before"]): Promise<string | null> {
  if (side === null) return "";
  const bytes = side.mode === "160000" ? null : await store.readBlob(side.oid);
  return bytes === null || bytes.includes(0) ? null : bytes.toString("utf8");
}

async function diffEntry(
  room: Room,
  repo: Repo,
  commit: Oid,
  change: TreeChange,
): Promise<Schemas["diff-entry"]> {
  const before = await textOf(repo.store, change.before);
  const after = await textOf(repo.store, change.after);
  const patch = before === null || after === null ? null : patchOf(before, after);
  const path = change.path.split("/").map(encodeURIComponent).join("/");
  const web = repoWeb(room.urls, repo);
  return {
    sha: (change.after ?? change.before)?.oid ?? null,
    filename: change.path,
    status: statusOf(change),
    additions: patch?.additions ?? 0,
    deletions: patch?.deletions ?? 0,
    changes: (patch?.additions ?? 0) + (patch?.deletions ?? 0),
    blob_url: `${web}/blob/${commit}/${path}`,
    raw_url: `${web}/raw/${commit}/${path}`,
    contents_url: `${repoApi(room.urls, repo)}/contents/${path}?ref=${commit}`,
    ...(patch === null || patch.text === "" ? {} : { patch: patch.text }),
  };
}

function statusOf(change: TreeChange): "added" | "removed" | "modified" {
  if (change.before === null) return "added";
  return change.after === null ? "removed" : "modified";
}

/** The files between two trees, in the repo that holds both. */
export async function diffEntries(
  room: Room,
  repo: Repo,
  from: { readonly tree: Oid } | null,
  to: { readonly oid: Oid; readonly tree: Oid },
): Promise<Schemas["diff-entry"][]> {
  const changes = await repo.store.diffTrees(from?.tree ?? null, to.tree);
  const entries: Schemas["diff-entry"][] = [];
  for (const change of changes) entries.push(await diffEntry(room, repo, to.oid, change));
  return entries;
}
