import { expect, test } from "@jest/globals";
import { promotionCheck } from "../../src/promote/check-text.ts";
import { evaluateGates, nothingToGate } from "../../src/promote/gates/evaluate.ts";
import type { GateFacts } from "../../src/promote/gates/facts.ts";
import {
  artifact,
  ben,
  carol,
  config,
  dora,
  facts,
  people,
  place,
  prod,
  pull,
  review,
} from "../support/gate-facts.ts";

function check(given: GateFacts, required = true) {
  return promotionCheck(evaluateGates(given), { base: "main", required, facts: given });
}

test("a promotion that may merge", () => {
  expect(check(facts())).toEqual({
    name: "tagboat/promotion",
    conclusion: "success",
    title: "May merge",
    summary: `Promotion to \`prod\`, asked for by \`ben\`.

|  | gate | how it stands |
| --- | --- | --- |
| ✓ | content | It changes the declared places alone. |
| ✓ | ladder | It was in dev. |
| ✓ | artifact | The same digest as before. |
| ✓ | ban | It is not banned. |
| ✓ | hold | Nobody holds it. |
| ✓ | approvals | Approved: carol. |`,
    annotations: [],
  });
});

test("a promotion that waits and is closed, on a branch that does not require the check", () => {
  const environment = prod(`    approvals: { count: 2, teams: [ops] }
    soak: 1h
    age: 2d
    require: { checks: [acs] }
    freeze: [{ cron: "0 15 * * 5", for: 65h, tz: Europe/London }]
`);
  const given = facts({
    now: new Date("2026-11-21T12:00:00Z"),
    places: [
      place({
        environment,
        component: "api",
        artifacts: [artifact({ builtAt: "2026-11-20T12:00:01Z" })],
        holds: [
          {
            repo: "acme/cd",
            environment: "prod",
            component: "api",
            owner: "dora",
            reason: "sale | <b>@acme/ops</b>",
            until: "2026-11-24T00:00:00Z",
          },
        ],
      }),
    ],
    pull: pull({ reviews: [review(carol), review(dora)] }),
    people: people({ ben: ["write"], carol: ["write", "ops"], dora: ["write"] }),
  });
  expect(check(given, false)).toEqual({
    name: "tagboat/promotion",
    conclusion: "failure",
    title: "Closed: hold, soak (advisory)",
    summary: `Promotion to \`prod/api\`, asked for by \`ben\`.

|  | gate | how it stands |
| --- | --- | --- |
| ✓ | content | It changes the declared places alone. |
| ✓ | ladder | It was in dev. |
| ✓ | artifact | The same digest as before. |
| ✓ | ban | It is not banned. |
| ✗ | hold | Held by dora: sale \\| &lt;b&gt;@\u2060acme/ops&lt;/b&gt;. /tagboat unhold lifts it. Until 2026-11-24 00:00 UTC. |
| … | freeze | prod is frozen. Until 2026-11-23 08:00 UTC. |
| … | age | quay.io/acme/app v2 is younger than 2d. Until 2026-11-22 12:01 UTC. |
| ✗ | soak | In dev: no notification of Argo CD tells how it runs there: connect them, or take the gate out of the config. |
| … | checks | Not reported on this commit: acs. |
| … | approvals | 1 of 2 approvals: somebody of ops, not ben, who asked for it, approves commit aaaaaaa. Not counted: dora (not in ops). |

Looked at again by itself at 2026-11-22 12:01 UTC, and whenever something changes.

> **Advisory**: the rules of \`main\` do not require this check, so GitHub lets people merge whatever it says. Require \`tagboat/promotion\` there, with Tagboat as its source.`,
    annotations: [],
  });
});

test("what only waits may not merge: it is a failure, not neutral", () => {
  const { conclusion, title } = check(facts({ pull: pull({ reviews: [] }) }));
  expect({ conclusion, title }).toEqual({ conclusion: "failure", title: "Waiting: approvals" });
});

test("nothing to gate", () => {
  expect(promotionCheck(nothingToGate, { base: "main", required: false, facts: null })).toEqual({
    name: "tagboat/promotion",
    conclusion: "success",
    title: "Nothing to gate",
    summary:
      "It changes no image or ref that Tagboat tracks and that waits for a gate, and not its config.",
    annotations: [],
  });
});

const before = config();
test.each<[string, Partial<GateFacts>, string]>([
  ["a tracking proposal", { origin: { kind: "tracking" } }, "New images for `prod`."],
  [
    "what a merge led to",
    { origin: { kind: "promotion", requester: null } },
    "Promotion to `prod`, opened by a merge.",
  ],
  [
    "a rollback",
    { origin: { kind: "rollback", requester: ben } },
    "Rollback of `prod`, asked for by `ben`.",
  ],
  [
    "a person's change",
    { origin: { kind: "person" } },
    "A person's own change of what runs in `prod`.",
  ],
  [
    "a branch of ours with more on it",
    { origin: { kind: "foreign", why: "x" } },
    "A proposal for `prod`, with work of others on its branch.",
  ],
  [
    "a config change",
    { origin: { kind: "person" }, places: [], config: { before, after: before } },
    "A change of Tagboat's config.",
  ],
  [
    "many places",
    { places: Array.from({ length: 12 }, (_, index) => place({ component: `c${index}` })) },
    "Promotion to `prod/c0`, `prod/c1`, `prod/c2`, `prod/c3`, `prod/c4`, `prod/c5`, `prod/c6`, `prod/c7`, `prod/c8`, `prod/c9` and 2 more, asked for by `ben`.",
  ],
])("%s", (_name, more, first) => {
  expect(check(facts(more)).summary.split("\n")[0]).toBe(first);
});
