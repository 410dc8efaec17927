import type { Environment } from "../model/config.ts";
import { PROMOTION_CHECK } from "../model/gate.ts";
import { parseImageName } from "../model/image.ts";
import { templateFields, unknownFields } from "../model/template.ts";
import type { Findings } from "./config-findings.ts";
import type { WrittenEnvironment } from "./config-schema.ts";
import type { ValuePath } from "./config-text.ts";
import { freezeOf, milliseconds } from "./config-times.ts";
import { isLiteralPath, normalPath, pathFault } from "./environment-paths.ts";

/** An environment of the config with its defaults; what cannot be is added to `findings`. */
export function environmentOf(
  written: WrittenEnvironment,
  path: ValuePath,
  findings: Findings,
): Environment {
  checkNames(written, path, findings);
  checkTemplates(written, [...path, "proposal"], findings);
  checkChecks(written, [...path, "require", "checks"], findings);
  return {
    ...written,
    path: environmentPaths(written, path, findings),
    after: list(written.after ?? []),
    image: mappings(written.image, [...path, "image"], findings),
    approvals: approvalsOf(written),
    soak: milliseconds(written.soak ?? "0s", [...path, "soak"], findings),
    age: milliseconds(written.age ?? "0s", [...path, "age"], findings),
    require: written.require ?? { checks: [], health: null },
    freeze: written.freeze.map((freeze, index) =>
      freezeOf(freeze, [...path, "freeze", index], findings),
    ),
  };
}

/** What was promoted is approved by one person other than who asked; what follows pushes by nobody. */
function approvalsOf({ on, approvals }: WrittenEnvironment): Environment["approvals"] {
  const count = on === "push" ? 0 : 1;
  if (!approvals) return { count, teams: [], requester: false };
  return { ...approvals, count: approvals.count ?? count };
}

// What git allows in the name of a ref (git-check-ref-format), as far as people may mistype it.
const NO_BRANCH = /\.\.|\/\/|@\{|\.lock(\/|$)|[\s~^:?*[\\]|^[/-]|[/.]$/;

function checkNames(written: WrittenEnvironment, path: ValuePath, findings: Findings): void {
  if (!isEnvironmentName(written.name)) {
    const message =
      "Name it with letters, digits, `-`, `_` and single dots: branches are named by it.";
    findings.error([...path, "name"], message);
  }
  if (written.branch !== null && NO_BRANCH.test(written.branch)) {
    findings.error([...path, "branch"], "This is no name of a git branch.");
  }
}

function checkTemplates(written: WrittenEnvironment, path: ValuePath, findings: Findings): void {
  for (const key of ["title", "body", "commit"] as const) {
    const [unknown] = unknownFields(written.proposal[key] ?? "");
    if (unknown === undefined) continue;
    const known = templateFields.map((field) => `{${field}}`).join(" ");
    findings.error([...path, key], `Unknown field {${unknown}}: write ${known}.`);
  }
}

function checkChecks(written: WrittenEnvironment, path: ValuePath, findings: Findings): void {
  const index = written.require?.checks.indexOf(PROMOTION_CHECK) ?? -1;
  if (index < 0) return;
  findings.error([...path, index], "This check waits for itself: take it out.");
}

/** Whether a name may stand in the branch `tagboat/<environment>/…`. */
export function isEnvironmentName(name: string): boolean {
  return name.length <= 63 && /^[A-Za-z0-9][\w-]*(\.[\w-]+)*$/.test(name) && !/\.lock$/i.test(name);
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function environmentPaths(
  written: WrittenEnvironment,
  path: ValuePath,
  findings: Findings,
): readonly string[] {
  const paths = list(written.path);
  for (const [index, pattern] of paths.entries()) {
    const at = typeof written.path === "string" ? ["path"] : ["path", index];
    const fault = pathFault(pattern);
    if (fault !== null) findings.error([...path, ...at], `This path ${fault}.`);
    if (written.add && !isLiteralPath(pattern)) {
      const message = "`add: true` needs paths without globs and captures: name the folders.";
      findings.error([...path, "add"], message);
    }
  }
  return paths.map(normalPath);
}

function mappings(
  written: Readonly<Record<string, string>>,
  path: ValuePath,
  findings: Findings,
): Readonly<Record<string, string>> {
  const pairs: [string, string][] = [];
  for (const [source, target] of Object.entries(written)) {
    const names = [parseImageName(source), parseImageName(target)] as const;
    if (names[0] === null || names[1] === null) {
      const message = "Both sides are images without tag: `quay.io/org/app: registry.example/app`.";
      findings.error([...path, source], message);
      continue;
    }
    pairs.push([names[0], names[1]]);
  }
  return Object.fromEntries(pairs);
}
