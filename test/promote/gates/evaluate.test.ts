import { describe, expect, test } from "@jest/globals";
import type { Gate } from "../../../src/model/gate.ts";
import { evaluateGates, nextLook, nothingToGate } from "../../../src/promote/gates/evaluate.ts";
import type { GateFacts, GatePlace } from "../../../src/promote/gates/facts.ts";
import {
  artifact,
  ben,
  carol,
  DIGEST,
  dora,
  facts,
  HEAD,
  NOW,
  OLDER,
  PROD,
  people,
  place,
  prod,
  pull,
  step,
  text,
} from "../../support/gate-facts.ts";

/** `closed: …`, how one gate stands. */
function stateOf(gate: Gate, given: GateFacts): string {
  const state = evaluateGates(given).states.find((one) => one.gate === gate);
  return state === undefined ? "none" : `${state.verdict}: ${state.detail}`;
}

function untilOf(gate: Gate, given: GateFacts): string | undefined {
  const state = evaluateGates(given).states.find((one) => one.gate === gate);
  return state?.until?.toISOString();
}

const inPlace = (more: Partial<GatePlace>): GateFacts => facts({ places: [place(more)] });

type Row = [string, GateFacts, string];

describe("the whole report", () => {
  test("of a promotion that may merge", () => {
    expect(evaluateGates(facts())).toEqual({
      verdict: "open",
      title: "May merge",
      states: [
        {
          gate: "content",
          verdict: "open",
          detail: "It changes the declared places alone.",
          until: null,
        },
        { gate: "ladder", verdict: "open", detail: "It was in dev.", until: null },
        { gate: "artifact", verdict: "open", detail: "The same digest as before.", until: null },
        { gate: "ban", verdict: "open", detail: "It is not banned.", until: null },
        { gate: "hold", verdict: "open", detail: "Nobody holds it.", until: null },
        { gate: "approvals", verdict: "open", detail: "Approved: carol.", until: null },
      ],
    });
  });

  test("of a pull request that changes nothing tracked", () => {
    expect(evaluateGates(facts({ places: [], content: null }))).toEqual(nothingToGate);
  });

  test("names what is closed, before what is awaited", () => {
    const environment = prod("    age: 30d\n    soak: 1h\n");
    const report = evaluateGates(
      facts({
        places: [
          place({ environment, artifacts: [artifact({ ban: { by: "carol", reason: "leaks" } })] }),
        ],
      }),
    );
    expect(report.title).toBe("Closed: ban, soak");
    expect(report.verdict).toBe("closed");
  });

  test("names what is awaited, and when to look again", () => {
    const environment = prod('    age: 30d\n    freeze: [{ cron: "0 0 19 11 *", for: 1d }]\n');
    const report = evaluateGates(
      facts({ pull: pull({ reviews: [] }), places: [place({ environment })] }),
    );
    expect(report.title).toBe("Waiting: freeze, age, approvals");
    expect(nextLook(report)).toEqual(new Date("2026-11-20T00:00:00Z"));
    expect(nextLook(evaluateGates(facts()))).toBeNull();
  });

  test("of two places says where it is closed", () => {
    const held = {
      repo: "acme/cd",
      environment: "prod",
      component: "api",
      owner: "dora",
      reason: "sale",
      until: null,
    };
    const given = facts({
      places: [place({ component: "web" }), place({ component: "api", holds: [held] })],
    });
    expect(stateOf("hold", given)).toBe(
      "closed: prod/api: Held by dora: sale. /tagboat unhold lifts it.",
    );
    expect(stateOf("approvals", given)).toBe("open: Approved: carol.");
  });

  test("of two places that both wait names both, and the first time", () => {
    const places = ["web", "api"].map((component, index) =>
      place({
        component,
        environment: prod("    age: 30d\n"),
        artifacts: [artifact({ name: component, builtAt: `2026-11-1${8 - index}T12:00:00Z` })],
      }),
    );
    const given = facts({ places });
    expect(stateOf("age", given)).toBe(
      "waiting: prod/web: web v2 is younger than 30d. prod/api: api v2 is younger than 30d.",
    );
    expect(untilOf("age", given)).toBe("2026-12-17T12:00:00.000Z");
  });
});

