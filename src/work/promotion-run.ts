import type { FileState, Target } from "../model/forge.ts";
import type { Place } from "../model/outcome.ts";
import type { FileVersion } from "../model/pulls.ts";
import { artifactsIn, type HeldArtifact } from "../promote/held-artifacts.ts";
import type { StandingPlace } from "../promote/place-change.ts";
import { type StandingWords, WORD_LABEL } from "../promote/words.ts";
import { pinnedFamily } from "../propose/branch-name.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { Permitted } from "./permitted.ts";
import type { Sources } from "./promotion-sources.ts";
import type { RunParts } from "./run-place.ts";
import type { KnownVersions } from "./version-facts.ts";

/** How far the history of an overlay is read. */
const VERSIONS_READ = 100;

/** One place's promotion while it runs. */
export interface Run {
  readonly parts: RunParts;
  readonly known: KnownRepo;
  readonly asking: Permitted;
  readonly place: Place;
  readonly sources: Sources;
  readonly paths: readonly string[];
  readonly versions: KnownVersions;
  /** What people said that stands; of the first look nothing. */
  words: StandingWords;
  /** Of the sources' files, once they were needed. */
  histories: ReadonlyMap<string, readonly FileVersion[]> | null;
}

/** Files as they stand, by what was read. */
export interface Standing {
  /** The place's own. */
  readonly files: ReadonlyMap<string, FileState>;
  /** Those of the sources, by {@link onBase}: another branch may have the same paths. */
  readonly sources: ReadonlyMap<string, FileState>;
  readonly folders: ReadonlyMap<string, readonly string[]>;
}

/** As the index remembers it. */
export function indexed({ known, place }: Run): Standing {
  const own = known.branches.find(({ branch }) => branch === place.base)?.files ?? [];
  const all = known.branches.flatMap(({ branch, files }) =>
    files.map((file) => [onBase(branch, file.path), file] as const),
  );
  return {
    files: new Map(own.map((file) => [file.path, file])),
    folders: new Map(),
    sources: new Map(all),
  };
}

/** Key of a file of a branch. */
export function onBase(base: string, path: string): string {
  return JSON.stringify([base, path]);
}

/** Runs of one base: several where their releases go together. */
type Runs = readonly [Run, ...Run[]];

/** The places with their sources' files, wherever they live; of the branch, too. One request. */
export function readTarget(runs: Runs, branch: string | null): Promise<Target | null> {
  const [{ known, parts, place }] = runs;
  const { same, beside } = sourceFiles(runs);
  const components = runs.length === 1 ? [] : runs.flatMap((run) => run.place.component ?? []);
  return parts.forge.readTarget({
    repo: known.repo,
    base: place.base,
    head: branch,
    files: [...runs.flatMap(({ paths }) => paths), ...same],
    beside,
    messages: same,
    counted: WORD_LABEL,
    ...(branch === null ? {} : { siblings: pinnedFamily({ ...place, components }) }),
  });
}

/** The sources' files: on the places' base, and on other branches. */
function sourceFiles(runs: Runs) {
  const [{ place }] = runs;
  const overlays = runs.flatMap(({ sources }) => sources.overlays);
  const on = (branch: string): readonly string[] =>
    overlays.filter(({ base }) => base === branch).map(({ file }) => file);
  const others = new Set(overlays.map(({ base }) => base));
  others.delete(place.base);
  const beside = [...others].map((branch) => ({ branch, files: on(branch) }));
  return { same: on(place.base), beside };
}

/** What the target tells of the sources' files. */
export function sourcesIn(runs: Runs, target: Target): ReadonlyMap<string, FileState> {
  const [{ place }] = runs;
  const { same } = sourceFiles(runs);
  const found = new Map<string, FileState>();
  for (const path of same) {
    const file = target.files.get(path);
    if (file !== undefined) found.set(onBase(place.base, path), file);
  }
  for (const [branch, files] of target.beside)
    for (const [path, file] of files) found.set(onBase(branch, path), file);
  return found;
}

/** Messages of the last commits of the sources' files, file by file. */
export function sourceMessages(runs: Runs, { messages }: Target): readonly (readonly string[])[] {
  const [{ place }] = runs;
  const { beside, same } = sourceFiles(runs);
  const all = [{ branch: place.base, files: same }, ...beside];
  return all.flatMap(({ branch, files }) =>
    files.map((path) => messages?.get(branch)?.get(path) ?? []),
  );
}

/** The histories of the sources' files. One request for each. */
export async function readHistories({ known, parts, sources }: Run) {
  const found = new Map<string, readonly FileVersion[]>();
  for (const { base, file } of sources.overlays)
    found.set(onBase(base, file), await parts.pulls.history(known.repo, base, file, VERSIONS_READ));
  return found;
}

/** What comes, and what stands in its places. */
export async function learnVersions(
  { asking, versions }: Run,
  place: StandingPlace,
  coming: readonly HeldArtifact[],
): Promise<void> {
  const names = new Set(coming.map((one) => (one.kind === "image" ? one.image : "")));
  const present = place.paths.flatMap((path) => {
    const file = place.files.get(path);
    return file?.kind === "text" ? artifactsIn(asking.config, asking.environment, file.text) : [];
  });
  for (const one of [...coming, ...present])
    if (one.kind === "image" && names.has(one.image))
      await versions.learn(one.deployed, one.version);
}

/** The place as the planning sees it. */
export function standingPlace({ asking, paths, versions }: Run, standing: Standing): StandingPlace {
  return {
    config: asking.config,
    environment: asking.environment,
    files: standing.files,
    folders: standing.folders,
    paths,
    keyOf(image, version) {
      const facts = versions.of(image, version);
      return facts?.kind === "found" ? facts.key : null;
    },
  };
}
