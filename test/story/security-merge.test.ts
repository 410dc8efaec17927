import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, PRE, type Scene } from "../support/scene.ts";
import { IMAGE, overlay, V2, V3 } from "../support/story.ts";

/** Between the judgement and the merge: GitHub's own auto-merge and queue wait on a check that was made before. */

const pre = ["merge: approved"] as const;
const given: Act = async (s) => {
  await s.say("ben", "/promote pre-prod");
  await s.approve("ann", s.ours());
};
const HELD = "#2 hold: Held by erin: no reason given. /tagboat unhold lifts it.";
const HOLDS =
  "#1 `pre-prod` stays as it is until somebody lifts it: no reason given. `/tagboat unhold pre-prod` lifts it.";

/** The check that the branch awaits beside ours, on the head and on whatever the queue has made of it. */
const build: Act = async (s) => {
  const { people, repo } = s.h;
  const refs = await repo.store.refs("refs/heads/gh-readonly-queue/");
  for (const oid of [s.ours().headOid, ...refs.values()])
    await people.check(oid, "build", "success");
};

async function dismiss(s: Scene): Promise<void> {
  const { world } = s.h.stage;
  const [review] = world.reviews(s.ours());
  if (review !== undefined) await world.dismissReview(s.h.repo, "ben", s.ours(), review, "no");
  await s.settle();
}

const hold: Act = (s) => s.say("erin", "/tagboat hold pre-prod");
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

describe("auto-merge that was armed", () => {
  const setting = { pre, rules: { checks: ["build"] } } as const;
  const rows: readonly [string, Act, readonly string[], readonly string[]][] = [
    ["before a hold", hold, [HOLDS, HELD], ["labelled #1"]],
    ["before a dismissal", dismiss, [WAITS], []],
    [
      "before somebody asks for changes",
      (s) => s.h.people.requestChanges("erin", s.ours()),
      ["#2 approvals: Changes asked for by erin: by approving, or a dismissal, it goes on."],
      [],
    ],
    [
      "before a push",
      (s) => s.h.commit("ben", s.ours().headBranch, { [PRE]: overlay(V3) }),
      [
        "#2 content: The branch holds what Tagboat did not write: commit <commit> is not ours. /tagboat rebuild makes it anew, without what was added.",
        "#2 ladder: quay.io/acme/app c0de-zz4tk was never in dev: promote it there first.",
        "#2 approvals: 0 of 1 approvals: somebody with write, approves commit <commit>. Not counted: ann (an older commit).",
      ],
      [],
    ],
  ];
  defend(
    rows.map(
      ([what, act, told, also]): Attack => ({
        what,
        setting,
        given,
        attack: async (s) => {
          await act(s);
          await s.settle();
          await build(s);
        },
        also,
        told,
        control: build,
        does: ["merged #2"],
      }),
    ),
  );
});

describe("a place in the merge queue", () => {
  const setting = { pre, rules: { checks: ["build"], queue: true } } as const;
  const queued: Act = async (s) => {
    await s.say("ben", "/promote pre-prod");
    await s.h.people.check(s.ours().headOid, "build", "success");
    await s.approve("ann", s.ours());
  };
  const rows: readonly [string, Act, readonly string[], readonly string[]][] = [
    ["taken before a hold", hold, [HOLDS, HELD], ["labelled #1"]],
    ["taken before a dismissal", dismiss, [WAITS], []],
  ];
  defend(
    rows.map(
      ([what, act, told, also]): Attack => ({
        what,
        setting,
        given: queued,
        attack: async (s) => {
          await act(s);
          await s.settle();
          await build(s);
        },
        also,
        told,
        control: build,
        does: ["#2 was merged by github-merge-queue[bot]"],
      }),
    ),
  );
});