describe("content", () => {
  const content = facts().content;
  if (content?.kind !== "planned") throw new Error("no plan");
  const head = (file: ReturnType<typeof text>) =>
    facts({ content: { ...content, head: new Map([[PROD, file]]) } });
  const remedy = "/tagboat rebuild makes it anew, without what was added.";
  test.each<Row>([
    [
      "another value",
      head(text(PROD, "newTag: v3\n")),
      `closed: ${PROD} is not as it was proposed. ${remedy}`,
    ],
    [
      "one byte more",
      head(text(PROD, "newTag: v2\n\n")),
      `closed: ${PROD} is not as it was proposed. ${remedy}`,
    ],
    [
      "made executable",
      head(text(PROD, "newTag: v2\n", "100755")),
      `closed: ${PROD} is not as it was proposed. ${remedy}`,
    ],
    [
      "deleted",
      head({ kind: "absent", path: PROD }),
      `closed: ${PROD} is not as it was proposed. ${remedy}`,
    ],
    [
      "a link instead",
      head({ kind: "unusable", path: PROD, oid: HEAD, mode: "120000", why: "not-a-file" }),
      `closed: ${PROD} is not as it was proposed. ${remedy}`,
    ],
    [
      "another file besides",
      facts({
        pull: pull({
          files: [PROD, "env/prod/evil.yaml"].map((path) => ({ path, previousPath: null })),
        }),
      }),
      `closed: It changes more than was proposed: env/prod/evil.yaml. ${remedy}`,
    ],
    [
      "a renamed file",
      facts({ pull: pull({ files: [{ path: PROD, previousPath: "env/x/kustomization.yaml" }] }) }),
      `closed: It changes more than was proposed: ${PROD}. ${remedy}`,
    ],
    [
      "more files than are listed",
      facts({ pull: pull({ filesComplete: false }) }),
      "closed: It changes more files than GitHub lists, so what it changes is not known: split it.",
    ],
    [
      "no plan any more",
      facts({ content: { kind: "unplanned", why: "the entry is gone" } }),
      "closed: It cannot be planned any more: the entry is gone.",
    ],
    [
      "no plan at all",
      facts({ content: null }),
      "closed: What Tagboat would change here is not known.",
    ],
    [
      "somebody's commit on our branch",
      facts({ origin: { kind: "foreign", why: "commit abc1234 is not ours" } }),
      `closed: The branch holds what Tagboat did not write: commit abc1234 is not ours. ${remedy}`,
    ],
    [
      "a person's own change",
      facts({ origin: { kind: "person" }, content: null, pull: pull({ author: ben }) }),
      "open: A person's own change: its reviewers judge all of it.",
    ],
  ])("%s", (_name, given, said) => {
    expect(stateOf("content", given)).toBe(said);
  });
});

test("more files than are listed are not passed as nothing to gate", () => {
  const given = facts({
    origin: { kind: "person" },
    content: null,
    places: [],
    pull: pull({ filesComplete: false }),
  });
  expect(evaluateGates(given).title).toBe("Closed: content");
});

