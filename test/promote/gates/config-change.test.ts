import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../../src/decide/config.ts";
import type { Config } from "../../../src/model/config.ts";
import { evaluateGates } from "../../../src/promote/gates/evaluate.ts";
import { loosenedGates } from "../../../src/promote/gates/loosened.ts";
import { mayOverlap } from "../../../src/promote/gates/path-overlap.ts";
import {
  ben,
  carol,
  commit,
  config,
  dora,
  facts,
  people,
  pull,
  review,
} from "../../support/gate-facts.ts";

function read(text: string): Config {
  const { config: found, problems } = parseConfig(text);
  if (found === null) throw new Error(JSON.stringify(problems));
  return found;
}

const STRICT = `version: 1
images:
  - { name: quay.io/acme/app, aliases: [quay.io/acme/old] }
  - { name: quay.io/acme/tools, verify: none }
  - { name: quay.io/acme/* }
environments:
  - { name: dev, path: env/dev, on: push }
  - { name: qa, path: env/qa, on: push }
  - name: prod
    path: [env/prod, "env/prod-*"]
    branch: production
    after: [dev, qa]
    merge: approved
    image: { quay.io/acme/app: quay.io/prod/app }
    allow: { teams: [web], skip: [leads] }
    approvals: { count: 2, teams: [ops, sec] }
    soak: 1h
    age: 1d
    require: { checks: [acs, e2e], health: argocd }
    freeze: [{ cron: "0 15 * * 5", for: 65h, except: [docs], override: { teams: [on-call, ops] } }]
`;

/** What is loosened when the first text is replaced by the second. */
function loosened(from: string, to: string): string[] {
  expect(STRICT).toContain(from);
  const gates = loosenedGates(read(STRICT), read(STRICT.replace(from, to)));
  return gates.map(({ environment, gate, what }) => `${environment} ${gate} ${what}`);
}

