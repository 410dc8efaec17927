import { folderOf } from "../decide/kustomization.ts";
import type { Change, FileEdit } from "../model/change.ts";
import { type CdRepo, type FileState, ForgeUnavailable, type TreePath } from "../model/forge.ts";
import type { Refusal } from "../model/outcome.ts";
import type { Blobs, BuildTree, Rendered, Renderer } from "../model/render.ts";
import { BlobMemory } from "./blob-memory.ts";
import { type Closure, gatherClosure } from "./closure.ts";
import { type ChangedOverlay, withoutEffect } from "./effect.ts";
import { reachOf } from "./reach.ts";

/** A change that is about to be written, with the commit it is made on. */
export interface ViewedChange {
  readonly repo: CdRepo;
  /** All paths of the base commit. */
  readonly paths: readonly TreePath[];
  /** Files of the base commit whose text is known already. */
  readonly files: ReadonlyMap<string, FileState>;
  readonly edits: readonly FileEdit[];
  readonly changes: readonly Change[];
}

/** What the change does to what is built. */
export interface ChangeView {
  readonly overlays: readonly ChangedOverlay[];
  /** An image that is declared and does not come out. */
  readonly refusal: Refusal | null;
}

/** Bytes of blobs kept for the next change of the same repos. */
const MEMORY_BYTES = 32_000_000;
/** Commits remembered as reported. */
const MOST_TOLD = 10_000;
/** A change of more overlays than this is shown in part. */
const MOST_OVERLAYS = 20;

/** Builds overlays before and after a change. One of these serves all repos: it remembers what it read. */
export class ChangeViewer {
  readonly #renderer: Renderer;
  readonly #memory: BlobMemory;
  readonly #told = new Set<string>();

  constructor(parts: { readonly renderer: Renderer; readonly blobs: Blobs }) {
    this.#renderer = parts.renderer;
    this.#memory = new BlobMemory(parts.blobs, MEMORY_BYTES);
  }

  /** Reads what the changed overlays reach (nothing that is known already), and builds each of them twice. */
  async view(change: ViewedChange): Promise<ChangeView> {
    const edits = change.edits.slice(0, MOST_OVERLAYS);
    for (const file of change.files.values()) {
      if (file.kind === "text") this.#memory.remember(file.oid, Buffer.from(file.text));
    }
    const closure = await this.#gather(change, edits);
    const built = await this.#build(closure, edits);
    const overlays = edits.map((edit) => overlayOf(change, edit, built));
    const refusals = overlays.flatMap((overlay) => withoutEffect(overlay) ?? []);
    return { overlays, refusal: refusals[0] ?? null };
  }

  /** Whether this process has reported a view of the commit. */
  isTold(headOid: string): boolean {
    return this.#told.has(headOid);
  }

  /** A view of the commit was reported. */
  told(headOid: string): void {
    this.#told.add(headOid);
    for (const oldest of this.#told) {
      if (this.#told.size <= MOST_TOLD) return;
      this.#told.delete(oldest);
    }
  }

  // What GitHub does not hand out now is not built: a proposal never waits for its diff.
  async #gather(change: ViewedChange, edits: readonly FileEdit[]): Promise<Closure> {
    const overlays = edits.map(({ path }) => folderOf(path));
    const { remote, helm } = this.#renderer;
    const read = (oids: readonly string[]) => this.#memory.read(change.repo, oids);
    try {
      return await gatherClosure({ paths: change.paths, remote, helm, read }, overlays);
    } catch (error) {
      if (!(error instanceof ForgeUnavailable) || error.scope !== "request") throw error;
      return { files: new Map(), troubles: new Map(overlays.map((one) => [one, NOT_READ])) };
    }
  }

  async #build(closure: Closure, edits: readonly FileEdit[]): Promise<Built> {
    const troubles = new Map(closure.troubles);
    for (const { path, text } of edits) {
      if (reachOf(text).component) troubles.set(folderOf(path), COMPONENT);
    }
    const folders = edits.map(({ path }) => folderOf(path));
    const overlays = folders.filter((folder) => !troubles.has(folder));
    if (overlays.length === 0) return { before: troubles, after: troubles };
    const files = withEdits(closure.files, edits);
    const before = await this.#renderer.render({ files: closure.files, overlays });
    const after = await this.#renderer.render({ files, overlays });
    return {
      before: new Map([...troubles, ...before]),
      after: new Map([...troubles, ...after]),
    };
  }
}

interface Built {
  readonly before: ReadonlyMap<string, Rendered>;
  readonly after: ReadonlyMap<string, Rendered>;
}

const COMPONENT: Rendered = {
  kind: "unavailable",
  why: "a component is built with what includes it, not by itself",
};
const NOT_READ: Rendered = { kind: "unavailable", why: "GitHub did not give its files" };
const NOT_BUILT: Rendered = { kind: "unavailable", why: "it was not built" };

function withEdits(files: BuildTree, edits: readonly FileEdit[]): BuildTree {
  const changed = edits.map(
    ({ path, text }) => [path, { kind: "file", bytes: Buffer.from(text) }] as const,
  );
  return new Map([...files, ...changed]);
}

function overlayOf(change: ViewedChange, { path, text }: FileEdit, built: Built): ChangedOverlay {
  const file = change.files.get(path);
  const folder = folderOf(path);
  return {
    file: path,
    textBefore: file?.kind === "text" ? file.text : "",
    textAfter: text,
    before: built.before.get(folder) ?? NOT_BUILT,
    after: built.after.get(folder) ?? NOT_BUILT,
    changes: change.changes.filter((one) => one.file === path),
  };
}