describe("ladder", () => {
  const never = (environment = "dev") =>
    artifact({ steps: [step({ environment, held: "never" })] });
  const skip = { by: ben, reason: "incident 42" };
  const skipping = prod("    allow: { skip: [ops] }\n");
  test.each<Row>([
    ["there now", inPlace({}), "open: It was in dev."],
    [
      "there before",
      inPlace({ artifacts: [artifact({ steps: [step({ held: "before" })] })] }),
      "open: It was in dev.",
    ],
    [
      "never there",
      inPlace({ artifacts: [never()] }),
      "closed: quay.io/acme/app v2 was never in dev: promote it there first.",
    ],
    [
      "there by its tag alone",
      inPlace({ artifacts: [artifact({ steps: [step({ held: "other-digest" })] })] }),
      "closed: quay.io/acme/app v2 was in dev with another digest: promote this one there first.",
    ],
    [
      "in one of two",
      inPlace({
        artifacts: [artifact({ steps: [step(), step({ environment: "qa", held: "never" })] })],
      }),
      "closed: quay.io/acme/app v2 was never in qa: promote it there first.",
    ],
    [
      "one of two artifacts",
      inPlace({ artifacts: [artifact(), { ...never(), name: "quay.io/acme/web" }] }),
      "closed: quay.io/acme/web v2 was never in dev: promote it there first.",
    ],
    [
      "no step has it",
      inPlace({ artifacts: [artifact({ steps: [] })] }),
      "open: It was in every environment that has it before (dev).",
    ],
    ["no ladder", inPlace({ environment: { ...prod(), after: [] } }), "none"],
    [
      "skipped by somebody with write",
      inPlace({ artifacts: [never()], skip }),
      "closed: ben may not leave a step out: maintainers of the repo may.",
    ],
    [
      "skipped by somebody who is in no team that may",
      inPlace({ artifacts: [never()], skip, environment: skipping }),
      "closed: ben may not leave a step out: maintainers of the repo may, and ops.",
    ],
    [
      "skipped by a maintainer",
      {
        ...inPlace({ artifacts: [never()], skip }),
        people: people({ ben: ["maintain"], carol: ["write"] }),
      },
      "open: ben leaves a step out: incident 42",
    ],
    [
      "skipped by a team that may",
      {
        ...inPlace({ artifacts: [never()], skip, environment: skipping }),
        people: people({ ben: ["write", "ops"], carol: ["write"] }),
      },
      "open: ben leaves a step out: incident 42",
    ],
    [
      "skipped by one of the team who may not write any more",
      {
        ...inPlace({ artifacts: [never()], skip, environment: skipping }),
        people: people({ ben: ["read", "ops"], carol: ["write"] }),
      },
      "closed: ben may not leave a step out: maintainers of the repo may, and ops.",
    ],
    [
      "a rollback to what ran here",
      {
        ...inPlace({ artifacts: [{ ...never(), ranHere: true }] }),
        origin: { kind: "rollback", requester: ben },
      },
      "open: It was in prod before.",
    ],
    [
      "a rollback to what never ran here",
      { ...inPlace({}), origin: { kind: "rollback", requester: ben } },
      "closed: prod never held quay.io/acme/app v2: promote it instead.",
    ],
  ])("%s", (_name, given, said) => {
    expect(stateOf("ladder", given)).toBe(said);
  });
});

describe("artifact", () => {
  const other = `sha256:${"2".repeat(64)}`;
  const registry = (more: Partial<NonNullable<ReturnType<typeof artifact>["registry"]>>) =>
    inPlace({
      artifacts: [
        artifact({
          registry: { expected: DIGEST, found: { kind: "found", digest: DIGEST }, ...more },
        }),
      ],
    });
  test.each<Row>([
    ["the same digest", registry({}), "open: The same digest as before."],
    [
      "the tag was moved",
      registry({ found: { kind: "found", digest: other } }),
      `closed: quay.io/acme/app v2 names another image now: ${other}, not ${DIGEST}.`,
    ],
    [
      "gone",
      registry({ found: { kind: "missing" } }),
      "closed: quay.io/acme/app v2 is gone from its registry.",
    ],
    [
      "no answer",
      registry({ found: { kind: "unknown", detail: "it is paused" } }),
      "waiting: The registry did not tell of quay.io/acme/app v2: it is paused.",
    ],
    [
      "no digest was noted",
      registry({ expected: null }),
      "open: It exists; no digest was noted before.",
    ],
    ["a ref", inPlace({ artifacts: [artifact({ registry: null })] }), "none"],
  ])("%s", (_name, given, said) => {
    expect(stateOf("artifact", given)).toBe(said);
  });
});

