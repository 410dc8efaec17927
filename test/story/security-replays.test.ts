import { describe } from "@jest/globals";
import { treeWith } from "../../sandbox/git/tree-edit.ts";
import { noreplyEmail } from "../../sandbox/world/authorship.ts";
import type { Pull } from "../../sandbox/world/entities.ts";
import { defend } from "../support/attacks.ts";
import { otherRepo, sayElsewhere } from "../support/other-repo.ts";
import { type Act, ladder, PRE, PROD, type Scene } from "../support/scene.ts";
import { CONFIG, IMAGE, overlay, V2, V3 } from "../support/story.ts";

/** What was signed for one branch, repo or requester, brought to another; and `/tagboat rebuild`, which signs anew. */

const setting = { pre: ["merge: approved"] } as const;
const promote: Act = (s) => s.say("ben", "/promote pre-prod");
const control: Act = (s) => s.approve("ann", s.ours());
const MERGED = ["merged #2"];
const REMEDY = "/tagboat rebuild makes it anew, without what was added.";
const UNSIGNED = `#2 content: The branch holds what Tagboat did not write: commit <commit> does not carry our signature. ${REMEDY}`;
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

function proposal(s: Scene): Pull {
  const [, pull] = s.h.stage.world.pulls(s.h.repo);
  if (pull === undefined) throw new Error("there is no #2");
  return pull;
}

async function move(s: Scene, pull: Pull, after: string): Promise<void> {
  const { headBranch, headOid: before } = pull;
  const update = { name: `refs/heads/${headBranch}`, before, after, force: true };
  await s.h.stage.world.updateRefs(s.h.repo, "ben", [update]);
  await s.settle();
}

/** A commit of the same files as ours, by our bot as its address says, with another message. */
async function retell(s: Scene, pull: Pull, message: (own: string) => string): Promise<void> {
  const { store } = s.h.repo;
  const own = await store.readCommit(pull.headOid);
  if (own === null) throw new Error("the head is gone");
  const author = { ...own.author, email: noreplyEmail(s.h.app.bot) };
  await move(s, pull, await store.writeCommit({ ...own, author, message: message(own.message) }));
}

describe("what was signed for something else", () => {
  defend([
    {
      what: "another branch",
      setting,
      given: async (s) => {
        await promote(s);
        await s.h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
      },
      attack: async (s) => {
        await move(s, proposal(s), s.ours().headOid);
        await s.approve("ann", proposal(s));
      },
      // The commit is ours, and ben brought it there; what is said on it both of its pull requests show.
      also: ["wrote #2"],
      told: ["#2", "#3"].map((on) => UNSIGNED.replace("#2 content: ", `${on} content: #2: `)),
      control: (s) => s.approve("ann", proposal(s)),
      does: MERGED,
    },
    {
      what: "another repo",
      setting: { ...setting, before: otherRepo(setting.pre) },
      given: promote,
      attack: async (s) => {
        const { pulls, repo } = await sayElsewhere(s, "ann", "/promote pre-prod");
        const own = await repo.store.readCommit(pulls.at(-1)?.headOid ?? "");
        const message = own?.message ?? "";
        await retell(s, proposal(s), () => message);
        await s.approve("ann", proposal(s));
      },
      told: [UNSIGNED],
      control,
      does: MERGED,
    },
    {
      what: "another requester",
      setting,
      given: promote,
      attack: async (s) => {
        await retell(s, proposal(s), (own) => own.replaceAll('"ben"', '"cara"'));
        await s.approve("ben", proposal(s));
      },
      told: [UNSIGNED],
      control,
      does: MERGED,
    },
    {
      what: "other files",
      setting,
      given: promote,
      attack: async (s) => {
        const { store } = s.h.repo;
        const pull = proposal(s);
        const own = await store.readCommit(pull.headOid);
        if (own === null) throw new Error("the head is gone");
        const content = Buffer.from(overlay(V2));
        const tree = await treeWith(store, own.tree, [{ path: PROD, content }]);
        const author = { ...own.author, email: noreplyEmail(s.h.app.bot) };
        await move(s, pull, await store.writeCommit({ ...own, author, tree }));
        await s.approve("ann", pull);
      },
      told: [
        `#2 content: The branch holds what Tagboat did not write: commit <commit> changes other files than it names. ${REMEDY}`,
        "#2 ladder: prod: quay.io/acme/app bf76-qqxrq was never in pre-prod: promote it there first.",
      ],
      control,
      does: MERGED,
    },
  ]);
});

