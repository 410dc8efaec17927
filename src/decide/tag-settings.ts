import type { TagPolicy } from "../model/config.ts";
import type { Findings } from "./config-findings.ts";
import type { WrittenImage } from "./config-schema.ts";
import type { ValuePath } from "./config-text.ts";
import { milliseconds } from "./config-times.ts";
import { isPlatform } from "./platforms.ts";
import { compilePattern } from "./safe-pattern.ts";
import { isRange } from "./version-range.ts";

/** The tag policy of an image's rule; what cannot be is added to `findings`. */
export function tagPolicyOf(
  { tags: written, verify }: Pick<WrittenImage, "tags" | "verify">,
  path: ValuePath,
  findings: Findings,
): TagPolicy {
  const ignore = typeof written.ignore === "string" ? [written.ignore] : (written.ignore ?? []);
  const policy: TagPolicy = {
    ...written,
    ignore,
    age: milliseconds(written.age ?? "0s", [...path, "age"], findings),
  };
  checkPatterns(policy, typeof written.ignore === "string", path, findings);
  checkExtract(policy, [...path, "extract"], findings);
  checkVersions(policy, path, findings);
  checkPlatforms(policy, verify, [...path, "platforms"], findings);
  return policy;
}

function checkPatterns(
  policy: TagPolicy,
  ignoresOne: boolean,
  path: ValuePath,
  findings: Findings,
): void {
  checkPattern(policy.match, [...path, "match"], findings);
  checkPattern(policy.extract, [...path, "extract"], findings);
  for (const [index, source] of policy.ignore.entries())
    checkPattern(source, [...path, "ignore", ...(ignoresOne ? [] : [index])], findings);
}

function checkPattern(source: string | null, path: ValuePath, findings: Findings): void {
  if (source === null) return;
  const reading = compilePattern(source);
  if (reading.kind !== "invalid") return;
  const goNamed = source.includes("(?P<")
    ? " Write a named group as `(?<ts>…)`, without the P."
    : "";
  findings.error(path, `This ${reading.message}.${goNamed}`);
}

function checkExtract({ extract, order }: TagPolicy, path: ValuePath, findings: Findings): void {
  if (extract === null) return;
  if (!/\((?!\?[:=!]|\?<[=!])/.test(extract)) {
    findings.error(path, "Put the part to compare into a group: `^main-(\\d+)$`.");
  }
  if (order === "build-time") {
    const message = "`extract` is not used with `order: build-time`: choose another order.";
    findings.warning(path, message);
  }
}

function checkVersions(policy: TagPolicy, path: ValuePath, findings: Findings): void {
  const { order, prerelease, range } = policy;
  if (prerelease !== null && order !== "semver") {
    findings.error([...path, "prerelease"], "`prerelease` needs `order: semver`.");
  }
  if (range === null) return;
  if (order !== "semver") findings.error([...path, "range"], "`range` needs `order: semver`.");
  else if (!isRange(range)) {
    const message = "This is no range of versions: write it like `>=1.2 <2`.";
    findings.error([...path, "range"], message);
  }
}

function checkPlatforms(
  { platforms }: TagPolicy,
  verify: WrittenImage["verify"],
  path: ValuePath,
  findings: Findings,
): void {
  for (const [index, platform] of platforms.entries()) {
    if (isPlatform(platform)) continue;
    findings.error([...path, index], "Write a platform like linux/amd64 or linux/arm/v7.");
  }
  if (platforms.length > 0 && verify === "none") {
    const message = "Only the registry tells the platforms: they need `verify: registry`.";
    findings.error(path, message);
  }
}
