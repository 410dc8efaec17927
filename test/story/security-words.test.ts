import { describe } from "@jest/globals";
import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import { defend } from "../support/attacks.ts";
import { type Act, PRE, type Scene } from "../support/scene.ts";
import { DEV, overlay, V2, V3 } from "../support/story.ts";

/** Holds, bans and overrides are kept in the marker of our reply, below a label. Both are within reach of people. */

const HOLD = '/tagboat hold pre-prod --reason "a demo"';
const HELD = "#1 `pre-prod` is held by `erin`: a demo. `/tagboat unhold` lifts it.";
const AGAIN =
  "#1 A reply of Tagboat's was changed or deleted. What was said in it goes on to hold, and commands alone lift it:\n\n- `/tagboat hold pre-prod`, by `erin`: a demo";
const PROMOTE: Act = (s) => s.say("ben", "/promote pre-prod");
const OPENED = ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"];
const given: Act = (s) => s.say("erin", HOLD);
const lifted: Act = async (s) => {
  await s.say("ben", "/tagboat unhold pre-prod");
  await PROMOTE(s);
};

/** Our newest reply on a pull request. */
function reply(s: Scene, on: Pull = s.talk): Comment {
  const own = s.h.stage.world.comments(on).filter(({ author }) => author === s.h.app.bot.login);
  const newest = own.at(-1);
  if (newest === undefined) throw new Error("nothing was said");
  return newest;
}

/** Another pull request to talk on. */
async function elsewhere(s: Scene): Promise<Pull> {
  return s.change("ann", "elsewhere", { "docs/x.md": "x\n" });
}

