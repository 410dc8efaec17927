import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, PRE, type Scene } from "../support/scene.ts";
import { overlay, V2 } from "../support/story.ts";

/** Who may command: asked of GitHub when the command is carried out, never remembered. */

const PROMOTE = "/promote pre-prod";
const OPENED = ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"];
const WRITE = "ask somebody with write in this repo.";
const ops = { pre: ["allow: { teams: [ops] }"] } as const;
const OPS = "`ben` may not command `pre-prod` here: ask somebody with write who is in `ops`.";

function by(login: string, command = PROMOTE): Act {
  return (s) => s.say(login, command);
}

function loses(s: Scene, request: string, act: () => unknown): Promise<unknown> {
  s.meanwhile(request, async () => act());
  return s.say("ben", PROMOTE);
}

describe("a command by somebody who may not", () => {
  const refused: readonly [string, string, string, string, readonly string[]][] = [
    ["a reader promotes", "cara", PROMOTE, "`/promote`", OPENED],
    ["an outsider promotes", "dave", PROMOTE, "`/promote`", OPENED],
    ["somebody with triage promotes", "finn", PROMOTE, "`/promote`", OPENED],
    ["somebody with triage holds", "finn", "/tagboat hold dev", "`/hold`", ["labelled #1"]],
    ["a reader bans", "cara", "/tagboat ban dev", "`/ban`", ["labelled #1"]],
  ];
  defend(
    refused.map(
      ([what, login, command, act, does]): Attack => ({
        what,
        attack: by(login, command),
        told: [`#1 \`${login}\` may not ${act} here: ${WRITE}`],
        control: by("ben", command),
        does,
      }),
    ),
  );

  defend([
    {
      what: "a reader rolls back",
      given: async (s) => {
        await s.h.people.gitPush("ann", "main", { [PRE]: overlay(V2) });
      },
      attack: by("cara", "/rollback pre-prod"),
      told: [`#1 \`cara\` may not \`/rollback\` here: ${WRITE}`],
      control: by("ben", "/rollback pre-prod"),
      does: [
        "labelled #1",
        "opened #2 Roll back pre-prod: app bf76-qqxrq → 6322-rbbs9",
        "wrote #2",
      ],
    },
    {
      what: "a reader lifts a hold",
      given: by("ben", "/tagboat hold pre-prod"),
      attack: async (s) => {
        await s.say("cara", "/tagboat unhold pre-prod");
        await s.say("ben", PROMOTE);
      },
      told: [
        `#1 \`cara\` may not \`/unhold\` here: ${WRITE}`,
        "#1 `pre-prod` is held by `ben`: no reason given. `/tagboat unhold` lifts it.",
      ],
      control: async (s) => {
        await s.say("erin", "/tagboat unhold pre-prod");
        await s.say("ben", PROMOTE);
      },
      does: OPENED,
    },
    {
      what: "write is taken away between the comment and its run",
      attack: (s) =>
        loses(s, "addReaction", () => s.h.stage.world.setPermission(s.h.repo, "ben", "read")),
      told: [`#1 \`ben\` may not \`/promote\` here: ${WRITE}`],
      control: by("ben"),
      does: OPENED,
    },
  ]);
});

describe("a command by somebody who is in no team that may", () => {
  defend([
    {
      what: "with write, in another team",
      setting: ops,
      attack: by("ben"),
      told: [`#1 ${OPS}`],
      control: by("erin"),
      does: OPENED,
    },
    {
      what: "invited, and not a member yet",
      setting: {
        ...ops,
        before: async ({ world }) => void world.team("acme", "ops")?.pending.add("ben"),
      },
      attack: by("ben"),
      told: [`#1 ${OPS}`],
      control: by("erin"),
      does: OPENED,
    },
    {
      what: "in a team whose name begins the same",
      setting: {
        ...ops,
        before: async ({ world }) => void world.addTeam("acme", "ops-interns", ["ben"]),
      },
      attack: by("ben"),
      told: [`#1 ${OPS}`],
      control: by("erin"),
      does: OPENED,
    },
    {
      what: "in the team, without write",
      setting: {
        ...ops,
        before: async ({ world }) => void world.team("acme", "ops")?.members.add("cara"),
      },
      attack: by("cara"),
      told: [`#1 \`cara\` may not \`/promote\` here: ${WRITE}`],
      control: by("erin"),
      does: OPENED,
    },
    {
      what: "taken out of the team between the comment and its run",
      setting: { pre: ["allow: { teams: [web] }"] },
      attack: (s) =>
        loses(s, "collaborators", () => s.h.stage.world.team("acme", "web")?.members.delete("ben")),
      told: ["#1 `ben` may not command `pre-prod` here: ask somebody with write who is in `web`."],
      control: by("ben"),
      does: OPENED,
    },
  ]);
});