describe("ban and hold", () => {
  const hold = (until: string | null, owner = "dora") => ({
    repo: "acme/cd",
    environment: "prod",
    component: null,
    owner,
    reason: "sale",
    until,
  });
  const banned = inPlace({
    artifacts: [artifact({ ban: { by: "dora", reason: "leaks memory" } })],
  });
  test.each<[string, Gate, GateFacts, string, string | undefined]>([
    [
      "a ban",
      "ban",
      banned,
      "closed: Banned: quay.io/acme/app v2 by dora (leaks memory).",
      undefined,
    ],
    [
      "a ban binds a rollback too",
      "ban",
      { ...banned, origin: { kind: "rollback", requester: ben } },
      "closed: Banned: quay.io/acme/app v2 by dora (leaks memory).",
      undefined,
    ],
    [
      "a hold without end",
      "hold",
      inPlace({ holds: [hold(null)] }),
      "closed: Held by dora: sale. /tagboat unhold lifts it.",
      undefined,
    ],
    [
      "holds with an end",
      "hold",
      inPlace({ holds: [hold("2026-11-19T13:00:00Z"), hold("2026-11-19T14:00:00Z", "erin")] }),
      "closed: Held by dora and 1 more: sale. /tagboat unhold lifts it.",
      "2026-11-19T14:00:00.000Z",
    ],
    [
      "a hold that ended",
      "hold",
      inPlace({ holds: [hold(NOW.toISOString())] }),
      "open: Nobody holds it.",
      undefined,
    ],
    [
      "a rollback does not wait for a hold",
      "hold",
      { ...inPlace({ holds: [hold(null)] }), origin: { kind: "rollback", requester: ben } },
      "open: A rollback does not wait for it.",
      undefined,
    ],
  ])("%s", (_name, gate, given, said, until) => {
    expect(stateOf(gate, given)).toBe(said);
    expect(untilOf(gate, given)).toBe(until);
  });
});

describe("freeze", () => {
  const environment = prod(
    '    freeze: [{ cron: "0 0 19 11 *", for: 1d, except: [docs], override: { teams: [on-call] } }]\n',
  );
  const override = { by: dora, at: "2026-11-19T10:00:00Z", reason: "hotfix", headOid: HEAD };
  const onCall = people({ ben: ["write"], carol: ["write"], dora: ["write", "on-call"] });
  const frozen = "waiting: prod is frozen. on-call may open it: /tagboat override.";
  const later = "2026-11-20T00:00:00.000Z";
  const nextYear = "2027-11-19T00:00:00.000Z";
  test.each<[string, Partial<GatePlace>, Partial<GateFacts>, string, string]>([
    ["frozen", {}, {}, frozen, later],
    [
      "not yet",
      {},
      { now: new Date("2026-11-18T23:59:59Z") },
      "open: No freeze now.",
      "2026-11-19T00:00:00.000Z",
    ],
    ["a component that is excepted", { component: "docs" }, {}, "open: No freeze now.", "null"],
    [
      "opened by on-call",
      { overrides: [override] },
      { people: onCall },
      "open: Frozen, and opened by dora: hotfix",
      nextYear,
    ],
    [
      "opened by somebody else",
      { overrides: [{ ...override, by: carol }] },
      { people: onCall },
      frozen,
      later,
    ],
    ["opened by one who left the team", { overrides: [override] }, {}, frozen, later],
    [
      "opened by one who may not write any more",
      { overrides: [override] },
      { people: people({ ben: ["write"], carol: ["write"], dora: ["read", "on-call"] }) },
      frozen,
      later,
    ],
    [
      "opened for another commit",
      { overrides: [{ ...override, headOid: OLDER }] },
      { people: onCall },
      frozen,
      later,
    ],
    [
      "opened before it began",
      { overrides: [{ ...override, at: "2026-11-18T20:00:00Z" }] },
      { people: onCall },
      frozen,
      later,
    ],
    [
      "a rollback",
      {},
      { origin: { kind: "rollback", requester: ben } },
      "open: A rollback does not wait for it.",
      "null",
    ],
  ])("%s", (_name, there, more, said, until) => {
    const given = facts({ places: [place({ environment, ...there })], ...more });
    expect(stateOf("freeze", given)).toBe(said);
    expect(untilOf("freeze", given) ?? "null").toBe(until);
  });

  test("that nobody may open", () => {
    const given = inPlace({
      environment: prod('    freeze: [{ cron: "0 0 19 11 *", for: 1d }]\n'),
      overrides: [override],
    });
    expect(stateOf("freeze", { ...given, people: onCall })).toBe("waiting: prod is frozen.");
  });
});

