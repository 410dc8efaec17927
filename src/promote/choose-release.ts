import { renderDuration } from "../decide/duration.ts";
import type { Config, Environment } from "../model/config.ts";
import type { Ban } from "../model/holds.ts";
import type { RefuseReason } from "../model/outcome.ts";
import { cell, code, table } from "../model/outside-text.ts";
import type { FileVersion } from "../model/pulls.ts";
import { type HeldArtifact, nameOf, sameVersion, versionOf } from "./held-artifacts.ts";
import { fromHereOn } from "./ladder.ts";
import { type HeldRelease, heldFor, releaseNamed, releasesOf } from "./release-history.ts";

/** An overlay that a release may come from. */
export interface SourceFile {
  readonly environment: Environment;
  readonly file: string;
  /** Newest first. */
  readonly versions: readonly FileVersion[];
  /** `false`: only the version of now was read. */
  readonly whole: boolean;
}

export interface ReleaseWish {
  readonly config: Config;
  readonly sources: readonly SourceFile[];
  /** A person's word for a version; `null`: the newest that may go on. */
  readonly to: string | null;
  /** How long it was there at least, in milliseconds. */
  readonly soak: number;
  readonly bans: readonly Ban[];
  readonly now: Date;
  /** Whether the target has somewhere to put it: what it does not take need not agree. */
  takes(artifact: HeldArtifact): boolean;
}

/** Why a command does nothing: `message` is Markdown that says what to do. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: RefuseReason;
  readonly message: string;
}

export type Choice =
  /** The version of now does not answer it: read the history of the sources. */
  | { readonly kind: "history-needed" }
  | Refused
  | {
      readonly kind: "chosen";
      readonly artifacts: readonly HeldArtifact[];
      /** When the release came to its last source; `null`: not read. */
      readonly since: Date | null;
      /** Newer ones that may not go on, each with who banned it. Markdown. */
      readonly passed: readonly string[];
    };

/** Which release goes on: the newest that was in each source long enough and is not banned, or the one that is named. */
export function chooseRelease(wish: ReleaseWish): Choice {
  const chosen: ChosenRelease[] = [];
  for (const source of wish.sources) {
    const one = ofSource(wish, source);
    if (!("kind" in one)) chosen.push({ source, release: one });
    // An overlay that holds nothing says nothing against another that does.
    else if (one.kind === "history-needed" || one.reason !== "nothing-to-promote") return one;
  }
  return together(wish, chosen);
}

interface ChosenRelease {
  readonly source: SourceFile;
  readonly release: HeldRelease;
}

function together(wish: ReleaseWish, chosen: readonly ChosenRelease[]): Choice {
  const all = chosen.map(({ source, release }) => ({
    file: source.file,
    artifacts: release.artifacts,
  }));
  const taken = all.map(({ artifacts, file }) => ({
    file,
    artifacts: artifacts.filter((artifact) => wish.takes(artifact)),
  }));
  const disagreement = disagreementOf(taken);
  if (disagreement !== null) return disagreement;
  // Where the target has a place for none of it, its plan tells which entries are missing.
  const held = taken.some(({ artifacts }) => artifacts.length > 0) ? taken : all;
  const artifacts = new Map<string, HeldArtifact>();
  for (const artifact of held.flatMap((one) => one.artifacts))
    if (!artifacts.has(nameOf(artifact))) artifacts.set(nameOf(artifact), artifact);
  if (artifacts.size === 0) return nothing(wish);
  const whole = wish.sources.every((source) => source.whole);
  const times = chosen.map(({ release }) => release.since.getTime());
  const since = whole ? new Date(Math.max(...times)) : null;
  const passed = [...new Set(chosen.flatMap((one) => passedOver(wish, one)))];
  return { kind: "chosen", artifacts: [...artifacts.values()], since, passed };
}

/** As many as are told of those that are banned. */
const PASSED_SHOWN = 3;

/** Who asks for the newest is told why another comes. */
function passedOver(wish: ReleaseWish, { release, source }: ChosenRelease): readonly string[] {
  if (wish.to !== null) return [];
  const releases = releasesOf(wish.config, source.environment, source.versions);
  return releases
    .slice(
      0,
      Math.max(
        0,
        releases.findIndex(({ commit }) => commit === release.commit),
      ),
    )
    .filter((newer) => !isFree(wish, newer))
    .slice(0, PASSED_SHOWN)
    .map((newer) => `Passed over: ${banned(wish, newer).message}`);
}

function ofSource(
  wish: ReleaseWish,
  source: SourceFile,
): HeldRelease | Exclude<Choice, { kind: "chosen" }> {
  const releases = releasesOf(wish.config, source.environment, source.versions);
  const where = code(source.environment.name);
  if (wish.to !== null) return named(wish, source, releases, wish.to);
  const [newest] = releases;
  if (newest === undefined)
    return source.whole || source.versions.length > 0 ? nothing(wish) : { kind: "history-needed" };
  const mayGo = releases.find((release) => isFree(wish, release) && isSoaked(wish, release));
  if (mayGo !== undefined) return mayGo;
  if (!source.whole) return { kind: "history-needed" };
  const free = releases.find((release) => isFree(wish, release));
  if (free === undefined) return banned(wish, newest);
  const ran = renderDuration(Math.floor(heldFor(free, wish.now) / 60_000) * 60_000);
  const message = `${versionsOf(free)} was in ${where} for ${ran === "0s" ? "less than a minute" : ran}, and ${renderDuration(wish.soak)} are asked for.`;
  return { kind: "refused", reason: "soak-too-short", message };
}

