import { trackedImage } from "../decide/image-pattern.ts";
import { type Entry, type KustomizationFacts, readEntries } from "../decide/kustomization.ts";
import { compareVersions } from "../decide/order.ts";
import { isComparable, versionIn } from "../decide/plan-entry.ts";
import type { PlanRow } from "../decide/tracking-plan.ts";
import type { Change, ImageChange, RefChange } from "../model/change.ts";
import type { Config, Environment } from "../model/config.ts";
import type { FileState } from "../model/forge.ts";
import type { ImageName, ImageVersion } from "../model/image.ts";
import type { Artifact, ImageArtifact, OrderKey } from "../model/release.ts";
import { sourceName } from "./held-artifacts.ts";

/** What a pinned proposal sets, and the files that it is to be set in now. */
export interface ReplayInput {
  readonly config: Config;
  readonly environment: Environment;
  readonly files: ReadonlyMap<string, FileState>;
  readonly changes: readonly Change[];
  readonly artifacts: readonly Artifact[];
  /** Build time of a version in an entry; `null`: nobody knows. */
  keyOf(image: ImageName, version: ImageVersion): OrderKey | null;
}

/** What is left of a pinned proposal on another base. */
export type Replay =
  | {
      readonly kind: "planned";
      /** Empty: the base holds all of it. */
      readonly changes: readonly Change[];
      readonly rows: readonly PlanRow[];
      /** Entries that hold a newer version than what comes. */
      readonly newer: readonly PlanRow[];
    }
  /** A file or an entry is not there any more. */
  | { readonly kind: "gone"; readonly file: string; readonly what: string };

/** The same values on today's files. Pure: the same files and values, the same changes. */
export function replayChanges(input: ReplayInput): Replay {
  const found: Found = { changes: [], rows: [], newer: [] };
  for (const change of input.changes) {
    const file = input.files.get(change.file);
    if (file?.kind !== "text") return { kind: "gone", file: change.file, what: "it" };
    const facts = readEntries(file.text);
    const isPlaced =
      change.kind === "ref"
        ? replayRef(change, facts, found)
        : replayImage(input, change, facts, found);
    const what = change.kind === "ref" ? change.repo : change.entry;
    if (!isPlaced) return { kind: "gone", file: change.file, what };
  }
  return { kind: "planned", ...found };
}

interface Found {
  readonly changes: Change[];
  readonly rows: PlanRow[];
  readonly newer: PlanRow[];
}

function replayRef(change: RefChange, { refs }: KustomizationFacts, found: Found): boolean {
  const own = refs.filter(({ repo }) => repo === change.repo);
  if (own.some(({ ref }) => ref !== change.ref)) found.changes.push(change);
  return own.length > 0;
}

function replayImage(
  input: ReplayInput,
  change: ImageChange,
  { entries }: KustomizationFacts,
  found: Found,
): boolean {
  const entry = entries.find(({ name }) => name === change.entry);
  const whole = entry === undefined ? null : wholeChange(change, entry, input.artifacts);
  if (entry === undefined || whole === null) return false;
  if (isHeld(whole, entry)) return true;
  const row = rowOf(whole, entry);
  found.changes.push(whole);
  found.rows.push(row);
  if (isNewer(input, entry, whole)) found.newer.push(row);
  return true;
}

/**
 * With every field told: an entry that was given a digest or a tag since would keep it beside the new version, and what
 * deploys is the digest. `null`: it wants a digest now, and nobody knows it.
 */
function wholeChange(
  change: ImageChange,
  entry: Entry,
  artifacts: readonly Artifact[],
): ImageChange | null {
  const { digest, newTag } = change;
  const bare = newTag === undefined && entry.newTag !== null ? { newTag: null } : {};
  if (entry.digest === null || digest !== undefined) return { ...change, ...bare };
  const known = digestOf(artifacts, newTag ?? null);
  return known === null ? null : { ...change, ...bare, digest: known };
}

function digestOf(artifacts: readonly Artifact[], tag: string | null): string | null {
  const own = artifacts.find(
    (one): one is ImageArtifact => one.kind === "image" && one.tag === tag,
  );
  return own?.digest ?? null;
}

function isHeld({ digest, newName, newTag }: ImageChange, entry: Entry): boolean {
  return (
    (newName === undefined || newName === entry.newName) &&
    (newTag === undefined || newTag === entry.newTag) &&
    (digest === undefined || digest === entry.digest)
  );
}

function rowOf(change: ImageChange, entry: Entry): PlanRow {
  const kept = change.newName === undefined ? (entry.image ?? entry.name) : entry.name;
  return {
    file: change.file,
    image: change.newName ?? kept,
    from: versionIn(entry),
    to: { tag: change.newTag ?? null, digest: change.digest ?? null },
  };
}

function isNewer(input: ReplayInput, entry: Entry, change: ImageChange): boolean {
  const now = versionIn(entry);
  if (now === null || entry.image === null) return false;
  const source = sourceName(input.config, input.environment, entry.image);
  const rule = source === null ? null : (trackedImage(input.config, source)?.rule ?? null);
  const tag = change.newTag ?? null;
  if (rule === null || !isComparable(rule.tags, entry, tag ?? "")) return false;
  const coming = input.artifacts.find(
    (one): one is ImageArtifact =>
      one.kind === "image" &&
      one.image === source &&
      (tag === null ? one.digest === change.digest : one.tag === tag),
  );
  const orderKey = coming?.orderKey ?? null;
  const version = { tag, digest: change.digest ?? coming?.digest ?? null, orderKey };
  const present = { ...now, orderKey: input.keyOf(entry.image, now) };
  return compareVersions(rule.tags, version, present) === "older";
}
