import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Config, Environment } from "../../src/model/config.ts";
import { loosenedGates } from "../../src/promote/gates/loosened.ts";
import { applyFloor, type Policy, withFloors } from "../../src/promote/policy.ts";
import { readPolicy } from "../../src/promote/policy-file.ts";
import { config, prod } from "../support/gate-facts.ts";

const WHOLE = `version: 1
environments:
  - match: ["prod*", live]
    repos: acme/*
    approvals: { count: 2, teams: [ops, sec] }
    allow: { teams: [web], skip: [leads] }
    merge: approved
    soak: 1h
    age: 1d
    require: { checks: [acs], health: argocd }
    freeze: [{ cron: "0 15 * * 5", for: 65h, tz: Europe/London }]
`;

function policy(text = WHOLE): Policy {
  const reading = readPolicy(text);
  if (reading.kind === "refused") throw new Error(JSON.stringify(reading.problems));
  return reading.policy;
}

const freeze = {
  cron: "0 15 * * 5",
  for: 234_000_000,
  tz: "Europe/London",
  except: [],
  override: null,
};

describe("the file", () => {
  test("is read with its defaults", () => {
    expect(policy()).toEqual([
      {
        match: ["prod*", "live"],
        repos: ["acme/*"],
        approvals: { count: 2, teams: ["ops", "sec"], requester: false },
        allow: { teams: ["web"], skip: ["leads"] },
        merge: "approved",
        soak: 3_600_000,
        age: 86_400_000,
        require: { checks: ["acs"], health: "argocd" },
        freeze: [freeze],
      },
    ]);
    expect(policy("version: 1\nenvironments: [{ match: '*' }]\n")).toEqual([
      {
        match: ["*"],
        repos: ["**"],
        approvals: null,
        allow: null,
        merge: null,
        soak: 0,
        age: 0,
        require: { checks: [], health: null },
        freeze: [],
      },
    ]);
  });

  test.each<[string, string, string[]]>([
    ["empty", "", ["1:1 Write a map of keys here, not nothing."]],
    [
      "no YAML",
      "version: [1\n",
      [
        "2:1 Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].",
      ],
    ],
    [
      "a key twice",
      `${WHOLE}version: 1\n`,
      ["12:1 This key stands twice in the same place: keep one of them."],
    ],
    ["no version", "environments: [{ match: a }]\n", ['1:1 "version" is missing: add it.']],
    ["nothing in it", "version: 1\nenvironments: []\n", ["2:15 List at least one environment."]],
    [
      "keys that it does not know",
      "version: 1\nenvironment: []\nenvironments: [{ match: a, approval: 1, approvals: { cont: 1 } }]\n",
      [
        '2:1 Unknown key "environment". Did you mean "environments"?',
        '3:28 Unknown key "approval". Did you mean "approvals"?',
        '3:54 Unknown key "cont". Did you mean "count"?',
      ],
    ],
    [
      "no pattern",
      "version: 1\nenvironments:\n  - merge: approved\n",
      ['3:5 "match" is missing: add it.'],
    ],
    [
      "a merge that is no floor",
      "version: 1\nenvironments:\n  - { match: a, merge: auto }\n",
      ["3:24 Use approved or manual here."],
    ],
    [
      "a freeze that cannot be",
      "version: 1\nenvironments:\n  - match: a\n    freeze: [{ cron: '0 25 * * *', for: 900d, tz: Mars/X }]\n",
      [
        "4:22 A field is out of its range: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7.",
        "4:41 This is longer than a year: write a shorter time.",
        "4:51 Unknown time zone: write one like Europe/London or UTC.",
      ],
    ],
  ])("%s is refused, with line and column", (_name, text, said) => {
    const reading = readPolicy(text);
    const problems = reading.kind === "refused" ? reading.problems : [];
    expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual(
      said,
    );
  });
});