function named(
  wish: ReleaseWish,
  source: SourceFile,
  releases: readonly HeldRelease[],
  word: string,
): HeldRelease | Exclude<Choice, { kind: "chosen" }> {
  const where = code(source.environment.name);
  const present = releases[0]?.artifacts.some((artifact) => versionOf(artifact) === word) ?? false;
  if (!source.whole && (!present || wish.soak > 0)) return { kind: "history-needed" };
  const found = releaseNamed(releases, word);
  if (found.kind === "none") {
    const message = `${where} never held ${code(word)} (as far as ${code(source.file)} goes back). What is promoted was there before.`;
    return { kind: "refused", reason: "version-unknown", message };
  }
  if (found.kind === "several") {
    const list = found.versions
      .slice(0, 5)
      .map((version) => code(version))
      .join(", ");
    return {
      kind: "refused",
      reason: "version-unknown",
      message: `${code(word)} fits several versions (${list}): write more of it.`,
    };
  }
  if (!isFree(wish, found.release)) return banned(wish, found.release);
  if (isSoaked(wish, found.release)) return found.release;
  const message = `${code(word)} was not in ${where} for ${renderDuration(wish.soak)}.`;
  return { kind: "refused", reason: "soak-too-short", message };
}

function isSoaked({ now, soak }: ReleaseWish, release: HeldRelease): boolean {
  return soak === 0 || heldFor(release, now) >= soak;
}

/** Whether nobody banned any of it. */
export function isFree({ bans }: Pick<ReleaseWish, "bans">, release: HeldRelease): boolean {
  return release.artifacts.every((artifact) => banOf(bans, artifact) === null);
}

/** The bans that reach a place: said there, or of an environment before. */
export function reachingBans(
  config: Config,
  bans: readonly Ban[],
  place: { readonly environment: string; readonly component: string | null },
): readonly Ban[] {
  return bans.filter(
    (ban) =>
      (ban.component === null || ban.component === place.component) &&
      fromHereOn(config, ban.environment).some(({ name }) => name === place.environment),
  );
}

/** The ban that a version falls under; by its digest where both have one. */
export function banOf(bans: readonly Ban[], artifact: HeldArtifact): Ban | null {
  if (artifact.kind === "ref") return null;
  const { tag, digest } = artifact.version;
  const isIt = (ban: Ban): boolean => {
    if (ban.image !== artifact.image) return false;
    if (ban.digest !== null && digest !== null) return ban.digest === digest;
    return ban.tag !== null ? ban.tag === tag : false;
  };
  return bans.find(isIt) ?? null;
}

/** Says who banned a release. */
export function banned({ bans }: Pick<ReleaseWish, "bans">, release: HeldRelease): Refused {
  const [ban] = release.artifacts.flatMap((artifact) => banOf(bans, artifact) ?? []);
  const who = ban === undefined ? "" : ` by ${code(ban.by)} (${cell(ban.reason)})`;
  const message = `${versionsOf(release)} was banned${who}: \`/tagboat unban\` lifts it.`;
  return { kind: "refused", reason: "release-banned", message };
}

function nothing({ sources }: ReleaseWish): Refused {
  const files = sources
    .slice(0, 5)
    .map(({ file }) => code(file))
    .join(", ");
  const message = `${files === "" ? "Nothing" : files} holds no version of anything that goes further: nothing to promote.`;
  return { kind: "refused", reason: "nothing-to-promote", message };
}

function versionsOf({ artifacts }: HeldRelease): string {
  return artifacts
    .slice(0, 3)
    .map((artifact) => code(versionOf(artifact)))
    .join(", ");
}

function disagreementOf(
  held: readonly { readonly file: string; readonly artifacts: readonly HeldArtifact[] }[],
): Refused | null {
  const all = held.flatMap(({ file, artifacts }) =>
    artifacts.map((artifact) => ({ file, artifact })),
  );
  const different = all.filter(({ artifact }) =>
    all.some(
      (other) =>
        nameOf(other.artifact) === nameOf(artifact) && !sameVersion(other.artifact, artifact),
    ),
  );
  if (different.length === 0) return null;
  const rows = different
    .slice(0, 20)
    .map(({ file, artifact }) => [code(file), code(nameOf(artifact)), code(versionOf(artifact))]);
  const folder = (different[0]?.file ?? "").replace(/\/[^/]+$/, "");
  const message = [
    `The overlays that it would come from hold different versions. Name one: ${code(`--from ${folder}`)}.`,
    "",
    table(["file", "what", "version"], rows),
  ].join("\n");
  return { kind: "refused", reason: "sources-disagree", message };
}
