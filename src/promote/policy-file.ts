import { z } from "zod";
import { complaints } from "../decide/config-complaints.ts";
import { Findings } from "../decide/config-findings.ts";
import {
  approvals,
  duration,
  freeze,
  knownKeys,
  oneOrMore,
  require,
  teams,
} from "../decide/config-schema.ts";
import {
  type ConfigText,
  type Finding,
  readConfigText,
  type ValuePath,
} from "../decide/config-text.ts";
import { freezeOf, milliseconds } from "../decide/config-times.ts";
import type { Floor, Policy } from "./policy.ts";

/** The operator's policy, or what is wrong with its text, in order of the lines. */
export type PolicyReading =
  | { readonly kind: "read"; readonly policy: Policy }
  | {
      readonly kind: "refused";
      /** First line and column are 1. */
      readonly problems: readonly { message: string; line: number; column: number }[];
    };

const allow = z.strictObject({ teams, skip: teams.unwrap().optional() });

const floor = z.strictObject({
  match: oneOrMore,
  repos: oneOrMore.default(["**"]),
  approvals: approvals.optional(),
  allow: allow.optional(),
  merge: z.enum(["approved", "manual"]).optional(),
  soak: duration.default("0s"),
  age: duration.default("0s"),
  require: require.prefault({}),
  freeze: z.array(freeze).default([]),
});

const policySchema = z.strictObject({
  version: z.literal(1),
  environments: z.array(floor).min(1, "List at least one environment."),
});

/** Reads the text of the file that `TAGBOAT_POLICY` names. Never throws. */
export function readPolicy(text: string): PolicyReading {
  const source = readConfigText(text);
  if (source.faults.length > 0) return { kind: "refused", problems: source.faults };
  const parsed = policySchema.safeParse(source.value);
  if (!parsed.success) {
    return refused(source, complaints(parsed.error.issues, source.value, keysAt));
  }
  const findings = new Findings();
  const floors = parsed.data.environments.map((written, index) =>
    floorOf(written, ["environments", index], findings),
  );
  return findings.list.length > 0
    ? refused(source, findings.list)
    : { kind: "read", policy: floors };
}

function floorOf(written: z.infer<typeof floor>, path: ValuePath, findings: Findings): Floor {
  const { approvals: asked, allow: allowed, merge } = written;
  return {
    match: list(written.match),
    repos: list(written.repos),
    approvals: asked === undefined ? null : { ...asked, count: asked.count ?? 0 },
    allow: allowed === undefined ? null : { teams: allowed.teams, skip: allowed.skip ?? null },
    merge: merge ?? null,
    soak: milliseconds(written.soak, [...path, "soak"], findings),
    age: milliseconds(written.age, [...path, "age"], findings),
    require: written.require,
    freeze: written.freeze.map((one, index) => freezeOf(one, [...path, "freeze", index], findings)),
  };
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** Below an environment the keys are those of the config. */
function keysAt(path: ValuePath): readonly string[] {
  const names = path.filter((part) => typeof part === "string");
  if (names.length === 0) return Object.keys(policySchema.shape);
  return names.length === 1 ? Object.keys(floor.shape) : knownKeys(path);
}

function refused(source: ConfigText, findings: readonly Finding[]): PolicyReading {
  const problems = findings
    .map(({ message, path, key }) => ({ message, ...source.placeOf(path, key) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  return { kind: "refused", problems };
}