describe("a word that was said in another repo", () => {
  const HOLD = '/tagboat hold pre-prod --reason "a demo"';
  const HELD = "#1 `pre-prod` is held by `erin`: a demo. `/tagboat unhold` lifts it.";
  const AGAIN =
    "#1 A reply of Tagboat's was changed or deleted. What was said in it goes on to hold, and commands alone lift it:\n\n- ";
  const before = otherRepo();
  /** Our reply here is made to say what the one there says. */
  const copied = async (s: Scene, body: string): Promise<void> => {
    const { world } = s.h.stage;
    const own = world.comments(s.talk).findLast(({ author }) => author === s.h.app.bot.login);
    if (own === undefined) throw new Error("nothing was said");
    await world.editComment(s.h.repo, "ben", own, body);
    await s.settle();
  };
  const does = ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"];
  defend([
    {
      what: "a hold",
      setting: { before },
      given: (s) => s.say("ann", "/tagboat unhold dev"),
      attack: async (s) => {
        const { reply } = await sayElsewhere(s, "erin", HOLD);
        await copied(s, reply.body);
        await promote(s);
      },
      also: does,
      told: [
        `${AGAIN}\`/tagboat unhold dev\`, by \`ann\`: no reason given`,
        "#1 #2 promotes `app` `6322-rbbs9` → `bf76-qqxrq` to `pre-prod`. It needs the approval of somebody with write other than `ben`. A person merges it.",
        WAITS,
      ],
      control: async (s) => {
        await s.say("erin", HOLD);
        await promote(s);
      },
      does: [],
    },
    {
      what: "that a hold is lifted",
      setting: { before },
      given: (s) => s.say("erin", HOLD),
      attack: async (s) => {
        await s.h.clock.advance(60_000);
        const { reply } = await sayElsewhere(s, "erin", "/tagboat unhold pre-prod");
        await copied(s, reply.body);
        await promote(s);
      },
      told: [`${AGAIN}\`/tagboat hold pre-prod\`, by \`erin\`: a demo`, HELD],
      control: async (s) => {
        await s.say("erin", "/tagboat unhold pre-prod");
        await promote(s);
      },
      does,
    },
  ]);
});

describe("a group of the merge queue that a person made up", () => {
  const queue = { rules: { queue: true } } as const;
  const branch = `gh-readonly-queue/main/pr-1-${"0".repeat(40)}`;
  defend([
    {
      what: "by a branch of its name, whose check is asked for again",
      setting: queue,
      attack: async (s) => {
        const pull = await s.change("ben", branch, { [PRE]: overlay(V2) });
        const { world } = s.h.stage;
        for (const check of world.checks(s.h.repo, pull.headOid))
          await world.rerequestCheck(s.h.repo, "ben", check);
      },
      told: [
        "#2 content: Which pull requests are in this group is not known. Take its pull requests out of the queue and add them again.",
      ],
      control: (s) => s.change("ben", "docs", { "docs/x.md": "x\n" }),
      does: ["lets #2 pass"],
    },
  ]);
});

describe("/tagboat rebuild", () => {
  const disturbed: Act = async (s) => {
    await promote(s);
    await s.h.commit("ben", proposal(s).headBranch, { "docs/x.md": "x\n" });
  };
  const rebuild =
    (login: string): Act =>
    (s) =>
      s.say(login, "/tagboat rebuild", proposal(s));
  const FOREIGN = `#2 content: The branch holds what Tagboat did not write: commit <commit> is not ours. ${REMEDY}`;
  defend([
    {
      what: "by a reader",
      setting,
      given: disturbed,
      attack: rebuild("cara"),
      told: [
        "#2 `cara` may not `/rebuild` here: ask somebody with write in this repo.",
        FOREIGN,
        "#2 approvals: 0 of 1 approvals: somebody with write, approves commit <commit>.",
      ],
      control: rebuild("erin"),
      does: ["wrote #2"],
    },
    {
      what: "by somebody in no team that may",
      setting: { pre: [...setting.pre, "allow: { teams: [web] }"] },
      given: disturbed,
      attack: rebuild("erin"),
      told: [
        "#2 `erin` may not command `pre-prod` here: ask somebody with write who is in `web`.",
        FOREIGN,
        "#2 approvals: 0 of 1 approvals: somebody with write, approves commit <commit>.",
      ],
      control: rebuild("ben"),
      does: ["wrote #2"],
    },
    {
      what: "makes nobody else of who asked",
      setting,
      given: async (s) => {
        await disturbed(s);
        await rebuild("erin")(s);
      },
      attack: (s) => s.approve("ben", proposal(s)),
      told: [`${WAITS} Not counted: ben (asked for it).`],
      control: (s) => s.approve("erin", proposal(s)),
      does: MERGED,
    },
  ]);
});

describe("a command where it is too late, or not theirs", () => {
  defend([
    {
      what: "opens a freeze on a pull request that is closed",
      setting: { pre: ['freeze: [{ cron: "0 9 * * 0", for: 2h, override: { teams: [ops] } }]'] },
      given: promote,
      attack: async (s) => {
        await s.h.people.close("ann", s.ours());
        await s.say("erin", '/tagboat override pre-prod --reason "x"', proposal(s));
      },
      told: ["#2 Write it on the open pull request that is to pass."],
      control: (s) => s.say("erin", '/tagboat override pre-prod --reason "x"', proposal(s)),
      does: ["labelled #2"],
    },
    {
      what: "lifts a hold of an environment that is another team's",
      setting: { pre: ["allow: { teams: [ops] }"] },
      given: (s) => s.say("erin", "/tagboat hold pre-prod"),
      attack: (s) => s.say("ben", "/tagboat unhold pre-prod"),
      told: ["#1 `ben` may not command `pre-prod` here: ask somebody with write who is in `ops`."],
      control: async (s) => {
        await s.say("ann", "/tagboat unhold pre-prod");
        await s.say("ann", "/promote pre-prod");
      },
      does: ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"],
    },
    {
      what: "acts where Tagboat only observes",
      setting: { end: ["mode: observe"] },
      attack: promote,
      told: [
        "#1 It would open a pull request: `pre-prod: app 6322-rbbs9 → bf76-qqxrq`, changing `env/overlays/02-pre-prod/kustomization.yaml`.",
      ],
      control: async (s) => {
        await s.h.people.gitPush("ann", "main", { [CONFIG]: ladder() });
        await s.settle();
        await promote(s);
      },
      does: ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2"],
    },
  ]);
});
