import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import { more } from "../support/other-repo.ts";
import { type Act, ladder, type Scene } from "../support/scene.ts";
import { CONFIG, DEV, IMAGE, overlay, V2, V3 } from "../support/story.ts";

/** What webhooks say is a hint: forged, repeated, late, of another owner, or while nothing may be done. */

const COMMAND = "/promote pre-prod";
const MINUTE = 60_000;
const control: Act = (s) => s.say("ben", COMMAND);
const OPENED = ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"];
const PROMOTES =
  "#1 #2 promotes `app` `6322-rbbs9` → `bf76-qqxrq` to `pre-prod`. It needs the approval of somebody with write other than `ben`. A person merges it.";
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

/** A command whose webhook does not arrive. */
async function lost(s: Scene): Promise<void> {
  s.h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "issue_comment" });
  await s.say("ben", COMMAND);
}

function last(s: Scene) {
  return s.h.stage.webhooks
    .deliveries(s.h.app.id)
    .findLast(({ event }) => event === "issue_comment");
}

const delivered: Act = (s) => s.again(last(s));

/** The operator's switch, known to the work. */
async function paused(
  { h }: Scene,
  scope: { readonly repo: string | null; readonly environment: string | null },
): Promise<void> {
  await h.switches.put({ ...scope, since: h.clock.now().toISOString(), reason: "a move" });
  await h.clock.advance(2_000);
}

const hook =
  (values: Readonly<Record<string, unknown>>): Act =>
  (s) =>
    s.hook("issue_comment", values);

describe("a webhook that is not what it says", () => {
  const rows: readonly [string, Act, Act][] = [
    ["signed with another secret", lost, (s) => s.hook("issue_comment", {}, "another secret")],
    ["of a comment on an issue", lost, hook({ "issue.pull_request": undefined })],
    ["of a comment by a bot", lost, hook({ "comment.user.type": "Bot" })],
    ["sent by somebody who is not the author", lost, hook({ "sender.id": 1 })],
    ["of another repo", lost, hook({ "repository.full_name": "acme/other" })],
    [
      "of a comment that says something else",
      async (s) => {
        await s.say("ben", "Looks good");
      },
      hook({ "comment.body": COMMAND }),
    ],
    [
      "of a comment by somebody else",
      async (s) => {
        s.h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "issue_comment" });
        await s.say("cara", COMMAND);
      },
      (s) => {
        const id = s.h.stage.world.accounts.get("ben")?.id;
        const ben = { "sender.id": id, "comment.user.id": id, "comment.user.login": "ben" };
        return s.hook("issue_comment", ben);
      },
    ],
  ];
  defend(
    rows.map(
      ([what, given, attack]): Attack => ({
        what,
        given,
        attack,
        told: [],
        control,
        does: OPENED,
      }),
    ),
  );
});