describe("age, soak and health", () => {
  const old = (builtAt: string | null) =>
    inPlace({ environment: prod("    age: 1d\n"), artifacts: [artifact({ builtAt })] });
  const running = (more: Partial<NonNullable<ReturnType<typeof step>["running"]>>) =>
    ({ health: "healthy", undegradedFor: 3_600_000, counting: true, ...more }) as const;
  const ran = (more: Parameters<typeof step>[0]) =>
    inPlace({
      environment: prod("    soak: 1h\n    require: { health: argocd }\n"),
      artifacts: [artifact({ steps: [step(more)] })],
    });
  const noFeed =
    "closed: In dev: no notification of Argo CD tells how it runs there: connect them, or take the gate out of the config.";
  test.each<[string, Gate, GateFacts, string, string | undefined]>([
    [
      "old enough to the second",
      "age",
      old("2026-11-18T12:00:00Z"),
      "open: Built more than 1d ago.",
      undefined,
    ],
    [
      "too young",
      "age",
      old("2026-11-18T12:00:01Z"),
      "waiting: quay.io/acme/app v2 is younger than 1d.",
      "2026-11-19T12:00:01.000Z",
    ],
    [
      "of unknown age",
      "age",
      old(null),
      "closed: When quay.io/acme/app v2 was built is not known.",
      undefined,
    ],
    [
      "of a senseless age",
      "age",
      old("yesterday"),
      "closed: When quay.io/acme/app v2 was built is not known.",
      undefined,
    ],
    ["soak without a feed", "soak", ran({}), noFeed, undefined],
    ["health without a feed", "health", ran({}), noFeed, undefined],
    ["soaked", "soak", ran({ running: running({}) }), "open: It ran in dev for 1h.", undefined],
    [
      "not long enough yet",
      "soak",
      ran({ running: running({ undegradedFor: 600_000 }) }),
      "waiting: It is to run in dev for 1h.",
      "2026-11-19T12:50:00.000Z",
    ],
    [
      "not long enough, and gone from there",
      "soak",
      ran({ held: "before", running: running({ undegradedFor: 600_000, counting: false }) }),
      "closed: It did not run in dev for 1h without being degraded.",
      undefined,
    ],
    [
      "never there",
      "soak",
      ran({ held: "never" }),
      "closed: It ran in no environment before.",
      undefined,
    ],
    ["healthy", "health", ran({ running: running({}) }), "open: It is healthy in dev.", undefined],
    [
      "degraded",
      "health",
      ran({ running: running({ health: "degraded" }) }),
      "closed: It is degraded in dev.",
      undefined,
    ],
    [
      "progressing",
      "health",
      ran({ running: running({ health: "progressing" }) }),
      "waiting: It is not yet healthy in dev.",
      undefined,
    ],
    ["not asked for", "soak", facts(), "none", undefined],
  ])("%s", (_name, gate, given, said, until) => {
    expect(stateOf(gate, given)).toBe(said);
    expect(untilOf(gate, given)).toBe(until);
  });

  test.each<Gate>(["age", "soak", "health"])("a rollback does not wait for %s", (gate) => {
    const environment = prod("    age: 1d\n    soak: 1h\n    require: { health: argocd }\n");
    const artifacts = [artifact({ builtAt: null, ranHere: true, steps: [] })];
    const given = facts({
      places: [place({ environment, artifacts })],
      origin: { kind: "rollback", requester: ben },
    });
    expect(stateOf(gate, given)).toBe("open: A rollback does not wait for it.");
    expect(evaluateGates(given).verdict).toBe("open");
  });
});

describe("checks", () => {
  const environment = prod("    require: { checks: [acs, e2e] }\n");
  const check = (name: string, verdict: "passing" | "pending" | "failing") => ({
    name,
    appId: 9,
    verdict,
    required: false,
  });
  const passing = [check("acs", "passing"), check("e2e", "passing")];
  test.each<[string, ReturnType<typeof check>[], string]>([
    ["all passed", passing, "open: Passed: acs and e2e."],
    ["one is not there", [check("acs", "passing")], "waiting: Not reported on this commit: e2e."],
    [
      "one runs",
      [check("acs", "pending"), check("e2e", "passing")],
      "waiting: Still running: acs.",
    ],
    ["one failed", [check("acs", "failing")], "closed: Failed: acs."],
    [
      "a second one by that name failed",
      [...passing, check("acs", "failing")],
      "closed: Failed: acs.",
    ],
    [
      "a second one by that name runs",
      [...passing, check("acs", "pending")],
      "waiting: Still running: acs.",
    ],
  ])("%s", (_name, checks, said) => {
    expect(
      stateOf("checks", facts({ pull: pull({ checks }), places: [place({ environment })] })),
    ).toBe(said);
  });
});