describe("a change that loosens", () => {
  test.each<[string, string, string, string[]]>([
    ["a folder less", 'path: [env/prod, "env/prod-*"]', "path: env/prod", ["prod content path"]],
    ["another branch", "branch: production", "branch: main", ["prod content branch"]],
    ["a step less", "after: [dev, qa]", "after: dev", ["prod ladder after"]],
    [
      "following a merge",
      "    merge: approved\n    image",
      "    merge: approved\n    on: merge\n    image",
      ["prod ladder on"],
    ],
    ["another name", "quay.io/prod/app }", "quay.io/evil/app }", ["prod artifact image"]],
    [
      "a name more",
      "quay.io/prod/app }",
      "quay.io/prod/app, quay.io/acme/x: quay.io/y/x }",
      ["prod artifact image"],
    ],
    [
      "a team more that commands",
      "allow: { teams: [web]",
      "allow: { teams: [web, api]",
      ["prod ladder allow.teams"],
    ],
    ["anyone commands", "allow: { teams: [web]", "allow: { teams: []", ["prod ladder allow.teams"]],
    ["a team more that skips", "skip: [leads]", "skip: [leads, web]", ["prod ladder allow.skip"]],
    ["fewer approvals", "count: 2", "count: 1", ["prod approvals approvals.count"]],
    [
      "a team more that approves",
      "[ops, sec]",
      "[ops, sec, web]",
      ["prod approvals approvals.teams"],
    ],
    [
      "anyone approves",
      "count: 2, teams: [ops, sec]",
      "count: 2",
      ["prod approvals approvals.teams"],
    ],
    [
      "the requester approves",
      "count: 2,",
      "count: 2, requester: true,",
      ["prod approvals approvals.requester"],
    ],
    ["merging without approval", "merge: approved", "merge: auto", ["prod approvals merge"]],
    ["a shorter soak", "soak: 1h", "soak: 59m", ["prod soak soak"]],
    ["no age", "    age: 1d\n", "", ["prod age age"]],
    ["a check less", "checks: [acs, e2e]", "checks: [acs]", ["prod checks require.checks"]],
    ["no health", ", health: argocd", "", ["prod health require.health"]],
    ["a shorter freeze", "for: 65h", "for: 64h", ["prod freeze freeze"]],
    ["a freeze at another time", "0 15 * * 5", "0 16 * * 5", ["prod freeze freeze"]],
    [
      "a freeze elsewhere",
      "except: [docs]",
      "tz: Europe/London, except: [docs]",
      ["prod freeze freeze"],
    ],
    ["an exception more", "except: [docs]", "except: [docs, api]", ["prod freeze freeze"]],
    ["an overrider more", "[on-call, ops]", "[on-call, ops, web]", ["prod freeze freeze"]],
    [
      "another environment takes its folder",
      "{ name: qa, path: env/qa, on: push }",
      "{ name: qa, path: [env/qa, env/prod], on: push, branch: production }",
      ["qa content branch", "prod content path of qa"],
    ],
    [
      "a new environment takes its folders",
      "environments:\n",
      "environments:\n  - { name: x, path: 'env/pro*', on: push, branch: production }\n",
      ["prod content path of x"],
    ],
    [
      "a new environment of the default branch, which may be the same one",
      "environments:\n",
      "environments:\n  - { name: x, path: env/prod, on: push }\n",
      ["prod content path of x"],
    ],
    ["an environment by another name", "name: prod\n", "name: live\n", ["prod config prod"]],
    [
      "an image less",
      ", aliases: [quay.io/acme/old]",
      "",
      ["dev config images", "qa config images", "prod config images"],
    ],
    [
      "an image that is checked no more",
      "  - { name: quay.io/acme/*",
      "  - { verify: none, name: quay.io/acme/*",
      ["dev", "qa", "prod"].map((name) => `${name} config images.verify`),
    ],
    [
      "an unchecked image before one that is checked",
      `  - { name: quay.io/acme/app, aliases: [quay.io/acme/old] }
  - { name: quay.io/acme/tools, verify: none }`,
      `  - { name: quay.io/acme/tools, verify: none }
  - { name: quay.io/acme/app, aliases: [quay.io/acme/old] }`,
      ["dev", "qa", "prod"].map((name) => `${name} config images.verify`),
    ],
    [
      "observing",
      "version: 1\n",
      "version: 1\nmode: observe\n",
      ["dev", "qa", "prod"].map((name) => `${name} config mode`),
    ],
  ])("%s", (_name, from, to, gates) => {
    expect(loosened(from, to)).toEqual(gates);
  });

  test.each([
    ["add: true", "add"],
    ["delivery: commit", "delivery"],
  ])("%s", (key, what) => {
    const gates = loosenedGates(config(), config(`    ${key}\n`));
    expect(gates).toEqual([{ environment: "prod", gate: "content", what }]);
  });

  test("by deleting the config, or breaking it, loosens all", () => {
    expect(loosenedGates(read(STRICT), null).map(({ environment }) => environment)).toEqual([
      "dev",
      "qa",
      "prod",
    ]);
  });
});

describe("whether two paths may name the same folder", () => {
  test.each<[string, string, boolean]>([
    ["env/prod", "env/prod/", true],
    ["env/prod", "env/prod-eu", false],
    ["env/prod", "env/*", true],
    ["env/prod", "env/[a-o]*", false],
    ["env/prod", "env/prod/x", false],
    ["env/**", "env/prod/x", true],
    ["env/prod", "**/prod", true],
    ["components/{component}/prod/**", "components/{component}/staging/**", false],
    ["components/{component}/prod", "components/api/prod", true],
    ["components/{component}/prod", "components/*/*", true],
    ["apps/{a,b}/prod", "apps/c/prod", false],
    ["{apps/a,env}/prod", "other/prod", true],
    [".", "env", false],
    ["", ".", true],
  ])("%s and %s: %s", (one, other, may) => {
    expect([mayOverlap(one, other), mayOverlap(other, one)]).toEqual([may, may]);
  });
});

