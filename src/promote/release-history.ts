import type { Config, Environment } from "../model/config.ts";
import type { FileVersion } from "../model/pulls.ts";
import { artifactsIn, fits, type HeldArtifact, sameVersion, versionOf } from "./held-artifacts.ts";

/** What an overlay held, from when to when. */
export interface HeldRelease {
  readonly artifacts: readonly HeldArtifact[];
  /** The file as it stood last. */
  readonly text: string;
  /** The commit that brought it. */
  readonly commit: string;
  readonly since: Date;
  /** `null`: it is there now. */
  readonly until: Date | null;
}

/**
 * The releases that an overlay held, newest first. Versions of the file that change nothing of what is tracked are one release.
 * @param versions newest first.
 */
export function releasesOf(
  config: Config,
  environment: Environment,
  versions: readonly FileVersion[],
): readonly HeldRelease[] {
  const releases: HeldRelease[] = [];
  let until: Date | null = null;
  for (const { at, commit, file } of versions) {
    const text = file.kind === "text" ? file.text : "";
    const artifacts = artifactsIn(config, environment, text);
    const since = new Date(at);
    const last = releases.at(-1);
    if (last !== undefined && sameArtifacts(last.artifacts, artifacts))
      releases.splice(-1, 1, { ...last, since, commit });
    else releases.push({ artifacts, text, commit, since, until });
    until = since;
  }
  return releases.filter(({ artifacts }) => artifacts.length > 0);
}

/** Milliseconds that a release was there. */
export function heldFor({ since, until }: HeldRelease, now: Date): number {
  return Math.max(0, (until ?? now).getTime() - since.getTime());
}

export function sameArtifacts(a: readonly HeldArtifact[], b: readonly HeldArtifact[]): boolean {
  const whole = (one: HeldArtifact): string => JSON.stringify(one);
  return (
    a.length === b.length &&
    JSON.stringify(a.map(whole).sort()) === JSON.stringify(b.map(whole).sort())
  );
}

/** What a person's word for a version names among releases. */
export type Named =
  | { readonly kind: "one"; readonly release: HeldRelease }
  | { readonly kind: "none" }
  | { readonly kind: "several"; readonly versions: readonly string[] };

/** The newest release that holds the version which `word` names: a tag, a digest, or the start of exactly one. */
export function releaseNamed(releases: readonly HeldRelease[], word: string): Named {
  const matches = releases.flatMap((release) =>
    release.artifacts
      .filter((artifact) => fits(artifact, word))
      .map((artifact) => ({ release, artifact })),
  );
  const exact = matches.filter(({ artifact }) => versionOf(artifact) === word);
  const [first, ...others] = exact.length > 0 ? exact : matches;
  if (first === undefined) return { kind: "none" };
  const different = others.filter(
    ({ artifact }) => artifact.kind !== "ref" && !sameVersion(artifact, first.artifact),
  );
  if (exact.length > 0 || different.length === 0) return { kind: "one", release: first.release };
  const versions = [first, ...different].map(({ artifact }) => versionOf(artifact));
  return { kind: "several", versions: [...new Set(versions)] };
}