describe("a right of its own", () => {
  const skip = '/promote prod --from dev --reason "a hurry"';
  const frozen = {
    pre: ['freeze: [{ cron: "0 9 * * 0", for: 2h, override: { teams: [ops] } }]'],
  } as const;
  const open = '/tagboat override pre-prod --reason "a fire"';
  const given: Act = (s) => s.say("ben", PROMOTE);
  const proposal = (s: Scene) => s.ours();
  const FROZEN =
    "#2 freeze: pre-prod is frozen. ops may open it: /tagboat override. Until 2026-11-22 11:00 UTC.";

  defend([
    {
      what: "a step of the ladder is left out by somebody with write",
      attack: by("ben", skip),
      told: [
        "#1 `dev` is not the step before `prod` (`pre-prod` is): maintainers of the repo may leave a step out.",
      ],
      control: by("ann", skip),
      does: ["opened #2 prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"],
    },
    {
      what: "a step of the ladder is left out by a maintainer without a reason",
      attack: by("ann", "/promote prod --from dev"),
      told: [
        '#1 `dev` is not the step before `prod` (`pre-prod` is): to leave a step out, give a reason: `--reason "…"`.',
      ],
      control: by("ann", skip),
      does: ["opened #2 prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"],
    },
    {
      what: "a freeze is opened by somebody whom it does not name",
      setting: frozen,
      given,
      attack: async (s) => {
        await s.say("ben", open, proposal(s));
        await s.approve("ann", proposal(s));
      },
      told: ["#2 `ben` may not open a freeze of `pre-prod`: `ops` may.", FROZEN],
      control: async (s) => {
        await s.say("erin", open, proposal(s));
        await s.approve("ann", proposal(s));
      },
      does: ["labelled #2", "lets #2 pass"],
    },
    {
      what: "a freeze that names nobody is opened by an admin",
      setting: { pre: ['freeze: [{ cron: "0 9 * * 0", for: 2h }]'] },
      given,
      attack: async (s) => {
        await s.say("ann", open, proposal(s));
        await s.approve("ann", proposal(s));
      },
      told: [
        "#2 No freeze of `pre-prod` can be opened: its `override:` names nobody.",
        "#2 freeze: pre-prod is frozen. Until 2026-11-22 11:00 UTC.",
      ],
      control: async (s) => {
        await s.approve("ann", proposal(s));
        await s.settle(3 * 3_600_000);
      },
      does: ["lets #2 pass"],
    },
    {
      what: "a freeze is opened on another pull request",
      setting: frozen,
      given,
      attack: async (s) => {
        await s.say("erin", open);
        await s.approve("ann", proposal(s));
      },
      told: [
        "#1 The freeze of `pre-prod` is open for `<commit>` of this pull request: a fire",
        FROZEN,
      ],
      also: ["labelled #1"],
      control: async (s) => {
        await s.say("erin", open, proposal(s));
        await s.approve("ann", proposal(s));
      },
      does: ["labelled #2", "lets #2 pass"],
    },
    {
      what: "a freeze was opened for the head before a push",
      setting: frozen,
      given,
      attack: async (s) => {
        const pull = proposal(s);
        await s.say("erin", open, pull);
        await s.h.people.gitPush("ann", "main", { "docs/more.md": "more\n" });
        await s.h.people.mergeInto("ann", pull.headBranch, "main");
        await s.approve("erin", pull);
      },
      also: ["labelled #2"],
      told: [
        "#2 The freeze of `pre-prod` is open for `<commit>` of this pull request: a fire",
        FROZEN,
      ],
      control: async (s) => {
        await s.say("erin", open, proposal(s));
        await s.approve("ann", proposal(s));
      },
      does: ["labelled #2", "lets #2 pass"],
    },
  ]);
});
