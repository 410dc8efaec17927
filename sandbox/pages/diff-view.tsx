import type { FC } from "hono/jsx";
import { patchOf } from "../api/shapes/diff.ts";
import type { ObjectStore, Oid, TreeChange } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import { escaped, pathOf } from "./visit.ts";

export interface FileDiff {
  readonly path: string;
  readonly status: "added" | "removed" | "changed";
  /** Unified hunks; `null`: not text. */
  readonly patch: string | null;
  readonly additions: number;
  readonly deletions: number;
}

/** The files that differ between two commits of a store; `from: null`: all files of `to`. */
export async function diffOf(store: ObjectStore, from: Oid | null, to: Oid): Promise<FileDiff[]> {
  const before = from === null ? null : ((await store.readCommit(from))?.tree ?? null);
  const after = (await store.readCommit(to))?.tree ?? null;
  const diffs: FileDiff[] = [];
  for (const change of await store.diffTrees(before, after)) {
    diffs.push(await fileDiff(store, change));
  }
  return diffs;
}

async function fileDiff(store: ObjectStore, change: TreeChange): Promise<FileDiff> {
  const before = await textOf(store, change.before);
  const after = await textOf(store, change.after);
  const patch = before === null || after === null ? null : patchOf(before, after);
  return {
    path: change.path,
    status: change.before === null ? "added" : change.after === null ? "removed" : "changed",
    patch: patch?.text ?? null,
    additions: patch?.additions ?? 0,
    deletions: patch?.deletions ?? 0,
  };
}

async function textOf(store: ObjectStore, side: TreeChange["before"]): Promise<string | null> {
  if (side === null) return "";
  const bytes = side.mode === "160000" ? null : await store.readBlob(side.oid);
  return bytes === null || bytes.includes(0) ? null : bytes.toString("utf8");
}

export const DiffView: FC<{ repo: Repo; at: Oid; diffs: readonly FileDiff[] }> = ({
  repo,
  at,
  diffs,
}) => (
  <>
    {diffs.length === 0 ? <p class="mute">No file differs.</p> : null}
    {diffs.map((diff) => (
      <section class="box" id={diff.path}>
        <header>
          <a class="mono" href={`${pathOf(repo)}/blob/${at}/${escaped(diff.path)}`}>
            {diff.path}
          </a>
          {diff.status === "changed" ? null : <span class="tag">{diff.status}</span>}
          <span class="right">
            <span class="plus">+{diff.additions}</span> <span class="minus">−{diff.deletions}</span>
          </span>
        </header>
        {diff.patch === null ? <p class="in mute">Not text.</p> : <Patch text={diff.patch} />}
      </section>
    ))}
  </>
);

interface Row {
  readonly kind: "add" | "del" | "hunk" | "same";
  readonly before: number | null;
  readonly after: number | null;
  readonly text: string;
}

const Patch: FC<{ text: string }> = ({ text }) => (
  <div class="diff">
    <table>
      {rowsOf(text).map((row) => (
        <tr class={row.kind}>
          <td class="n">{row.before ?? ""}</td>
          <td class="n">{row.after ?? ""}</td>
          <td>{visible(row.text)}</td>
        </tr>
      ))}
    </table>
  </div>
);

/** A carriage return is a change that nobody would see. */
function visible(line: string): string {
  return line.endsWith("\r") ? `${line.slice(0, -1)}␍` : line;
}

const KINDS: Readonly<Record<string, Row["kind"]>> = { "+": "add", "-": "del", "@": "hunk" };

function rowsOf(patch: string): Row[] {
  const next = { before: 0, after: 0 };
  return patch === "" ? [] : patch.split("\n").map((text) => rowOf(next, text));
}

/** Moves the line numbers on. */
function rowOf(next: { before: number; after: number }, text: string): Row {
  const kind = KINDS[text[0] ?? ""] ?? "same";
  const [, from, to] = kind === "hunk" ? (/-(\d+).* \+(\d+)/.exec(text) ?? []) : [];
  if (from !== undefined && to !== undefined) {
    next.before = Number(from);
    next.after = Number(to);
  }
  // git's own mark for a missing last line end is no line of a file.
  const isLine = kind !== "hunk" && !text.startsWith("\\");
  const before = isLine && kind !== "add" ? next.before++ : null;
  const after = isLine && kind !== "del" ? next.after++ : null;
  return { kind, before, after, text };
}