describe("a hold that a person takes away behind our back", () => {
  defend([
    {
      what: "by its label",
      given,
      attack: async (s) => {
        await s.h.stage.world.unlabel(s.h.repo, "finn", s.talk, "tagboat:hold");
        await s.settle();
        await PROMOTE(s);
      },
      told: [HELD],
      control: lifted,
      does: OPENED,
    },
    {
      what: "by deleting our reply",
      given,
      attack: async (s) => {
        await s.h.stage.world.deleteComment(s.h.repo, "ben", reply(s));
        await s.settle();
        await PROMOTE(s);
      },
      told: [AGAIN, HELD],
      control: lifted,
      does: OPENED,
    },
    {
      what: "by taking the marker out of our reply",
      given,
      attack: async (s) => {
        await s.h.stage.world.editComment(s.h.repo, "ben", reply(s), "Nothing to see.");
        await s.settle();
        await PROMOTE(s);
      },
      told: [AGAIN, HELD],
      control: lifted,
      does: OPENED,
    },
    {
      what: "by a marker that lifted another one, on another pull request",
      given: async (s) => {
        const other = await elsewhere(s);
        await s.say("erin", HOLD, other);
        await s.say("erin", "/tagboat unhold pre-prod", other);
        await given(s);
      },
      attack: async (s) => {
        const other = s.h.open().at(-1) ?? s.talk;
        await s.h.stage.world.editComment(s.h.repo, "ben", reply(s), reply(s, other).body);
        await s.settle();
        await PROMOTE(s);
      },
      told: [AGAIN, HELD],
      control: lifted,
      does: ["opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
    },
    {
      what: "by its command, told again after it was lifted and set again",
      given: async (s) => {
        await given(s);
        await s.h.clock.advance(60_000);
        await s.say("erin", "/tagboat unhold pre-prod");
        await s.h.clock.advance(60_000);
        await given(s);
      },
      attack: async (s) => {
        const all = s.h.stage.webhooks.deliveries(s.h.app.id);
        const lifting = all.find(({ body }) => body.includes('"body":"/tagboat unhold'));
        await s.again(lifting);
        await PROMOTE(s);
      },
      told: [HELD],
      control: lifted,
      does: OPENED,
    },
  ]);
});

describe("a word that nobody said", () => {
  const promoted = (number: number) => [
    `#1 #${number} promotes \`app\` \`6322-rbbs9\` → \`bf76-qqxrq\` to \`pre-prod\`. It needs the approval of somebody with write other than \`ben\`. A person merges it.`,
    `#${number} approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.`,
  ];
  const held: Act = async (s) => {
    await given(s);
    await PROMOTE(s);
  };
  defend([
    {
      what: "a hold in the marker of a person's comment",
      given: async (s) => {
        const other = await elsewhere(s);
        await s.say("erin", HOLD, other);
        await s.say("erin", "/tagboat unhold pre-prod", other);
      },
      attack: async (s) => {
        const [first] = s.h.stage.world.comments(s.h.open().at(-1) ?? s.talk).slice(1);
        await s.h.stage.world.label(s.h.repo, "finn", s.talk, ["tagboat:hold"]);
        await s.say("ben", first?.body ?? "");
        await PROMOTE(s);
      },
      // The label is finn's, and leads to nothing.
      also: ["labelled #1", "opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
      told: promoted(3),
      control: held,
      does: ["labelled #1"],
    },
    {
      what: "a hold of another pull request, written into our reply",
      given: async (s) => {
        const other = await elsewhere(s);
        await s.say("erin", HOLD, other);
        await s.say("erin", "/tagboat unhold pre-prod", other);
        await s.say("ann", "/tagboat hold dev");
        await s.say("ann", "/tagboat unhold dev");
      },
      attack: async (s) => {
        const [, first] = s.h.stage.world.comments(s.h.open().at(-1) ?? s.talk);
        await s.h.stage.world.editComment(s.h.repo, "ben", reply(s), first?.body ?? "");
        await s.settle();
        await PROMOTE(s);
      },
      also: ["opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
      told: [
        AGAIN.replace(
          "hold pre-prod`, by `erin`: a demo",
          "unhold dev`, by `ann`: no reason given",
        ),
        ...promoted(3),
      ],
      control: held,
      does: [],
    },
    {
      what: "a label without a word",
      attack: async (s) => {
        await s.h.stage.world.label(s.h.repo, "finn", s.talk, ["tagboat:hold"]);
        await s.settle();
        await PROMOTE(s);
      },
      also: ["labelled #1", ...OPENED],
      told: promoted(2),
      control: held,
      does: ["labelled #1"],
    },
    {
      what: "a ban in the marker of a person's comment",
      given: async (s) => {
        const other = await elsewhere(s);
        await s.say("erin", "/tagboat ban dev", other);
        await s.say("erin", "/tagboat unban dev", other);
      },
      attack: async (s) => {
        const [, first] = s.h.stage.world.comments(s.h.open().at(-1) ?? s.talk);
        await s.h.stage.world.label(s.h.repo, "finn", s.talk, ["tagboat:hold"]);
        await s.say("ben", first?.body ?? "");
        await PROMOTE(s);
      },
      also: ["labelled #1", "opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
      told: promoted(3),
      control: async (s) => {
        await s.say("erin", "/tagboat ban dev");
        await PROMOTE(s);
      },
      does: ["labelled #1"],
    },
  ]);
});

describe("a hold of a rollback", () => {
  defend([
    {
      what: "is not lifted by a promotion that was merged before, whoever stirs it",
      setting: { pre: ["merge: approved"] },
      given: async (s) => {
        await PROMOTE(s);
        await s.approve("ann", s.ours());
        await s.h.clock.advance(60_000);
        await s.say("erin", "/rollback pre-prod");
      },
      attack: async (s) => {
        const [, merged = s.talk] = s.h.stage.world.pulls(s.h.repo);
        await s.h.stage.world.label(s.h.repo, "finn", merged, ["tagboat:x"]);
      },
      told: [
        "#3 approvals: 0 of 1 approvals: somebody with write, not erin, who asked for it, approves commit <commit>.",
      ],
      control: (s) => s.approve("ann", s.ours()),
      does: ["merged #3"],
    },
    {
      what: "is not passed by what follows merges by itself",
      setting: { pre: ["on: merge", "merge: approved"] },
      given: async (s) => {
        await s.h.people.gitPush("ann", "main", { [PRE]: overlay(V2) });
        await s.settle();
        await s.say("erin", "/rollback pre-prod");
        await s.approve("ann", s.ours());
      },
      attack: async (s) => {
        await s.h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
      },
      told: [],
      control: async (s) => {
        await s.h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
        await s.settle();
        await s.say("erin", "/promote pre-prod");
      },
      does: ["opened #3 pre-prod: app 6322-rbbs9 → c0de-zz4tk", "wrote #3"],
    },
  ]);
});

describe("a freeze that nobody opened", () => {
  const setting = {
    pre: ['freeze: [{ cron: "0 9 * * 0", for: 2h, override: { teams: [ops] } }]'],
  } as const;
  const OPEN = '/tagboat override pre-prod --reason "a fire"';
  const FROZEN =
    "#3 freeze: pre-prod is frozen. ops may open it: /tagboat override. Until 2026-11-22 11:00 UTC.";
  const frozen: Act = async (s) => {
    await s.say("erin", OPEN, await elsewhere(s));
    await PROMOTE(s);
  };
  const bodyOf = (s: Scene) => reply(s, s.h.open()[1] ?? s.talk).body;
  const control: Act = async (s) => {
    await s.say("erin", OPEN, s.ours());
    await s.approve("ann", s.ours());
  };
  const does = ["labelled #3", "lets #3 pass"];
  defend([
    {
      what: "by the marker of another pull request in a person's comment",
      setting,
      given: frozen,
      attack: async (s) => {
        await s.say("ben", bodyOf(s), s.ours());
        await s.approve("ann", s.ours());
      },
      told: [FROZEN],
      control,
      does,
    },
    {
      what: "by the marker of another pull request in our reply",
      setting,
      given: async (s) => {
        await frozen(s);
        await s.say("ben", "/tagboat status dev", s.ours());
      },
      attack: async (s) => {
        const pull = s.ours();
        await s.h.stage.world.editComment(s.h.repo, "ben", reply(s, pull), bodyOf(s));
        await s.approve("ann", pull);
      },
      told: [FROZEN],
      control,
      does,
    },
  ]);
});
