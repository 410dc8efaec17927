import { placesAt } from "../decide/environment-paths.ts";
import { folderOf, isKustomizationPath, readEntries } from "../decide/kustomization.ts";
import { CONFIG_PATH, type Config, type Environment } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { PullFacts } from "../model/pulls.ts";
import { artifactsIn, type HeldArtifact, nameOf, sameVersion } from "../promote/held-artifacts.ts";
import type { KnownRepo } from "./known-repo.ts";

/** A place whose files a pull request changes. */
export interface TouchedPlace {
  readonly environment: Environment;
  readonly component: string | null;
  readonly files: readonly string[];
}

/** What a pull request touches of what Tagboat tracks, told from its list of files alone. */
export interface Touched {
  readonly places: readonly TouchedPlace[];
  readonly config: boolean;
}

/** Files that come to a branch. */
export interface FilesOnBase extends Pick<PullFacts, "files" | "filesComplete"> {
  readonly base: { readonly branch: string };
}

/** The places and the config that a pull request's files belong to, by the config in force. */
export function touchedBy(known: KnownRepo, config: Config, change: FilesOnBase): Touched {
  const { branch } = change.base;
  const paths = pathsOf(change);
  // What the host does not list may be anything: then every file that is known counts.
  const listed = change.filesComplete ? paths : [...paths, ...ownFiles(known, branch)];
  const places = new Map<string, TouchedPlace & { readonly files: string[] }>();
  for (const path of new Set(listed.filter(isKustomizationPath)))
    for (const { component, environment } of placesOn(known, config, branch, path)) {
      const key = JSON.stringify([environment.name, component]);
      const place = places.get(key) ?? { environment, component, files: [] };
      place.files.push(path);
      places.set(key, place);
    }
  const isMain = branch === known.index.defaultBranch;
  const isConfig = isMain && (paths.includes(CONFIG_PATH) || !change.filesComplete);
  return { places: [...places.values()], config: isConfig };
}

/** Every path that a change is about, that of a renamed file before and after. */
export function pathsOf({ files }: Pick<PullFacts, "files">): readonly string[] {
  return files.flatMap(({ path, previousPath }) => [path, previousPath ?? path]);
}

function placesOn({ index }: KnownRepo, config: Config, branch: string, path: string) {
  return placesAt(config, folderOf(path)).filter(
    ({ environment }) => (environment.branch ?? index.defaultBranch) === branch,
  );
}

function ownFiles(known: KnownRepo, branch: string): readonly string[] {
  return known.index.overlays.filter(({ base }) => base === branch).map(({ file }) => file);
}

/** An artifact of a place that a pull request changes; `now` `null`: it is taken away, or its file cannot be read any more. */
export interface ChangedArtifact {
  readonly file: string;
  readonly now: HeldArtifact | null;
  readonly before: HeldArtifact | null;
}

/** The artifacts that come to a place, or leave it. */
export function changedArtifacts(
  config: Config,
  { environment, files }: TouchedPlace,
  base: ReadonlyMap<string, FileState>,
  head: ReadonlyMap<string, FileState>,
): readonly ChangedArtifact[] {
  return files.flatMap((file) => {
    const before = artifactsOf(config, environment, base.get(file));
    const now = artifactsOf(config, environment, head.get(file));
    const came = now.filter((one) => !before.some((other) => isSame(other, one)));
    const left = before.filter((one) => !now.some((other) => nameOf(other) === nameOf(one)));
    return [
      ...unknownChange(file, base.get(file), head.get(file)),
      ...came.map((one) => ({
        file,
        now: one,
        before: before.find((other) => nameOf(other) === nameOf(one)) ?? null,
      })),
      ...left.map((one) => ({ file, now: null, before: one })),
    ];
  });
}

/** What cannot be read, before or after, may change any image. */
function unknownChange(
  file: string,
  before: FileState | undefined,
  now: FileState | undefined,
): readonly ChangedArtifact[] {
  const known = isReadable(before) && isReadable(now);
  return known || isSameFile(before, now) ? [] : [{ file, now: null, before: null }];
}

function isReadable(file: FileState | undefined): boolean {
  if (file === undefined || file.kind === "absent") return true;
  return file.kind === "text" && readEntries(file.text).trouble === null;
}

function isSameFile(before: FileState | undefined, now: FileState | undefined): boolean {
  const [one, other] = [before, now].map((file) =>
    file === undefined || file.kind === "absent" ? null : `${file.mode} ${file.oid}`,
  );
  return one === other;
}

function artifactsOf(
  config: Config,
  environment: Environment,
  file: FileState | undefined,
): readonly HeldArtifact[] {
  return file?.kind === "text" ? artifactsIn(config, environment, file.text) : [];
}

/** By another name in the registry another image may come. */
function isSame(a: HeldArtifact, b: HeldArtifact): boolean {
  if (nameOf(a) !== nameOf(b) || !sameVersion(a, b)) return false;
  if (a.kind === "ref" || b.kind === "ref") return true;
  return a.deployed === b.deployed && (a.version.digest === null) === (b.version.digest === null);
}