describe("a change that loosens nothing", () => {
  test.each<[string, string, string]>([
    ["nothing at all", "version: 1", "version: 1"],
    ["a folder more", 'path: [env/prod, "env/prod-*"]', 'path: ["env/prod-*", env/prod, env/eu]'],
    ["more approvals", "count: 2", "count: 3"],
    ["a team less that approves", "[ops, sec]", "[sec]"],
    [
      "a team less that commands, skips and overrides",
      "allow: { teams: [web], skip: [leads] }",
      "allow: { teams: [web] }",
    ],
    ["a person merges", "merge: approved", "merge: manual"],
    ["a longer freeze", "for: 65h, except: [docs]", "for: 70h"],
    ["another freeze", "freeze: [{", 'freeze: [{ cron: "0 0 24 12 *", for: 3d }, {'],
    ["nobody overrides", ", override: { teams: [on-call, ops] }", ""],
    ["labels", "    soak: 1h", "    proposal: { labels: [prod] }\n    soak: 1h"],
    ["an image more", "images:\n", "images:\n  - { name: quay.io/acme/new }\n"],
    [
      "an image more, unchecked rules where they were",
      "  - { name: quay.io/acme/* }",
      "  - { name: quay.io/acme/* }\n  - { name: quay.io/other }",
    ],
    [
      "an environment more",
      "environments:\n",
      "environments:\n  - { name: eu, path: env/eu, after: dev }\n",
    ],
  ])("%s", (_name, from, to) => {
    expect(loosened(from, to)).toEqual([]);
  });
});

describe("the gate of a config change", () => {
  const before = config("    approvals: { count: 2, teams: [ops] }\n");
  const after = config("    approvals: { count: 0 }\n");
  const ops = people({ ben: ["write", "ops"], carol: ["write", "ops"], dora: ["write", "ops"] });
  const change = (more: Parameters<typeof pull>[0], is: Config | null = after) =>
    facts({
      origin: { kind: "person" },
      content: null,
      places: [],
      people: ops,
      config: { before, after: is },
      pull: pull({ author: ben, commits: [commit(ben)], ...more }),
    });
  const loosens = "It loosens prod (approvals.count and approvals.teams).";

  test.each<[string, ReturnType<typeof facts>, string]>([
    ["that loosens nothing", change({ reviews: [] }, before), "open: It loosens no gate."],
    [
      "approved as before",
      change({ reviews: [review(carol), review(dora)] }),
      `open: ${loosens} 2 of 2 approvals: carol and dora.`,
    ],
    [
      "approved as it is to be",
      change({ reviews: [] }),
      `waiting: ${loosens} 0 of 2 approvals: somebody of ops, not ben, who asked for it, approves commit aaaaaaa.`,
    ],
    [
      "approved by its author too",
      change({ reviews: [review(carol), review(ben)] }),
      `waiting: ${loosens} 1 of 2 approvals: somebody of ops, not ben, who asked for it, approves commit aaaaaaa. Not counted: ben (asked for it).`,
    ],
    [
      "of which somebody asks for changes",
      change({ reviews: [review(carol), review(dora, "changes-requested")] }),
      `closed: ${loosens} Changes asked for by dora: by approving, or a dismissal, it goes on.`,
    ],
    [
      "that deletes it",
      change({ reviews: [] }, null),
      "waiting: It loosens prod (the whole config). 0 of 2 approvals: somebody of ops, not ben, who asked for it, approves commit aaaaaaa.",
    ],
  ])("%s", (_name, given, said) => {
    const { states } = evaluateGates(given);
    expect(states.map(({ gate, verdict, detail }) => [gate, `${verdict}: ${detail}`])).toEqual([
      ["config", said],
    ]);
  });
});
