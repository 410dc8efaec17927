import { describe } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { type Attack, defend } from "../support/attacks.ts";
import type { Act, Scene } from "../support/scene.ts";

/** Whose approval counts, and of what: GitHub shows our bot as the author, and lets nearly everybody approve. */

const PROMOTE = "/promote pre-prod";
const merges = { pre: ["merge: approved"] } as const;
const byTwo = { pre: ["merge: approved", "approvals: { count: 2 }"] } as const;
const byOps = { pre: ["merge: approved", "approvals: { teams: [ops] }"] } as const;
const given: Act = (s) => s.say("ben", PROMOTE);
const MERGED = ["merged #2"];

function approve(...logins: readonly string[]): Act {
  return async (s) => {
    const pull = s.ours();
    for (const login of logins) await s.approve(login, pull);
  };
}

function waiting(rest: string, who = "somebody with write", tally = "0 of 1"): string {
  return `#2 approvals: ${tally} approvals: ${who}, not ben, who asked for it, approves commit <commit>.${rest}`;
}

async function dismiss(s: Scene, pull: Pull): Promise<void> {
  const { world } = s.h.stage;
  const last = world.reviews(pull).at(-1);
  if (last === undefined) throw new Error("nobody reviewed it");
  await world.dismissReview(s.h.repo, "ben", pull, last, "not needed");
  await s.settle();
}

describe("an approval by somebody whose word does not count", () => {
  const rows: readonly [string, string, string][] = [
    ["who asked for it", "ben", " Not counted: ben (asked for it)."],
    ["a reader", "cara", " Not counted: cara (may not write here)."],
    ["somebody with triage", "finn", " Not counted: finn (may not write here)."],
    ["an outsider", "dave", " Not counted: dave (may not write here)."],
  ];
  defend(
    rows.map(
      ([what, login, rest]): Attack => ({
        what,
        setting: merges,
        given,
        attack: approve(login),
        told: [waiting(rest)],
        control: approve("ann"),
        does: MERGED,
      }),
    ),
  );

  defend([
    {
      what: "another App's bot",
      setting: merges,
      given: async (s) => {
        await s.h.people.check(s.talk.headOid, "build", "success");
        await given(s);
      },
      attack: approve("ci[bot]"),
      told: [waiting(" Not counted: ci\\[bot\\] (no person).")],
      control: approve("ann"),
      does: MERGED,
    },
    {
      what: "somebody in none of its teams",
      setting: byOps,
      given: (s) => s.say("ann", PROMOTE),
      attack: approve("ben"),
      told: [
        "#2 approvals: 0 of 1 approvals: somebody of ops, not ann, who asked for it, approves commit <commit>. Not counted: ben (not in ops).",
      ],
      control: approve("erin"),
      does: MERGED,
    },
    {
      what: "one person twice, where two are asked for",
      setting: byTwo,
      given,
      attack: approve("ann", "ann"),
      told: [waiting("", "somebody with write", "1 of 2")],
      control: approve("ann", "erin"),
      does: MERGED,
    },
    {
      what: "one person and who asked for it, where two are asked for",
      setting: byTwo,
      given,
      attack: approve("ann", "ben"),
      told: [waiting(" Not counted: ben (asked for it).", "somebody with write", "1 of 2")],
      control: approve("ann", "erin"),
      does: MERGED,
    },
    {
      what: "on another pull request",
      setting: merges,
      given,
      attack: (s) => s.approve("erin", s.talk),
      told: [waiting("")],
      control: approve("erin"),
      does: MERGED,
    },
  ]);
});

