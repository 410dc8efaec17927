import { folderOf, KUSTOMIZATION_NAMES } from "../decide/kustomization.ts";
import type { TreePath } from "../model/forge.ts";
import type { Rendered, TreeNode } from "../model/render.ts";
import { looksRemote, type Reach, type ReachedPath, reachOf, reachOfPlugin } from "./reach.ts";
import { pathFrom, realPath } from "./tree-path.ts";

/** The commit that is built, and the way to its contents. */
export interface ClosureSource {
  readonly paths: readonly TreePath[];
  readonly remote: boolean;
  readonly helm: boolean;
  read(oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** What the overlays reach, and which of them are not to be built, with what is to be said in place of it. */
export interface Closure {
  readonly files: ReadonlyMap<string, TreeNode>;
  readonly troubles: ReadonlyMap<string, Rendered>;
}

/** More than any overlay that people wrote; what reaches more is not built. */
const MOST_FILES = 2_000;
const MOST_BYTES = 20_000_000;
const MOST_LINKS = 500;
/** Files read along with a folder that is reached for the first time: most overlays name their neighbours. */
const MOST_NEIGHBOURS = 100;

interface Item {
  readonly path: string;
  readonly as: "kustomization" | "plugin" | "data";
  /** Folder that the paths in it are meant from. */
  readonly root: string;
}

interface Walk {
  readonly source: ClosureSource;
  readonly tree: ReadonlyMap<string, TreePath>;
  readonly folders: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, string>;
  readonly files: Map<string, TreeNode>;
  /** Folder of a kustomization → folders that it builds on. */
  readonly bases: Map<string, Set<string>>;
  readonly troubles: Map<string, Rendered>;
  readonly seen: Set<string>;
  next: Item[];
  bytes: number;
}

/**
 * Gathers the files that builds of the overlays read, level by level: one call of `read` for the overlays' own files (none
 * when they are known), one for each level of bases below them, one for all symbolic links of the repo if it has any.
 */
export async function gatherClosure(
  source: ClosureSource,
  overlays: readonly string[],
): Promise<Closure> {
  const walk = await newWalk(source);
  for (const overlay of overlays) enterFolder(walk, overlay);
  while (walk.next.length > 0 && walk.bytes <= MOST_BYTES && walk.files.size <= MOST_FILES) {
    await takeLevel(walk);
  }
  const whole = walk.next.length === 0 && walk.bytes <= MOST_BYTES;
  const troubles = overlays.map((overlay) => [overlay, troubleOf(walk, overlay)] as const);
  return {
    files: walk.files,
    troubles: new Map(
      troubles.flatMap(([overlay, trouble]) => {
        const found = trouble ?? (whole ? null : TOO_LARGE);
        return found === null ? [] : [[overlay, found]];
      }),
    ),
  };
}

const TOO_LARGE: Rendered = {
  kind: "unavailable",
  why: `it reaches more than ${MOST_FILES} files or ${MOST_BYTES / 1_000_000} MB`,
};

async function newWalk(source: ClosureSource): Promise<Walk> {
  const tree = new Map(source.paths.map((path) => [path.path, path]));
  const folders = new Set([""]);
  for (const { path } of source.paths) {
    for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) folders.add(folder);
  }
  const linked = source.paths.filter(({ mode }) => mode === "120000").slice(0, MOST_LINKS);
  const targets = await source.read(linked.map(({ oid }) => oid));
  const links = linked.flatMap(({ path, oid }) => {
    const target = targets.get(oid);
    return target === undefined ? [] : [[path, Buffer.from(target).toString("utf8")] as const];
  });
  return {
    source,
    tree,
    folders,
    links: new Map(links),
    files: new Map(links.map(([path, target]) => [path, { kind: "link", target }])),
    bases: new Map(),
    troubles: new Map(),
    seen: new Set(),
    next: [],
    bytes: 0,
  };
}

/** A folder that kustomize is pointed at. */
function enterFolder(walk: Walk, folder: string): void {
  if (walk.bases.has(folder)) return;
  walk.bases.set(folder, new Set());
  for (const name of KUSTOMIZATION_NAMES) {
    const path = realPath(pathFrom(folder, name), linkIn(walk));
    if (path !== null && walk.tree.has(path)) {
      enter(walk, { path, as: "kustomization", root: folder });
    }
  }
}

function enter(walk: Walk, item: Item): void {
  const key = `${item.as} ${item.root} ${item.path}`;
  if (walk.seen.has(key)) return;
  walk.seen.add(key);
  walk.next.push(item);
}

function linkIn({ links }: Walk): (path: string) => string | null {
  return (path) => links.get(path) ?? null;
}

async function takeLevel(walk: Walk): Promise<void> {
  const items = walk.next;
  walk.next = [];
  const oidOf = (path: string) => walk.tree.get(path)?.oid ?? "";
  const oids = items.map(({ path }) => oidOf(path));
  const read = await walk.source.read([...oids, ...neighbours(walk, items).map(({ oid }) => oid)]);
  for (const item of items) {
    const bytes = read.get(oidOf(item.path));
    if (bytes === undefined) {
      blame(walk, item.root, { kind: "unavailable", why: `\`${item.path}\` is too large` });
      continue;
    }
    if (!walk.files.has(item.path)) walk.bytes += bytes.byteLength;
    walk.files.set(item.path, { kind: "file", bytes });
    if (item.as !== "data") follow(walk, item, Buffer.from(bytes).toString("utf8"));
  }
}

/** What most likely is asked for next, in the folders that are new to this level. */
function neighbours(walk: Walk, items: readonly Item[]): TreePath[] {
  const roots = new Set(items.flatMap(({ as, root }) => (as === "kustomization" ? [root] : [])));
  const wanted = walk.source.paths.filter(
    ({ path, mode }) =>
      isPlain(mode) && roots.has(folderOf(path)) && /\.(ya?ml|json|env|properties)$/.test(path),
  );
  return wanted.length > MOST_NEIGHBOURS ? [] : wanted;
}

function isPlain(mode: string): boolean {
  return mode === "100644" || mode === "100755";
}

function follow(walk: Walk, item: Item, text: string): void {
  const reach = item.as === "plugin" ? reachOfPlugin(text) : reachOf(text);
  const trouble = troubleIn(walk.source, item.path, reach);
  if (trouble !== null) blame(walk, item.root, trouble);
  for (const reached of reach.paths) followPath(walk, item, reached);
}

function troubleIn(source: ClosureSource, file: string, reach: Reach): Rendered | null {
  const [remote] = reach.remotes;
  if (reach.fault !== null) return { kind: "broken", error: { file, ...reach.fault } };
  if (remote !== undefined && !source.remote) return notFetched(file, remote);
  if (reach.helm && !source.helm) {
    return {
      kind: "unavailable",
      why: `\`${file}\` uses helm charts, and helm is not run unless the operator sets TAGBOAT_RENDER_HELM`,
    };
  }
  return null;
}

function notFetched(file: string, remote: string): Rendered {
  // A URL may hold credentials.
  const shown = remote.replace(/\/\/[^/@]*@/, "//").trim();
  return {
    kind: "unavailable",
    why: `\`${file}\` builds on ${shown}, and nothing is fetched unless the operator sets TAGBOAT_RENDER_REMOTE`,
  };
}

function followPath(walk: Walk, item: Item, reached: ReachedPath): void {
  const path = realPath(pathFrom(item.root, reached.path), linkIn(walk));
  const node = path === null ? undefined : walk.tree.get(path);
  if (path === null) {
    leaves(walk, item, reached);
  } else if (node !== undefined && isPlain(node.mode)) {
    enter(walk, { path, as: reached.kind === "plugin" ? "plugin" : "data", root: item.root });
  } else if (walk.folders.has(path)) {
    followFolder(walk, item, reached, path);
  } else if (reached.kind === "root" || reached.kind === "plugin") {
    missing(walk, item, reached);
  }
}

function followFolder(walk: Walk, item: Item, { kind }: ReachedPath, folder: string): void {
  if (kind === "root" || kind === "plugin") {
    walk.bases.get(item.root)?.add(folder);
    enterFolder(walk, folder);
  }
  if (kind !== "folder" || !walk.source.helm) return;
  for (const { path, mode } of walk.source.paths) {
    if (isPlain(mode) && path.startsWith(`${folder}/`))
      enter(walk, { path, as: "data", root: item.root });
  }
}

function leaves(walk: Walk, item: Item, { path, line }: ReachedPath): void {
  const message = `\`${path}\` leads out of the repo`;
  blame(walk, item.root, { kind: "broken", error: { message, file: item.path, line } });
}

// kustomize takes what is neither file nor folder for a place to fetch from: it does not get to see such a tree.
function missing(walk: Walk, item: Item, { path, line }: ReachedPath): void {
  if (looksRemote(path)) {
    if (!walk.source.remote) blame(walk, item.root, notFetched(item.path, path));
    return;
  }
  const message = `\`${path}\` is not in the repo`;
  blame(walk, item.root, { kind: "broken", error: { message, file: item.path, line } });
}

function blame(walk: Walk, root: string, trouble: Rendered): void {
  if (!walk.troubles.has(root)) walk.troubles.set(root, trouble);
}

/** The first trouble in what an overlay builds on, itself first. */
function troubleOf(walk: Walk, overlay: string): Rendered | null {
  const reached = new Set([overlay]);
  for (const folder of reached) {
    const trouble = walk.troubles.get(folder);
    if (trouble !== undefined) return trouble;
    for (const base of walk.bases.get(folder) ?? []) reached.add(base);
  }
  return null;
}
