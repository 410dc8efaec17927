import { describe, expect, test } from "@jest/globals";
import { evaluateGates } from "../../../src/promote/gates/evaluate.ts";
import type { GateFacts } from "../../../src/promote/gates/facts.ts";
import { peopleToAsk } from "../../../src/promote/gates/people-to-ask.ts";
import {
  account,
  ben,
  bot,
  carol,
  commit,
  config,
  dora,
  erin,
  facts,
  HEAD,
  OLDER,
  people,
  place,
  prod,
  pull,
  review,
} from "../../support/gate-facts.ts";

function approvals(given: GateFacts): string {
  const state = evaluateGates(given).states.find(({ gate }) => gate === "approvals");
  return `${state?.verdict}: ${state?.detail}`;
}

const short = HEAD.slice(0, 7);
const missing = `: somebody with write, not ben, who asked for it, approves commit ${short}.`;
const missingOps = `: somebody of ops, not ben, who asked for it, approves commit ${short}.`;
const renovate = account("renovate[bot]", 99, true);
const ops = (keys = "") => [
  place({ environment: prod(`    approvals: { teams: [ops]${keys} }\n`) }),
];
const two = [place({ environment: prod("    approvals: { count: 2 }\n") })];
const none = [place({ environment: prod("    approvals: { count: 0 }\n") })];
const own = { origin: { kind: "person" as const }, content: null };

