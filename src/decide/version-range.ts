import semver from "semver";

/** A tag as semver reads it: `v` before it and a missing minor or patch number are fine. `null`: no version. */
export function versionOf(tag: string): semver.SemVer | null {
  const strict = semver.parse(tag);
  if (strict) return strict;
  const short = /^v?(\d{1,9})(?:\.(\d{1,9}))?(-[0-9A-Za-z.-]+)?$/.exec(tag);
  return short ? semver.parse(`${short[1]}.${short[2] ?? 0}.0${short[3] ?? ""}`) : null;
}

/** Whether a tag is a pre-release by semver: `1.2.0-rc.1`, and `1.2.0-alpine` as well. */
export function isPrerelease(tag: string): boolean {
  return (versionOf(tag)?.prerelease.length ?? 0) > 0;
}

/** @returns below 0: `a` is older; `null` where one of them is no version. */
export function compareSemver(a: string, b: string): number | null {
  const left = versionOf(a);
  const right = versionOf(b);
  return left && right ? semver.compare(left, right) : null;
}

/** Whether a text is a range that `order: semver` understands. */
export function isRange(text: string): boolean {
  return text.length <= 200 && readRange(text) !== null;
}

/**
 * Whether a version lies in a range. A pre-release does only if `prerelease` says so, if the range names one of the same version
 * (npm's rule), or if a part of the range ends in `-0`, by which Helm, Flux and Argo CD Image Updater let all of them in.
 */
export function inRange(text: string, tag: string, prerelease: boolean): boolean {
  const version = versionOf(tag);
  const range = readRange(text);
  if (version === null || range === null) return false;
  const includePrerelease = prerelease || range.prerelease;
  return semver.satisfies(version, range.text, { includePrerelease });
}

const ANY_PRERELEASE = /-0(?=$|[\s|,])/g;

function readRange(text: string): { readonly text: string; readonly prerelease: boolean } | null {
  const prerelease = text.search(ANY_PRERELEASE) >= 0;
  if (semver.validRange(text) !== null) return { text, prerelease };
  // `1.x-0` is no range of npm's.
  const bare = text.replace(ANY_PRERELEASE, "");
  return prerelease && semver.validRange(bare) !== null ? { text: bare, prerelease } : null;
}