describe("a command that comes late, or again", () => {
  defend([
    {
      what: "half an hour after it was written",
      given: lost,
      attack: async (s) => {
        await s.h.clock.advance(31 * MINUTE);
        await delivered(s);
      },
      told: [],
      control: async (s) => {
        await s.h.clock.advance(10 * MINUTE);
        await delivered(s);
      },
      does: OPENED,
    },
    {
      what: "twice",
      attack: async (s) => {
        s.h.stage.faults.arm({ fault: { kind: "webhook-doubled" }, at: "issue_comment" });
        await s.say("ben", COMMAND);
      },
      also: OPENED,
      told: [PROMOTES, WAITS],
      control,
      does: OPENED,
    },
    {
      what: "again, when its pull request was closed",
      given: async (s) => {
        await control(s);
        await s.h.people.close("ann", s.ours());
        await s.settle();
      },
      attack: async (s) => {
        await s.h.stage.webhooks.redeliver(last(s)?.id ?? 0);
      },
      told: [],
      control: (s) => s.say("ben", COMMAND),
      does: ["opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
    },
    {
      what: "from two people at once",
      attack: async (s) => {
        await s.h.stage.world.comment(s.h.repo, "ben", s.talk, COMMAND);
        await s.h.stage.world.comment(s.h.repo, "erin", s.talk, COMMAND);
      },
      also: OPENED,
      told: [PROMOTES, PROMOTES.replace("`ben`", "`erin`"), WAITS],
      control,
      does: OPENED,
    },
    {
      what: "together with a hold",
      attack: async (s) => {
        await s.h.stage.world.comment(s.h.repo, "erin", s.talk, "/tagboat hold pre-prod");
        await s.h.stage.world.comment(s.h.repo, "ben", s.talk, COMMAND);
      },
      also: ["labelled #1"],
      told: [
        "#1 `pre-prod` stays as it is until somebody lifts it: no reason given. `/tagboat unhold pre-prod` lifts it.",
        "#1 `pre-prod` is held by `erin`: no reason given. `/tagboat unhold` lifts it.",
      ],
      control,
      does: OPENED,
    },
    {
      what: "just before a hold",
      setting: { pre: ["merge: approved"] },
      attack: async (s) => {
        await s.h.stage.world.comment(s.h.repo, "ben", s.talk, COMMAND);
        await s.h.stage.world.comment(s.h.repo, "erin", s.talk, "/tagboat hold pre-prod");
        await s.settle();
        await s.approve("ann", s.ours());
      },
      also: ["labelled #1", ...OPENED],
      told: [
        PROMOTES.replace("A person merges it.", "It merges by itself then."),
        "#1 `pre-prod` stays as it is until somebody lifts it: no reason given. `/tagboat unhold pre-prod` lifts it.",
        "#2 hold: Held by erin: no reason given. /tagboat unhold lifts it.",
      ],
      control: async (s) => {
        await control(s);
        await s.approve("ann", s.ours());
      },
      does: ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2", "merged #2"],
    },
  ]);
});

describe("a command where none is taken", () => {
  const liftedAfter =
    (minutes: number): Act =>
    async (s) => {
      await s.say("ben", COMMAND);
      await s.settle(minutes * MINUTE);
      await s.h.switches.lift({ repo: "acme/cd", environment: null });
    };
  const LATE =
    "#1 This command waited for more than half an hour and was not carried out: write it again if it is still wanted.";
  defend([
    {
      what: "on a pull request from a fork",
      attack: async (s) => {
        const fork = await s.h.stage.world.fork(s.h.repo, "dave");
        await more(s, fork, "dave");
        const pull = await s.h.people.openPull("dave", "more", "main", fork);
        await s.settle();
        await s.say("ben", COMMAND, pull);
      },
      also: ["lets #2 pass"],
      told: [
        "#2 No command is taken on a pull request from a fork: write it on one from a branch of this repo.",
      ],
      control,
      does: OPENED,
    },
    {
      what: "while the App is suspended for a day",
      attack: async (s) => {
        const { world } = s.h.stage;
        s.meanwhile("addReaction", async () => world.suspend(s.h.installation.id, true));
        await s.say("ben", COMMAND);
        await s.h.clock.advance(24 * 60 * MINUTE);
        await world.suspend(s.h.installation.id, false);
      },
      told: [LATE],
      control,
      does: OPENED,
    },
    {
      what: "while the operator pauses the repo for an hour",
      given: (s) => paused(s, { repo: "acme/cd", environment: null }),
      attack: liftedAfter(60),
      told: [LATE],
      control: liftedAfter(10),
      does: OPENED,
    },
    {
      what: "while the operator pauses the environment",
      given: (s) => paused(s, { repo: null, environment: "pre-prod" }),
      attack: control,
      told: ["#1 `pre-prod` is paused by the operator: a move. Write it again when it goes on."],
      control: async (s) => {
        await s.h.switches.lift({ repo: null, environment: "pre-prod" });
        await s.h.clock.advance(2_000);
        await control(s);
      },
      does: OPENED,
    },
  ]);
});

describe("another owner's", () => {
  const setting: Attack["setting"] = {
    before: async ({ world }) => {
      world.addOrganization("mallory");
      world.addUser("mal");
      const files = { [CONFIG]: ladder(), [DEV]: overlay(V2) };
      const cd = await world.createRepo("mallory", "cd", { files });
      world.setPermission(cd, "mal", "admin");
      const [app] = [...world.apps.values()].filter(({ slug }) => slug === "tagboat");
      if (app !== undefined) world.install(app.id, "mallory", "all");
    },
  };
  const created = "2026-11-22T07:00:00Z";
  const push = (s: Scene, owner: string) => s.h.push(IMAGE, V3, { created }, { owner });
  const does = ["opened #2 dev: app bf76-qqxrq → c0de-zz4tk", "wrote #2", "lets #2 pass"];
  defend([
    {
      what: "hook tells of an image that we track",
      setting,
      attack: (s) => push(s, "mallory"),
      told: [],
      control: (s) => push(s, "acme"),
      does,
    },
    {
      what: "hook of one repo tells of an image that we track",
      setting,
      attack: (s) =>
        s.h.push(IMAGE, V3, { created }, { owner: "acme", scope: { kind: "repo", repo: "other" } }),
      told: [],
      control: (s) =>
        s.h.push(IMAGE, V3, { created }, { owner: "acme", scope: { kind: "repo", repo: "cd" } }),
      does,
    },
    {
      what: "admin commands in their own repo",
      setting,
      attack: async (s) => {
        const { world } = s.h.stage;
        const cd = world.repo("mallory", "cd");
        if (cd === null) throw new Error("mallory has no repo");
        await more(s, cd, "mal");
        const head = { repo: cd, branch: "more" };
        const pull = await world.openPull(cd, "mal", {
          ...{ title: "x", body: "", base: "main", draft: false },
          head,
        });
        await world.comment(cd, "mal", pull, "/tagboat hold dev");
        await world.comment(cd, "mal", pull, COMMAND);
      },
      told: [],
      control,
      does: OPENED,
    },
  ]);
});