describe("a floor under an environment", () => {
  const under = (keys: string, text = WHOLE, repo = "acme/cd") =>
    applyFloor(prod(keys), policy(text), repo);

  test("raises what the repo leaves open", () => {
    const bare = prod();
    expect(under("")).toEqual({
      ...bare,
      merge: "manual",
      approvals: { count: 2, teams: ["ops", "sec"], requester: false },
      allow: { teams: ["web"], skip: [] },
      soak: 3_600_000,
      age: 86_400_000,
      require: { checks: ["acs"], health: "argocd" },
      freeze: [freeze],
    });
  });

  test("leaves alone what is tighter", () => {
    const keys = `    approvals: { count: 3, teams: [sec, web] }
    merge: manual
    soak: 2h
    require: { checks: [e2e] }
`;
    const { approvals, merge, soak, require } = under(keys);
    expect({ approvals, merge, soak, require }).toEqual({
      approvals: { count: 3, teams: ["sec"], requester: false },
      merge: "manual",
      soak: 7_200_000,
      require: { checks: ["e2e", "acs"], health: "argocd" },
    });
  });

  test.each<[string, string, Partial<Environment>]>([
    ["automatic merging", "    merge: auto\n", { merge: "approved" }],
    ["direct commits", "    delivery: commit\n", { delivery: "pull-request" }],
    [
      "the requester's own approval",
      "    approvals: { requester: true }\n",
      { approvals: { count: 2, teams: ["ops", "sec"], requester: false } },
    ],
    [
      "approvals of other teams",
      "    approvals: { teams: [web] }\n",
      { approvals: { count: 2, teams: ["ops", "sec"], requester: false } },
    ],
    [
      "skipping by other teams",
      "    allow: { skip: [web, leads] }\n",
      { allow: { teams: ["web"], skip: ["leads"] } },
    ],
  ])("takes back %s", (_name, keys, wanted) => {
    expect(under(keys)).toMatchObject(wanted);
  });

  test.each<[string, string, string, boolean]>([
    ["prod", "acme/cd", "prod*", true],
    ["PROD-eu", "acme/cd", "prod*", true],
    ["prod.eu", "acme/cd", "prod*", true],
    ["live", "Acme/CD", "prod*", true],
    ["pre-prod", "acme/cd", "prod*", false],
    ["prod", "other/cd", "prod*", false],
  ])("%s of %s: %s", (name, repo, _pattern, fits) => {
    const environment = { ...prod(), name };
    const floored = applyFloor(environment, policy(), repo);
    expect(floored.approvals.count).toBe(fits ? 2 : 1);
  });

  test("several that match all count", () => {
    const text =
      "version: 1\nenvironments:\n  - { match: '*', merge: approved }\n  - { match: prod, approvals: { count: 4 } }\n";
    expect(under("    merge: auto\n", text)).toMatchObject({
      merge: "approved",
      approvals: { count: 4 },
    });
  });

  test("several whose teams differ let those approve who are in all of them, or in the last", () => {
    const floor = (...named: string[]) =>
      `  - { match: "*", approvals: { teams: [${named.join(", ")}] } }\n`;
    const under2 = (...floors: string[]) =>
      under("    approvals: { teams: [web] }\n", `version: 1\nenvironments:\n${floors.join("")}`)
        .approvals.teams;
    expect(under2(floor("ops", "web"), floor("ops", "sec"))).toEqual(["ops"]);
    expect(under2(floor("ops"), floor("sec"))).toEqual(["sec"]);
  });

  test("a whole config", () => {
    const { environments } = withFloors(config(), policy(), "acme/cd");
    expect(environments.map(({ name, approvals }) => [name, approvals.count])).toEqual([
      ["dev", 0],
      ["prod", 2],
    ]);
  });
});

const teams = fc.subarray(["ops", "sec", "web"]);
const window = fc.constantFrom(
  freeze,
  { ...freeze, cron: "0 0 24 12 *" },
  { ...freeze, except: ["docs"] },
);
const gated = {
  approvals: fc.record({ count: fc.nat(3), teams, requester: fc.boolean() }),
  soak: fc.nat(3),
  age: fc.nat(3),
  require: fc.record({
    checks: fc.subarray(["acs", "e2e"]),
    health: fc.constantFrom(null, "argocd" as const),
  }),
  freeze: fc.uniqueArray(window),
};
const environments: fc.Arbitrary<Environment> = fc
  .record({
    ...gated,
    allow: fc.record({ teams, skip: teams }),
    merge: fc.constantFrom("auto", "approved", "manual"),
    delivery: fc.constantFrom("pull-request", "commit"),
  })
  .map((keys) => ({ ...prod(), ...keys }) as Environment);
const policies: fc.Arbitrary<Policy> = fc.array(
  fc.record({
    ...gated,
    approvals: fc.option(gated.approvals),
    allow: fc.option(fc.record({ teams, skip: fc.option(teams) })),
    merge: fc.constantFrom(null, "approved", "manual"),
    match: fc.constant(["*"]),
    repos: fc.constant(["**"]),
  }),
  { maxLength: 3 },
) as fc.Arbitrary<Policy>;

const only = (environment: Environment): Config => ({ ...config(), environments: [environment] });

test("a floor loosens nothing that the repo asks for, but where repo and operator name other teams", () => {
  fc.assert(
    fc.property(environments, policies, (environment, floors) => {
      const floored = applyFloor(environment, floors, "acme/cd");
      const loosened = loosenedGates(only(environment), only(floored)).map(({ what }) => what);
      expect(loosened.filter((what) => !what.endsWith(".teams"))).toEqual([]);
    }),
  );
});

test("laid twice it is the same as once", () => {
  fc.assert(
    fc.property(environments, policies, (environment, floors) => {
      const once = applyFloor(environment, floors, "acme/cd");
      expect(applyFloor(once, floors, "acme/cd")).toEqual(once);
    }),
  );
});
