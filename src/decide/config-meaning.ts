import type { Config, Environment, ImageRule, LabelNames, TagPolicy } from "../model/config.ts";
import { environmentOf } from "./config-environment.ts";
import { Findings } from "./config-findings.ts";
import { ladderFindings } from "./config-ladder.ts";
import type { WrittenConfig, WrittenImage } from "./config-schema.ts";
import type { Finding, ValuePath } from "./config-text.ts";
import { parseImagePattern } from "./image-pattern.ts";
import { isRange } from "./order.ts";
import { compilePattern } from "./safe-pattern.ts";

/** Turns a config of the right shape into what it means, defaults filled in, and says what of it cannot be. */
export function meaningOf(written: WrittenConfig): {
  readonly config: Config;
  readonly findings: readonly Finding[];
} {
  const findings = new Findings();
  const images = written.images.map((image, index) =>
    imageRule(image, ["images", index], findings),
  );
  const environments = written.environments.map((environment, index) =>
    environmentOf(environment, ["environments", index], findings),
  );
  unusedRules(images, findings);
  unverifiedCommits(images, environments, findings);
  return {
    config: { images, environments, mode: written.mode },
    findings: [...findings.list, ...ladderFindings(environments)],
  };
}

function imageRule(written: WrittenImage, path: ValuePath, findings: Findings): ImageRule {
  checkSource(written, path, findings);
  checkTags(written.tags, [...path, "tags"], findings);
  if (written.tag !== null && !isTagTemplate(written.tag)) {
    const message =
      "Write the template from text, {revision}, {run} and parts like {revision:0:4}.";
    findings.error([...path, "tag"], message);
  }
  return {
    ...written,
    name: imagePattern(written.name, [...path, "name"], findings),
    aliases: written.aliases.map((alias, index) =>
      imagePattern(alias, [...path, "aliases", index], findings),
    ),
    labels: labelsOf(written.labels),
  };
}

function labelsOf({ revision, run, runUrl, source }: WrittenImage["labels"]): LabelNames {
  const list = (names: string | readonly string[] = []) =>
    typeof names === "string" ? [names] : names;
  return {
    revision: list(revision),
    source: list(source),
    run: list(run),
    runUrl: list(runUrl),
  };
}

function checkSource(written: WrittenImage, path: ValuePath, findings: Findings): void {
  const source = written.source?.replaceAll("{image}", "image");
  if (source !== undefined && !/^(https:\/\/[\w.-]+\/)?[\w.-]+\/[\w.-]+$/.test(source)) {
    findings.error([...path, "source"], "Write the repo as `owner/name`; {image} may stand in it.");
  }
  if (written.refs && source === undefined) {
    findings.error([...path, "refs"], "`refs: true` needs `source`: the repo whose `?ref=` moves.");
  }
}

function isTagTemplate(text: string): boolean {
  const bare = text.replace(/\{(revision|run)(:-?\d{1,3}(:\d{1,3})?)?\}/g, "x");
  return /^[A-Za-z0-9_.-]{1,128}$/.test(bare);
}

function imagePattern(text: string, path: ValuePath, findings: Findings): string {
  const pattern = parseImagePattern(text);
  if (pattern !== null) return pattern;
  const tagged = /[:@][^/]*$/.test(text);
  const hint = tagged ? " without tag and digest" : ", with at most four `*`";
  findings.error(path, `This is no image name: write it like quay.io/org/app${hint}.`);
  return text;
}

function checkTags(policy: TagPolicy, path: ValuePath, findings: Findings): void {
  for (const key of ["match", "extract"] as const) {
    const source = policy[key];
    const reading = source === null ? null : compilePattern(source);
    if (reading?.kind === "invalid") findings.error([...path, key], `This ${reading.message}.`);
  }
  checkExtract(policy, [...path, "extract"], findings);
  checkRange(policy, [...path, "range"], findings);
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

function checkRange({ range, order }: TagPolicy, path: ValuePath, findings: Findings): void {
  if (range === null) return;
  if (order !== "semver") findings.error(path, "`range` needs `order: semver`.");
  else if (!isRange(range)) {
    findings.error(path, "This is no range of versions: write it like `>=1.2 <2`.");
  }
}

function unusedRules(rules: readonly ImageRule[], findings: Findings): void {
  const seen = new Map<string, number>();
  for (const [index, { name }] of rules.entries()) {
    if (seen.has(name)) {
      const message = `"${name}" stands in an earlier rule, and the first match wins: keep one of them.`;
      findings.error(["images", index, "name"], message);
    }
    seen.set(name, index);
  }
}

function unverifiedCommits(
  rules: readonly ImageRule[],
  environments: readonly Environment[],
  findings: Findings,
): void {
  if (!environments.some(({ delivery }) => delivery === "commit")) return;
  for (const [index, { verify }] of rules.entries()) {
    if (verify !== "none") continue;
    const message =
      "With `verify: none` nothing is committed directly: `delivery: commit` needs `verify: registry`.";
    findings.error(["images", index, "verify"], message);
  }
}