/** Who × what: each row is one way in which an approval does or does not count. */
describe("who approves what", () => {
  test.each<[string, Parameters<typeof pull>[0], Partial<GateFacts>, string]>([
    ["a person with write, on the head", {}, {}, "open: Approved: carol."],
    ["nobody", { reviews: [] }, {}, `waiting: 0 of 1 approvals${missing}`],
    [
      "the requester alone",
      { reviews: [review(ben)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: ben (asked for it).`,
    ],
    [
      "the requester, whom the config lets",
      { reviews: [review(ben)] },
      { places: [place({ environment: prod("    approvals: { requester: true }\n") })] },
      "open: Approved: ben.",
    ],
    [
      "the requester by another name, but the same id",
      { reviews: [review(account("ben-renamed", ben.id))] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: ben-renamed (asked for it).`,
    ],
    [
      "somebody who may only read",
      { reviews: [review(erin)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: erin (may not write here).`,
    ],
    [
      "somebody who may triage",
      { reviews: [review(erin)] },
      { people: people({ ben: ["write"], erin: ["triage"] }) },
      `waiting: 0 of 1 approvals${missing} Not counted: erin (may not write here).`,
    ],
    [
      "somebody of whom nothing is known",
      { reviews: [review(account("mallory", 66))] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: mallory (may not write here).`,
    ],
    [
      "a bot",
      { reviews: [review(renovate)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: renovate[bot] (no person).`,
    ],
    [
      "somebody, before the last push",
      { reviews: [review(carol, "approved", OLDER)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: carol (an older commit).`,
    ],
    [
      "somebody, on a commit that is gone",
      { reviews: [review(carol, "approved", null)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: carol (an older commit).`,
    ],
    [
      "the author of a commit",
      { commits: [commit(bot), commit(carol)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: carol (wrote a commit of it).`,
    ],
    [
      "the committer of a commit",
      { commits: [commit(bot, carol)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: carol (wrote a commit of it).`,
    ],
    [
      "whoever merged the base into the branch",
      { commits: [{ ...commit(carol), parents: [OLDER, HEAD] }, commit(bot)] },
      {},
      `waiting: 0 of 1 approvals${missing} Not counted: carol (wrote a commit of it).`,
    ],
    [
      "somebody who is in no team that counts",
      {},
      { places: ops() },
      `waiting: 0 of 1 approvals${missingOps} Not counted: carol (not in ops).`,
    ],
    [
      "somebody of the team",
      {},
      { places: ops(), people: people({ ben: ["write"], carol: ["write", "ops"] }) },
      "open: Approved: carol.",
    ],
    [
      "somebody of the team without write",
      {},
      { places: ops(), people: people({ ben: ["write"], carol: ["read", "ops"] }) },
      `waiting: 0 of 1 approvals${missingOps} Not counted: carol (may not write here).`,
    ],
    [
      "somebody of one of two teams",
      {},
      {
        places: [place({ environment: prod("    approvals: { teams: [ops, sec] }\n") })],
        people: people({ ben: ["write"], carol: ["write", "sec"] }),
      },
      "open: Approved: carol.",
    ],
    ["one of two", {}, { places: two }, `waiting: 1 of 2 approvals${missing}`],
    [
      "the same person twice",
      { reviews: [review(carol), review(carol)] },
      { places: two },
      `waiting: 1 of 2 approvals${missing}`,
    ],
    [
      "two people",
      { reviews: [review(carol), review(dora)] },
      { places: two },
      "open: 2 of 2 approvals: carol and dora.",
    ],
    ["nobody, and nobody has to", { reviews: [] }, { places: none }, "open: None is needed."],
    [
      "somebody who then comments",
      { reviews: [review(carol), review(carol, "commented")] },
      {},
      "open: Approved: carol.",
    ],
    [
      "somebody whose approval was dismissed",
      { reviews: [review(carol, "dismissed")] },
      {},
      `waiting: 0 of 1 approvals${missing}`,
    ],
    [
      "somebody whose second approval was dismissed: the first does not come back",
      { reviews: [review(carol), review(carol, "dismissed")] },
      {},
      `waiting: 0 of 1 approvals${missing}`,
    ],
    [
      "somebody who approves again after a dismissal",
      { reviews: [review(carol, "dismissed"), review(carol)] },
      {},
      "open: Approved: carol.",
    ],
    [
      "somebody who asked for changes after approving",
      { reviews: [review(carol), review(carol, "changes-requested")] },
      {},
      "closed: Changes asked for by carol: by approving, or a dismissal, it goes on.",
    ],
    [
      "somebody who approves after asking for changes",
      { reviews: [review(carol, "changes-requested"), review(carol)] },
      {},
      "open: Approved: carol.",
    ],
    [
      "one, while another asks for changes of an older commit",
      { reviews: [review(carol), review(dora, "changes-requested", OLDER)] },
      {},
      "closed: Changes asked for by dora: by approving, or a dismissal, it goes on.",
    ],
    [
      "one, while somebody who may only read asks for changes",
      { reviews: [review(carol), review(erin, "changes-requested")] },
      {},
      "open: Approved: carol.",
    ],
    [
      "one of the team, while somebody outside it asks for changes",
      { reviews: [review(carol), review(dora, "changes-requested")] },
      {
        places: ops(),
        people: people({ ben: ["write"], carol: ["write", "ops"], dora: ["write"] }),
      },
      "open: Approved: carol.",
    ],
    [
      "one, while a bot asks for changes",
      { reviews: [review(carol), review(renovate, "changes-requested")] },
      {},
      "open: Approved: carol.",
    ],
    [
      "one, while the requester asks for changes",
      { reviews: [review(carol), review(ben, "changes-requested")] },
      {},
      "closed: Changes asked for by ben: by approving, or a dismissal, it goes on.",
    ],
    [
      "nobody has to, but somebody asks for changes",
      { reviews: [review(dora, "changes-requested")] },
      { places: none },
      "closed: Changes asked for by dora: by approving, or a dismissal, it goes on.",
    ],
    [
      "one, of more commits than are listed",
      { commitsComplete: false },
      {},
      "closed: It has more commits than GitHub lists: who wrote them is not known.",
    ],
    [
      "one, after the requester lost the right to write",
      {},
      { people: people({ ben: ["read"], carol: ["write"] }) },
      "closed: ben, who asked for it, may not do so any more.",
    ],
    [
      "one, after the requester left the team that may command",
      {},
      { places: [place({ environment: prod("    allow: { teams: [web] }\n") })] },
      "closed: ben, who asked for it, may not do so any more.",
    ],
    [
      "one, of what a merge led to",
      {},
      { origin: { kind: "promotion", requester: null } },
      "open: Approved: carol.",
    ],
    ["one, of a tracking proposal", {}, { origin: { kind: "tracking" } }, "open: Approved: carol."],
    [
      "nobody, of a rollback that needs two: one",
      { reviews: [] },
      { origin: { kind: "rollback", requester: ben }, places: two },
      `waiting: 0 of 1 approvals${missing}`,
    ],
    [
      "one, of a rollback that needs two",
      {},
      { origin: { kind: "rollback", requester: ben }, places: two },
      "open: Approved: carol.",
    ],
    [
      "the requester of a rollback",
      { reviews: [review(ben)] },
      { origin: { kind: "rollback", requester: ben }, places: two },
      `waiting: 0 of 1 approvals${missing} Not counted: ben (asked for it).`,
    ],
    [
      "one, of a rollback, who is not in the team",
      {},
      { origin: { kind: "rollback", requester: ben }, places: ops() },
      `waiting: 0 of 1 approvals${missingOps} Not counted: carol (not in ops).`,
    ],
    [
      "one, of a person's own change",
      { author: ben, commits: [commit(ben)] },
      own,
      "open: Approved: carol.",
    ],
    [
      "its author, of a person's own change",
      { author: ben, commits: [commit(ben)], reviews: [review(ben)] },
      own,
      `waiting: 0 of 1 approvals${missing} Not counted: ben (asked for it).`,
    ],
    [
      "who pushed to another person's change",
      { author: ben, commits: [commit(carol), commit(ben)] },
      own,
      `waiting: 0 of 1 approvals${missing} Not counted: carol (wrote a commit of it).`,
    ],
    [
      "one, of a change with a commit of nobody GitHub knows",
      { author: ben, commits: [commit(ben), { ...commit(), oid: OLDER }] },
      own,
      "closed: Commit bbbbbbb has an author whom GitHub does not know: an approval may be the author's own. Commit it with an address of a GitHub user.",
    ],
    [
      "one, of a change that GitHub's page committed for nobody it knows",
      { author: ben, commits: [{ ...commit(account("web-flow", 19864447)), oid: OLDER }] },
      own,
      "closed: Commit bbbbbbb has an author whom GitHub does not know: an approval may be the author's own. Commit it with an address of a GitHub user.",
    ],
  ])("%s", (_name, there, more, said) => {
    expect(approvals(facts({ pull: pull(there), ...more }))).toBe(said);
  });
});

test("title, body, labels and notes of the pull request decide nothing", () => {
  const there = pull({
    reviews: [],
    title: "approved by carol",
    body: "/tagboat override prod <!-- tagboat:v1 e30 -->",
    labels: ["approved", "lgtm", "tagboat"],
    notes: [
      {
        id: 1,
        author: bot,
        byOurApp: true,
        body: "approved",
        createdAt: "2026-11-19T11:00:00Z",
        edited: true,
        onFork: null,
      },
    ],
  });
  expect(evaluateGates(facts({ pull: there }))).toEqual(
    evaluateGates(facts({ pull: pull({ reviews: [] }) })),
  );
});

describe("whom to ask after", () => {
  test("those whose standing decides, once each, and the teams that are named", () => {
    const environment = prod(`    approvals: { teams: [ops] }
    allow: { teams: [web], skip: [leads] }
    freeze: [{ cron: "0 0 * * *", for: 1h, override: { teams: [on-call, ops] } }]
`);
    const override = { by: dora, at: "2026-11-19T10:00:00Z", reason: "x", headOid: HEAD };
    const given = facts({
      pull: pull({
        reviews: [review(carol), review(renovate), review(erin, "changes-requested", OLDER)],
      }),
      places: [place({ environment, overrides: [override], skip: { by: ben, reason: "x" } })],
      config: { before: config("    approvals: { teams: [sec] }\n"), after: null },
    });
    expect(peopleToAsk(given)).toEqual({
      people: [carol, erin, ben, dora].map(({ login, id }) => ({ login, id })),
      teams: ["leads", "on-call", "ops", "sec", "web"],
    });
  });

  test("nobody whose review does not count anyway", () => {
    const given = facts({
      origin: { kind: "tracking" },
      pull: pull({
        reviews: [
          review(carol, "approved", OLDER),
          review(dora),
          review(dora, "dismissed"),
          review(erin, "commented"),
        ],
      }),
    });
    expect(peopleToAsk(given)).toEqual({ people: [], teams: [] });
  });
});
