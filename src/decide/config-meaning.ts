import type { Config, Environment, ImageRule, LabelNames } from "../model/config.ts";
import { environmentOf } from "./config-environment.ts";
import { Findings } from "./config-findings.ts";
import { ladderFindings } from "./config-ladder.ts";
import type { WrittenConfig, WrittenImage } from "./config-schema.ts";
import type { Finding, ValuePath } from "./config-text.ts";
import { parseImagePattern } from "./image-pattern.ts";
import { tagPolicyOf } from "./tag-settings.ts";
import { tagTemplateFault } from "./tag-template.ts";

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
  checkTemplate(written, [...path, "tag"], findings);
  return {
    ...written,
    tags: tagPolicyOf(written, [...path, "tags"], findings),
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

function checkTemplate({ tag, verify }: WrittenImage, path: ValuePath, findings: Findings): void {
  if (tag === null) return;
  const fault = tagTemplateFault(tag);
  if (fault !== null) findings.error(path, fault);
  if (verify === "none") {
    const message =
      "A computed tag has to be looked up in the registry: `tag` needs `verify: registry`.";
    findings.error(path, message);
  }
}

function imagePattern(text: string, path: ValuePath, findings: Findings): string {
  const pattern = parseImagePattern(text);
  if (pattern !== null) return pattern;
  const tagged = /[:@][^/]*$/.test(text);
  const hint = tagged ? " without tag and digest" : ", with at most four `*`";
  findings.error(path, `This is no image name: write it like quay.io/org/app${hint}.`);
  return text;
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
