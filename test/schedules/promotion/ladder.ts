import { APP, CONFIG, digestOf, type Image, tagOf, WEB } from "../fleet.ts";

/** The CD repo of the promotion schedules: its environments with their rules, and the configs that people put in force. */

/** What an environment asks for, as the truth sees it: written as config by `configOf`, never read back from it. */
export interface Rules {
  readonly name: string;
  readonly branch: "main" | "production";
  readonly after: string | null;
  readonly on: "push" | "merge" | "promotion";
  readonly merge: "auto" | "approved" | "manual";
  readonly count: number;
  /** Whose approvals count; empty: whoever may write. */
  readonly teams: readonly string[];
  readonly requester: boolean;
  readonly allow: readonly string[];
  readonly skip: readonly string[];
  /** Each day from 15:00 to 17:00 UTC. */
  readonly freeze: boolean;
}

const PLAIN = {
  branch: "main",
  after: null,
  on: "promotion",
  merge: "approved",
  count: 1,
  teams: [],
  requester: false,
  allow: [],
  skip: [],
  freeze: false,
} as const;

const usual: readonly Rules[] = [
  { ...PLAIN, name: "dev", on: "push", merge: "auto", count: 0 },
  { ...PLAIN, name: "pre", after: "dev" },
  { ...PLAIN, name: "next", after: "dev", on: "merge", merge: "approved" },
  {
    ...PLAIN,
    name: "prod",
    branch: "production",
    after: "pre",
    teams: ["ops"],
    allow: ["web", "ops"],
    skip: ["ops"],
    freeze: true,
  },
];

function but(name: string, change: Partial<Rules>): readonly Rules[] {
  return usual.map((one) => (one.name === name ? { ...one, ...change } : one));
}

/** Configs that stand in turn. The first is in force at the start and at the end. */
export const settings = {
  usual,
  two: but("prod", { count: 2 }),
  manual: but("pre", { merge: "manual" }),
  trusting: but("pre", { requester: true }),
  loose: but("pre", { count: 0, merge: "auto" }),
  thawed: but("prod", { freeze: false }),
  open: but("prod", { teams: [], allow: [] }),
} as const satisfies Record<string, readonly Rules[]>;
export type Setting = keyof typeof settings;

export const FREEZE = { from: 15, to: 17 };
export const OVERRIDERS = "on-call";

export function configOf(rules: readonly Rules[]): string {
  const environments = rules.map((one) =>
    [
      `  - name: ${one.name}`,
      `    path: components/{component}/${one.name}`,
      ...(one.branch === "main" ? [] : [`    branch: ${one.branch}`]),
      ...(one.after === null ? [] : [`    after: ${one.after}`]),
      `    on: ${one.on}`,
      `    merge: ${one.merge}`,
      `    approvals: { count: ${one.count}, teams: [${one.teams.join(", ")}], requester: ${one.requester} }`,
      ...(one.after === null
        ? []
        : [`    allow: { teams: [${one.allow.join(", ")}], skip: [${one.skip.join(", ")}] }`]),
      ...(one.freeze
        ? [
            `    freeze: [{ cron: "0 ${FREEZE.from} * * *", for: ${FREEZE.to - FREEZE.from}h, override: { teams: [${OVERRIDERS}] } }]`,
          ]
        : []),
      "",
    ].join("\n"),
  );
  return `version: 1\nimages:\n  - name: ${APP}\n  - name: ${WEB}\n    tags:\n      order: semver\nenvironments:\n${environments.join("")}`;
}

/** The rules that a config text puts in force; `null`: it is none of ours, or broken. Lines of comment do not count. */
export function rulesOf(text: string | null): readonly Rules[] | null {
  const bare = (text ?? "").replace(/^# by hand.*\n/gm, "");
  const found = Object.values(settings).find((rules) => configOf(rules) === bare);
  return found ?? null;
}

export interface Place {
  readonly base: "main" | "production";
  readonly environment: string;
  readonly component: string;
  readonly file: string;
}

/** The first two follow pushes; what is promoted stands behind them. */
export const places: readonly Place[] = [
  placeOf("dev", "alpha"),
  placeOf("dev", "beta"),
  placeOf("pre", "alpha"),
  placeOf("prod", "alpha"),
  placeOf("next", "beta"),
  placeOf("prod", "beta"),
];

function placeOf(environment: string, component: string): Place {
  const base = environment === "prod" ? "production" : "main";
  return {
    base,
    environment,
    component,
    file: `components/${component}/${environment}/kustomization.yaml`,
  };
}

export const bases = ["main", "production"] as const;

/** The newest version that was pushed before anything happens. */
export const TOP = 4;

function entry(image: Image, rank: number, pinned: boolean): string {
  const digest = pinned ? `  digest: ${digestOf({ image, rank, build: 0 })}\n` : "";
  return `- name: ${image} # tracked\n  newTag: ${tagOf(image, rank)}\n${digest}`;
}

function kustomization(...entries: readonly string[]): string {
  return `# head\nresources:\n- ../../base\nimages:\n${entries.join("")}# between\nlabels:\n- pairs:\n    team: fleet\n`;
}

/** First commit of `main`, from which `production` is made: dev is ahead of what comes behind it. */
export const files: Readonly<Record<string, string>> = {
  [CONFIG]: configOf(usual),
  "README.md": "# fleet\n",
  "components/alpha/dev/kustomization.yaml": kustomization(
    entry(APP, 3, false),
    entry(WEB, 3, true),
  ),
  "components/beta/dev/kustomization.yaml": kustomization(entry(APP, 3, true)),
  "components/alpha/pre/kustomization.yaml": kustomization(
    entry(APP, 2, false),
    entry(WEB, 2, true),
  ),
  "components/alpha/prod/kustomization.yaml": kustomization(
    entry(APP, 1, false),
    entry(WEB, 1, true),
  ),
  "components/beta/next/kustomization.yaml": kustomization(entry(APP, 2, true)),
  "components/beta/prod/kustomization.yaml": kustomization(entry(APP, 1, true)),
};

/** Environments from one on: what is banned there goes no further. */
export function fromHereOn(rules: readonly Rules[], name: string): readonly string[] {
  const found = new Set([name]);
  for (let grew = true; grew; ) {
    grew = false;
    for (const one of rules)
      if (one.after !== null && found.has(one.after) && !found.has(one.name)) {
        found.add(one.name);
        grew = true;
      }
  }
  return [...found];
}

/** The place that a component's release comes from: an environment without it is passed over. */
export function sourceOf(rules: readonly Rules[], { component, environment }: Place): Place | null {
  let name = rules.find((one) => one.name === environment)?.after ?? null;
  while (name !== null) {
    const there = places.find((one) => one.environment === name && one.component === component);
    if (there !== undefined) return there;
    name = rules.find((one) => one.name === name)?.after ?? null;
  }
  return null;
}

const MERGE = ["auto", "approved", "manual"];

/** Whether a change of rules lets more through. */
export function isLooser(was: Rules, is: Rules): boolean {
  return (
    is.count < was.count ||
    (is.requester && !was.requester) ||
    (was.freeze && !is.freeze) ||
    MERGE.indexOf(is.merge) < MERGE.indexOf(was.merge) ||
    (was.teams.length > 0 && is.teams.length === 0) ||
    (was.allow.length > 0 && is.allow.length === 0)
  );
}
