import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, ladder, PRE, type Scene, type Setting } from "../support/scene.ts";
import { CONFIG, overlay, V2 } from "../support/story.ts";

/** A pull request that changes the config is judged by the config in force, and needs what the gate asked for that it loosens. */

const strict = {
  pre: [
    "approvals: { count: 2, teams: [ops] }",
    "allow: { teams: [web, ops] }",
    "age: 1d",
    "require: { checks: [acs] }",
    'freeze: [{ cron: "0 9 * * 5", for: 2h }]',
  ],
} as const;
const setting: Setting = { rules: {}, ...strict };
const TWO =
  "0 of 2 approvals: somebody of ops, not ben, who asked for it, approves commit <commit>.";

function rewritten(change: (text: string) => string): string {
  return change(ladder(strict));
}

async function sneak(s: Scene, files: Readonly<Record<string, string>>): Promise<void> {
  const pull = await s.change("ben", "config", files);
  await s.press("ben", pull);
}

/** Whoever asks for more needs nobody. */
const tighter: Act = (s) =>
  sneak(s, { [CONFIG]: rewritten((text) => text.replace("count: 2", "count: 3")) });

function loosens(what: string, key: string, change: (text: string) => string): Attack {
  return {
    what,
    setting,
    attack: (s) => sneak(s, { [CONFIG]: rewritten(change) }),
    told: [`#2 config: It loosens pre-prod (${key}). ${TWO}`],
    control: tighter,
    does: ["#2 was merged by ben"],
  };
}

describe("a config that asks for less", () => {
  defend([
    loosens("fewer approvals", "approvals.count", (text) => text.replace("count: 2", "count: 1")),
    loosens("approvals of anybody", "approvals.teams", (text) =>
      text.replace("count: 2, teams: [ops]", "count: 2"),
    ),
    loosens("approvals of one's own", "approvals.requester", (text) =>
      text.replace("teams: [ops] }", "teams: [ops], requester: true }"),
    ),
    loosens("commands of anybody", "allow.teams", (text) =>
      text.replace("allow: { teams: [web, ops] }", "mode: x").replace(/ +mode: x\n/, ""),
    ),
    loosens("skips of more people", "allow.skip", (text) =>
      text.replace("teams: [web, ops] }", "teams: [web, ops], skip: [web] }"),
    ),
    loosens("no step before", "after", (text) => text.replace("    after: dev\n", "")),
    loosens("a younger image", "age", (text) => text.replace("age: 1d", "age: 1h")),
    loosens("no check", "require.checks", (text) =>
      text.replace("    require: { checks: [acs] }\n", ""),
    ),
    loosens("a shorter freeze", "freeze", (text) => text.replace("for: 2h", "for: 1h")),
    loosens("a merge by itself", "merge", (text) =>
      text.replace("age: 1d", "age: 1d\n    merge: auto"),
    ),
    loosens("another folder", "path", (text) => text.replace("overlays/02-pre-prod", "nowhere")),
    loosens("another branch", "branch", (text) =>
      text.replace("age: 1d", "age: 1d\n    branch: other"),
    ),
  ]);
});

describe("a config that gates nothing any more", () => {
  const whole: readonly string[] = [
    `#2 config: It loosens pre-prod (the whole config). ${TWO} It loosens prod (the whole config). 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.`,
  ];
  const rows: readonly [string, (s: Scene) => Promise<unknown>][] = [
    ["deleted", (s) => s.h.people.gitPush("ben", "config", {}, [CONFIG])],
    [
      "renamed",
      (s) =>
        s.h.people.gitPush("ben", "config", { ".github/tagboat.yaml": ladder(strict) }, [CONFIG]),
    ],
    ["unreadable", (s) => s.h.people.gitPush("ben", "config", { [CONFIG]: "version: [\n" })],
    [
      "a symlink",
      (s) =>
        s.h.people.gitPush("ben", "config", [
          { path: CONFIG, content: Buffer.from("../docs/mine.yml"), mode: "120000" },
        ]),
    ],
  ];
  defend(
    rows.map(
      ([what, change]): Attack => ({
        what,
        setting,
        attack: async (s) => {
          await s.h.people.branch("ben", "config");
          await change(s);
          s.h.repo.authors.set((await s.h.people.tip("config")) ?? "", "ben");
          const pull = await s.h.people.openPull("ben", "config");
          await s.settle();
          await s.press("ben", pull);
        },
        told: whole,
        control: tighter,
        does: ["#2 was merged by ben"],
      }),
    ),
  );
});

describe("a config and a tag in one", () => {
  const free = rewritten((text) =>
    text.replace("approvals: { count: 2, teams: [ops] }", "approvals: { count: 0 }"),
  );
  const both = { [CONFIG]: free, [PRE]: overlay(V2) };
  const pull = (s: Scene) => s.h.stage.world.pulls(s.h.repo).at(-1) ?? s.talk;
  defend([
    {
      what: "is judged by the config in force",
      setting: { rules: {}, pre: ["approvals: { count: 2, teams: [ops] }"] },
      attack: async (s) => {
        const files = {
          [CONFIG]: ladder({ pre: ["approvals: { count: 0 }"] }),
          [PRE]: overlay(V2),
        };
        await sneak(s, files);
      },
      told: [
        `#2 approvals: ${TWO}`,
        `#2 config: It loosens pre-prod (approvals.count and approvals.teams). ${TWO}`,
      ],
      control: async (s) => {
        const files = {
          [CONFIG]: ladder({ pre: ["approvals: { count: 0 }"] }),
          [PRE]: overlay(V2),
        };
        await sneak(s, files);
        await s.approve("ann", pull(s));
        await s.approve("erin", pull(s));
        await s.press("ben", pull(s));
      },
      does: ["#2 was merged by ben"],
    },
    {
      what: "cannot be approved by somebody whom the change itself lets in",
      setting: { rules: {}, pre: ["approvals: { teams: [ops] }"] },
      attack: async (s) => {
        await s.change("erin", "config", {
          [CONFIG]: ladder({ pre: ["approvals: { teams: [web, ops] }"] }),
        });
        await s.approve("ben", pull(s));
        await s.press("ben", pull(s));
      },
      told: [
        "#2 config: It loosens pre-prod (approvals.teams). 0 of 1 approvals: somebody of ops, not erin, who asked for it, approves commit <commit>. Not counted: ben (not in ops).",
      ],
      control: async (s) => {
        await s.change("erin", "config", {
          [CONFIG]: ladder({ pre: ["approvals: { teams: [web, ops] }"] }),
        });
        await s.approve("ann", pull(s));
        await s.press("ben", pull(s));
      },
      does: ["#2 was merged by ben"],
    },
    {
      what: "on a branch that is not the default one gates nothing there",
      setting: { rules: {}, pre: ["approvals: { count: 2, teams: [ops] }"] },
      given: (s) => s.h.people.branch("ann", "scratch"),
      attack: async (s) => {
        await s.change("ben", "config", both, "scratch");
        await s.h.people.merge("ben", pull(s));
        await s.settle();
        await s.press("ben", await s.change("ben", "tag", { [PRE]: overlay(V2) }));
      },
      also: ["#2 was merged by ben"],
      told: [`#3 approvals: ${TWO}`],
      control: async (s) => {
        await s.change("ben", "tag", { [PRE]: overlay(V2) });
        await s.approve("ann", pull(s));
        await s.approve("erin", pull(s));
        await s.press("ben", pull(s));
      },
      does: ["#2 was merged by ben"],
    },
  ]);
});
