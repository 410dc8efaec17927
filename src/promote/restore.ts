import { type Entry, readEntries } from "../decide/kustomization.ts";
import { entryTrouble, versionIn } from "../decide/plan-entry.ts";
import { type PlanFile, readPlanFiles } from "../decide/plan-files.ts";
import type { PlanRow } from "../decide/tracking-plan.ts";
import type { Change } from "../model/change.ts";
import type { Refusal } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import { type HeldArtifact, sourceName } from "./held-artifacts.ts";
import type { StandingPlace } from "./place-change.ts";
import type { HeldRelease } from "./release-history.ts";

/** What brings a file back to a release that it held. */
export type Restored =
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | {
      readonly kind: "planned";
      readonly changes: readonly Change[];
      readonly rows: readonly PlanRow[];
      /** Those that the file has a place for. */
      readonly artifacts: readonly HeldArtifact[];
    };

/**
 * Every tracked entry as it was, name and tag and digest, whatever the rules would make of it today: what ran is known to run.
 * What the file has besides stays. Pure.
 */
export function restoreFile(place: StandingPlace, path: string, to: HeldRelease): Restored {
  const [file] = readPlanFiles({ ...place, paths: [path] });
  if (file === undefined || file.trouble !== null)
    return { kind: "refused", refusal: file?.trouble ?? gone(path, path) };
  const found: Found = { changes: [], rows: [], artifacts: [] };
  for (const artifact of to.artifacts.filter(({ kind }) => kind === "ref")) {
    const refusal = restoreRef(file, artifact, to, found);
    if (refusal !== null) return { kind: "refused", refusal };
  }
  for (const was of lastOfEachName(readEntries(to.text).entries)) {
    const refusal = restoreEntry(place, file, { was, to }, found);
    if (refusal !== null) return { kind: "refused", refusal };
  }
  return { kind: "planned", ...found };
}

interface Found {
  readonly changes: Change[];
  readonly rows: PlanRow[];
  readonly artifacts: HeldArtifact[];
}

/** kustomize applies all entries of one name, and the last has the last word. */
function lastOfEachName(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.name, entry])).values()];
}

function restoreEntry(
  place: StandingPlace,
  file: PlanFile,
  { to, was }: { readonly was: Entry; readonly to: HeldRelease },
  found: Found,
): Refusal | null {
  const image = was.image === null ? null : sourceName(place.config, place.environment, was.image);
  const version = versionIn(was);
  if (was.image === null || image === null || version === null) return null;
  const now = entryNow(place, file, was, image);
  if (now === undefined) return gone(file.path, was.name);
  const target = { file: file.path, name: now.name, entry: now, rename: null, image: was.image };
  const trouble = entryTrouble(target, file);
  if (trouble !== null) return trouble;
  found.artifacts.push(
    ...to.artifacts.filter((one) => one.kind === "image" && one.image === image),
  );
  const newName = nameIn(now, was);
  const { digest, newTag } = was;
  if (newName === now.newName && newTag === now.newTag && digest === now.digest) return null;
  const change = { kind: "image" as const, file: file.path, entry: now.name };
  found.changes.push({ ...change, newName, newTag, digest });
  found.rows.push({ file: file.path, image: was.image, from: versionIn(now), to: version });
  return null;
}

/** The entry of that name, else one that deploys the same image by another. */
function entryNow(
  { config, environment }: StandingPlace,
  { entries }: PlanFile,
  was: Entry,
  image: string,
): Entry | undefined {
  return (
    entries.find(({ name }) => name === was.name) ??
    entries.find(
      (one) => one.image !== null && sourceName(config, environment, one.image) === image,
    )
  );
}

/** What `newName` has to say for the entry to deploy what it did. */
function nameIn(now: Entry, was: Entry): string | null {
  if (now.name === was.name) return was.newName;
  const deployed = was.newName ?? was.name;
  return deployed === now.name ? null : deployed;
}

function restoreRef(
  { path, refs }: PlanFile,
  artifact: HeldArtifact,
  to: HeldRelease,
  found: Found,
): Refusal | null {
  if (artifact.kind !== "ref") return null;
  const { ref, repo } = artifact;
  const own = refs.filter((one) => one.repo === repo);
  if (own.length === 0) return gone(path, repo);
  if (to.artifacts.some((one) => one.kind === "ref" && one.repo === repo && one.ref !== ref)) {
    const message = `The release before had several refs of ${code(repo)}: only a person can bring them back.`;
    return { reason: "file-ambiguous", message, file: path };
  }
  found.artifacts.push(artifact);
  if (own.some((one) => one.ref !== ref))
    found.changes.push({ kind: "ref", file: path, repo, ref });
  return null;
}

function gone(file: string, what: string): Refusal {
  const message = `It has no entry for ${code(what)} any more, which the release before had: add it, or revert by hand.`;
  return { reason: "entry-missing", message, file };
}