describe("a merge of ours", () => {
  const setting = { pre } as const;
  const asked: Act = (s) => s.say("ben", "/promote pre-prod");
  const approve: Act = (s) => s.approve("ann", s.ours());
  defend([
    {
      what: "of what is held meanwhile",
      setting,
      given: asked,
      attack: async (s) => {
        await s.say("erin", "/tagboat hold pre-prod");
        await approve(s);
      },
      also: ["labelled #1"],
      told: [HOLDS, HELD],
      control: approve,
      does: ["merged #2"],
    },
    {
      what: "while the operator pauses the environment",
      setting,
      given: async (s) => {
        await asked(s);
        const scope = { repo: null, environment: "pre-prod" };
        const since = s.h.clock.now().toISOString();
        await s.h.switches.put({ ...scope, since, reason: "a move" });
        await s.h.clock.advance(2_000);
      },
      attack: approve,
      // People may; we do not.
      also: ["lets #2 pass"],
      told: [],
      control: async (s) => {
        await approve(s);
        await s.h.switches.lift({ repo: null, environment: "pre-prod" });
        await s.settle();
      },
      does: ["merged #2"],
    },
    {
      what: "of a release that was banned meanwhile",
      setting,
      given: asked,
      attack: async (s) => {
        await s.say("erin", '/tagboat ban dev --reason "it leaks"');
        await approve(s);
      },
      also: ["labelled #1"],
      told: [
        "#1 `bf76-qqxrq` goes no further than before `dev`: it leaks. `/tagboat unban` lifts it.",
        "#2 ban: Banned: quay.io/acme/app bf76-qqxrq by erin (it leaks).",
      ],
      control: approve,
      does: ["merged #2"],
    },
    {
      what: "of an image whose tag was moved",
      setting,
      given: asked,
      attack: async (s) => {
        const digest = `sha256:${"6".repeat(64)}`;
        s.h.registry.put("quay.io/acme/app", V2, { created: "2026-11-21T10:00:00Z", digest });
        await approve(s);
      },
      told: [
        "#2 artifact: quay.io/acme/app bf76-qqxrq names another image now: sha256:6666666666666666666666666666666666666666666666666666666666666666, not sha256:4b8b3ec38a1bd9be457da53d173dfbd781ac87ed96434906a1a7dfa226442df0.",
      ],
      control: approve,
      does: ["merged #2"],
    },
    {
      what: "at the edge of a freeze",
      setting: { pre: [...pre, 'freeze: [{ cron: "5 9 * * 0", for: 1h }]'] },
      given: asked,
      attack: async (s) => {
        await s.h.clock.advance(5 * 60_000);
        await approve(s);
      },
      told: ["#2 freeze: pre-prod is frozen. Until 2026-11-22 10:05 UTC."],
      control: async (s) => {
        await s.h.clock.advance(5 * 60_000 - 1_000);
        await s.h.people.approve("ann", s.ours());
        await s.settle(0);
      },
      does: ["merged #2"],
    },
    {
      what: "of a rollback to what was banned",
      setting,
      given: async (s) => {
        await s.h.people.gitPush("ann", "main", { [PRE]: overlay(V2) });
        await s.settle();
        await s.say("erin", "/tagboat ban pre-prod version 6322-rbbs9");
      },
      attack: (s) => s.say("ben", "/rollback pre-prod"),
      told: ["#1 `6322-rbbs9` was banned by `erin` (no reason given): `/tagboat unban` lifts it."],
      control: async (s) => {
        await s.say("erin", "/tagboat unban pre-prod");
        await s.say("ben", "/rollback pre-prod");
      },
      does: ["opened #2 Roll back pre-prod: app bf76-qqxrq → 6322-rbbs9", "wrote #2"],
    },
  ]);
});

describe("a push that merges by itself", () => {
  const setting = { dev: ["merge: auto", "require: { checks: [build] }"] } as const;
  const pushed =
    (created: string | null): Act =>
    async (s) => {
      await s.h.push(IMAGE, V3, { created });
      await s.settle();
    };
  defend([
    {
      what: "without a known order, its label taken away",
      setting,
      attack: async (s) => {
        await pushed(null)(s);
        await s.h.stage.world.unlabel(s.h.repo, "finn", s.ours(), "order unknown");
        await build(s);
      },
      // People may merge it.
      also: ["opened #2 dev: app bf76-qqxrq → c0de-zz4tk", "wrote #2", "lets #2 pass"],
      told: [],
      control: async (s) => {
        await pushed("2026-11-22T07:00:00Z")(s);
        await build(s);
      },
      does: ["opened #2 dev: app bf76-qqxrq → c0de-zz4tk", "wrote #2", "merged #2"],
    },
  ]);
});
