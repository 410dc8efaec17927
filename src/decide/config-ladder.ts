import type { Environment } from "../model/config.ts";
import type { Finding } from "./config-text.ts";
import { didYouMean } from "./did-you-mean.ts";

/** What is wrong between environments: names used twice, an `after` that leads nowhere or round in a circle, nothing that starts. */
export function ladderFindings(environments: readonly Environment[]): Finding[] {
  return [
    ...doubleNames(environments),
    ...lostSteps(environments),
    ...circles(environments),
    ...noStart(environments),
  ];
}

function doubleNames(environments: readonly Environment[]): Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const [index, { name }] of environments.entries()) {
    // Branches of proposals are named by it, and some file systems do not tell case apart.
    const plain = name.toLowerCase();
    if (seen.has(plain)) {
      const message = `Another environment is named "${name}" already: give each its own name.`;
      findings.push({ severity: "error", message, path: ["environments", index, "name"] });
    }
    seen.add(plain);
  }
  return findings;
}

function lostSteps(environments: readonly Environment[]): Finding[] {
  const names = environments.map(({ name }) => name);
  const findings: Finding[] = [];
  for (const [index, { name, after }] of environments.entries()) {
    for (const step of after) {
      if (names.includes(step)) continue;
      const others = names.filter((other) => other !== name);
      const message = `No environment is named "${step.slice(0, 60)}".${didYouMean(step, others)}`;
      findings.push({ severity: "error", message, path: ["environments", index, "after"] });
    }
  }
  return findings;
}

function circles(environments: readonly Environment[]): Finding[] {
  const stepsOf = new Map(environments.map(({ name, after }) => [name, after]));
  const findings: Finding[] = [];
  for (const [index, { name }] of environments.entries()) {
    if (!leadsTo(name, stepsOf)) continue;
    const message = `"${name}" comes after itself: take one \`after\` out of the circle.`;
    findings.push({ severity: "error", message, path: ["environments", index, "after"] });
  }
  return findings;
}

function leadsTo(name: string, stepsOf: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const open = [...(stepsOf.get(name) ?? [])];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    if (step === name) return true;
    if (seen.has(step)) continue;
    seen.add(step);
    open.push(...(stepsOf.get(step) ?? []));
  }
  return false;
}

function noStart(environments: readonly Environment[]): Finding[] {
  if (environments.some(({ on }) => on === "push")) return [];
  const message =
    "No environment follows new images: write `on: push` at the first one, or nothing is ever proposed by a push.";
  return [{ severity: "warning", message, path: ["environments"] }];
}
