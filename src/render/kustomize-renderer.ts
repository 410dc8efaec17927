import { lstat, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildTree, Rendered, Renderer, RenderJob } from "../model/render.ts";
import { buildError } from "./build-error.ts";
import type { Kustomize } from "./find-kustomize.ts";
import { type Ended, type Limits, runLimited } from "./limited-process.ts";
import { pathFrom, realPath } from "./tree-path.ts";

export interface KustomizeRendererOptions {
  readonly kustomize: Kustomize;
  readonly remote: boolean;
  readonly helm: boolean;
  /** Where programs that builds start are found (git for remote bases, helm); unused as long as neither is allowed. */
  readonly searchPath: string;
  /** Where private folders are made; absent: the system's place for temporary files. */
  readonly folder?: string;
  /** From `findNetworkWall`; taken down where builds may fetch. */
  readonly networkWall?: readonly string[];
  readonly limits?: Partial<Limits>;
}

// A present-day kubectl reserves 800 MB of address space before it does anything; a large build uses some 200 MB of it.
const LIMITS: Limits = { time: 10_000, memory: 2_000_000_000, output: 10_000_000 };
/** Processes of one Tagboat at a time: builds must not starve the webhooks. */
const AT_A_TIME = 2;

/**
 * The port `Renderer` on the real kustomize. Files live in a private folder for as long as a job takes. Without permission to
 * fetch, a build finds neither git nor helm, and its web proxy is a closed port; plugins are off as kustomize has them.
 */
export function createKustomizeRenderer(options: KustomizeRendererOptions): Renderer {
  const limits = { ...LIMITS, ...options.limits };
  const gate = new Gate(AT_A_TIME);
  return {
    remote: options.remote,
    helm: options.helm,
    async render({ files, overlays }: RenderJob) {
      const all = (answer: Rendered) => new Map(overlays.map((overlay) => [overlay, answer]));
      const refusal = unsafe(files);
      if (refusal !== null) return all(refusal);
      const home = await makeHome(options.folder ?? tmpdir());
      if (home === null) return all({ kind: "unavailable", why: "there is no folder to build in" });
      try {
        const root = join(home, "repo");
        const unwritten = await writeTree(root, files);
        if (unwritten !== null) return all(unwritten);
        const results = overlays.map(async (overlay) => {
          const ended = await gate.run(() => build(options, limits, home, pathFrom(root, overlay)));
          return [overlay, rendered(ended, limits, { root, overlay, files })] as const;
        });
        return new Map(await Promise.all(results));
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

const HOME_PREFIX = "tagboat-render-";

/** A new folder that only we may enter; `null` where nothing can be written, as in a container with a read-only disk. */
async function makeHome(folder: string): Promise<string | null> {
  try {
    return await realpath(await mkdtemp(join(folder, HOME_PREFIX)));
  } catch {
    return null;
  }
}

/** Removes what processes that were killed left behind: private folders of ours older than an hour. */
export async function sweepBuildFolders(now: Date, folder = tmpdir()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(HOME_PREFIX)) continue;
    const path = join(folder, name);
    const facts = await lstat(path).catch(() => null);
    const old = facts !== null && now.getTime() - facts.mtimeMs > 3_600_000;
    if (old && facts.isDirectory() && facts.uid === process.getuid?.())
      await rm(path, { recursive: true, force: true });
  }
}

/** Why a tree is not written to disk at all. */
function unsafe(files: BuildTree): Rendered | null {
  const linkAt = (path: string): string | null => {
    const node = files.get(path);
    return node?.kind === "link" ? node.target : null;
  };
  for (const [path, node] of files) {
    if (path.split("/").some((part) => ["", ".", ".."].includes(part)))
      return { kind: "broken", error: { message: `\`${path}\` is no path of a repo` } };
    if (node.kind === "link" && realPath(path, linkAt) === null) {
      const message = `the symbolic link \`${path}\` leads out of the repo`;
      return { kind: "broken", error: { message, file: path } };
    }
  }
  return null;
}

/** `null`: all is written. A tree may hold names that this machine's file system does not take. */
async function writeTree(root: string, files: BuildTree): Promise<Rendered | null> {
  await mkdir(root, { mode: 0o700 });
  // Links come last, so that no file is ever written through one.
  const nodes = [...files].sort(([, a], [, b]) => a.kind.localeCompare(b.kind));
  for (const [path, node] of nodes) {
    const place = join(root, path);
    try {
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      if (node.kind === "file") await writeFile(place, node.bytes, { mode: 0o600, flag: "wx" });
      else await symlink(node.target, place);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      return {
        kind: "unavailable",
        why: `\`${path}\` could not be written for the build (${code})`,
      };
    }
  }
  return null;
}

function build(
  options: KustomizeRendererOptions,
  limits: Limits,
  home: string,
  folder: string,
): Promise<Ended> {
  const { kustomize, networkWall = [], remote, helm, searchPath } = options;
  const program = [...(remote ? [] : networkWall), ...kustomize.argv];
  const argv = [...program, ...(helm ? ["--enable-helm"] : []), folder];
  return runLimited({ argv, cwd: home, env: environment(home, remote, helm, searchPath) }, limits);
}

/** Nothing of our own environment: it holds the App's key. */
function environment(
  home: string,
  remote: boolean,
  helm: boolean,
  searchPath: string,
): Record<string, string> {
  const closed = "http://127.0.0.1:9";
  return {
    HOME: home,
    TMPDIR: home,
    XDG_CONFIG_HOME: home,
    KUBECONFIG: join(home, "none"),
    GOMEMLIMIT: "1GiB",
    GIT_TERMINAL_PROMPT: "0",
    PATH: remote || helm ? searchPath : join(home, "none"),
    ...(remote ? {} : { HTTP_PROXY: closed, HTTPS_PROXY: closed, ALL_PROXY: closed }),
  };
}

function rendered(
  ended: Ended,
  limits: Limits,
  built: { root: string; overlay: string; files: BuildTree },
): Rendered {
  if (ended.kind === "not-started")
    return { kind: "unavailable", why: `kustomize does not start: ${ended.detail}` };
  if (ended.kind === "stopped") {
    const why =
      ended.why === "time"
        ? `the build took more than ${limits.time / 1000} s`
        : `the build wrote more than ${limits.output / 1_000_000} MB`;
    return { kind: "unavailable", why };
  }
  if (ended.code === 0) return { kind: "rendered", text: ended.out };
  // How Go's runtime ends when it gets no memory; without a code it was killed from outside, most likely for the same.
  if (ended.code < 0 || /^(fatal error|runtime): /m.test(ended.err))
    return { kind: "unavailable", why: "the build took more memory than it may have" };
  return { kind: "broken", error: buildError(ended.err, built) };
}

/** Lets so many through at a time, the others in order. */
class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