describe("an approval that does not stand", () => {
  defend([
    {
      what: "given before the base was merged in",
      given: async (s) => {
        await given(s);
        await s.h.people.gitPush("ann", "main", { "docs/more.md": "more\n" });
      },
      attack: async (s) => {
        const pull = s.ours();
        await s.h.people.approve("erin", pull);
        await s.h.people.mergeInto("ben", pull.headBranch, "main");
      },
      told: [waiting(" Not counted: erin (an older commit).")],
      control: async (s) => {
        const pull = s.ours();
        await s.h.people.mergeInto("ben", pull.headBranch, "main");
        await s.approve("erin", pull);
      },
      does: ["lets #2 pass"],
    },
    {
      what: "given to an older commit on purpose",
      setting: merges,
      given: async (s) => {
        await given(s);
        await s.h.people.gitPush("ann", "main", { "docs/more.md": "more\n" });
        await s.h.people.mergeInto("ben", s.ours().headBranch, "main");
      },
      attack: async (s) => {
        const pull = s.ours();
        const [, commit = ""] = await s.h.repo.store.log(pull.headOid, { limit: 2 });
        const word = { state: "APPROVED", body: "", commit } as const;
        await s.h.stage.world.review(s.h.repo, "erin", pull, word);
      },
      told: [waiting(" Not counted: erin (an older commit).")],
      control: approve("erin"),
      does: MERGED,
    },
    {
      what: "dismissed",
      given,
      attack: async (s) => {
        await s.approve("ann", s.ours());
        await dismiss(s, s.ours());
      },
      told: [waiting("")],
      control: async (s) => {
        await s.approve("ann", s.ours());
        await dismiss(s, s.ours());
        await s.approve("ann", s.ours());
      },
      does: ["lets #2 pass"],
    },
    {
      what: "dismissed, with an older one of the same person behind it",
      given,
      attack: async (s) => {
        await approve("ann", "ann")(s);
        await dismiss(s, s.ours());
      },
      told: [waiting("")],
      control: approve("ann", "ann"),
      does: ["lets #2 pass"],
    },
    {
      what: "beside changes that somebody with write asks for",
      given,
      attack: async (s) => {
        await s.h.people.requestChanges("erin", s.ours());
        await s.approve("ann", s.ours());
      },
      told: ["#2 approvals: Changes asked for by erin: by approving, or a dismissal, it goes on."],
      control: async (s) => {
        // A reader's objection holds nobody up.
        await s.h.people.requestChanges("cara", s.ours());
        await s.approve("ann", s.ours());
      },
      does: ["lets #2 pass"],
    },
    {
      what: "taken back by asking for changes",
      given,
      attack: async (s) => {
        await s.approve("ann", s.ours());
        await s.h.people.requestChanges("ann", s.ours());
      },
      told: ["#2 approvals: Changes asked for by ann: by approving, or a dismissal, it goes on."],
      control: async (s) => {
        // A comment takes nothing back.
        await s.approve("ann", s.ours());
        const word = { state: "COMMENTED", body: "by the way" } as const;
        await s.h.stage.world.review(s.h.repo, "ann", s.ours(), word);
      },
      does: ["lets #2 pass"],
    },
    {
      what: "told by a webhook that GitHub's API does not confirm",
      given: async (s) => {
        await given(s);
        await s.h.people.requestChanges("cara", s.ours());
      },
      attack: (s) =>
        s.hook("pull_request_review", {
          "review.state": "approved",
          "review.user.login": "ann",
          "sender.login": "ann",
        }),
      told: [waiting("")],
      control: (s) => s.approve("ann", s.ours()),
      does: ["lets #2 pass"],
    },
  ]);
});

describe("rights that are lost before the merge", () => {
  const lost: readonly [string, Attack["setting"], Act, readonly string[]][] = [
    [
      "the approver's write",
      merges,
      async ({ h }) => h.stage.world.setPermission(h.repo, "erin", "read"),
      [waiting(" Not counted: erin (may not write here).")],
    ],
    [
      "the approver's team",
      byOps,
      async ({ h }) => h.stage.world.team("acme", "ops")?.members.delete("erin"),
      [waiting(" Not counted: erin (not in ops).", "somebody of ops")],
    ],
    [
      "the requester's write",
      merges,
      async ({ h }) => h.stage.world.setPermission(h.repo, "ben", "triage"),
      ["#2 approvals: ben, who asked for it, may not do so any more."],
    ],
    [
      "the requester's team",
      { pre: ["merge: approved", "allow: { teams: [web] }"] },
      async ({ h }) => h.stage.world.team("acme", "web")?.members.delete("ben"),
      ["#2 approvals: ben, who asked for it, may not do so any more."],
    ],
  ];
  defend(
    lost.map(
      ([what, setting, lose, told]): Attack => ({
        what,
        setting: { ...setting, pre: [...(setting?.pre ?? []), "require: { checks: [build] }"] },
        given: async (s) => {
          await given(s);
          await s.approve("erin", s.ours());
        },
        attack: async (s) => {
          await lose(s);
          await s.h.people.check(s.ours().headOid, "build", "success");
        },
        told,
        control: async (s) => {
          await s.h.people.check(s.ours().headOid, "build", "success");
        },
        does: MERGED,
      }),
    ),
  );
});
