import { describe } from "@jest/globals";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, PRE } from "../support/scene.ts";
import { overlay, V3 } from "../support/story.ts";

/** What people do to the pull request of a proposal, which says "merge when approved". */

const setting = { pre: ["merge: approved"] } as const;
const given: Act = (s) => s.say("ben", "/promote pre-prod");
const MERGED = ["merged #2"];
const control: Act = (s) => s.approve("ann", s.ours());
const REMEDY = "/tagboat rebuild makes it anew, without what was added.";
const NOT_OURS = `#2 content: The branch holds what Tagboat did not write: commit <commit> is not ours. ${REMEDY}`;
const NEVER = "#2 ladder: quay.io/acme/app c0de-zz4tk was never in dev: promote it there first.";
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

describe("the pull request of a proposal", () => {
  const rows: readonly Attack[] = [
    {
      what: "retitled and rewritten to look as if another had asked",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        const body = pull.body.replaceAll("ben", "cara");
        await s.h.stage.world.editPull(s.h.repo, "ben", pull, { title: "docs", body });
        await s.approve("ben", pull);
      },
      told: [`${WAITS} Not counted: ben (asked for it).`],
      control,
      does: MERGED,
    },
    {
      what: "retargeted to a branch without gates, and back",
      setting,
      given: async (s) => {
        await s.h.people.branch("ann", "scratch");
        await given(s);
      },
      attack: async (s) => {
        const pull = s.ours();
        await s.h.stage.world.editPull(s.h.repo, "ben", pull, { base: "scratch" });
        await s.settle();
        await s.h.stage.world.editPull(s.h.repo, "ben", pull, { base: "main" });
      },
      told: [WAITS],
      control,
      does: MERGED,
    },
    {
      what: "made a draft",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        await s.h.stage.world.editPull(s.h.repo, "ben", pull, { draft: true });
        await s.approve("ann", pull);
      },
      // GitHub merges no draft, whatever the check says.
      also: ["lets #2 pass"],
      told: [],
      control,
      does: MERGED,
    },
    {
      what: "closed, and approved then",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        await s.h.people.close("ben", pull);
        await s.approve("ann", pull);
      },
      told: [],
      control: async (s) => {
        const pull = s.ours();
        await s.h.people.close("ben", pull);
        await s.h.people.reopen("ben", pull);
        await s.approve("ann", pull);
      },
      does: MERGED,
    },
    {
      what: "closed just when it is merged",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        s.meanwhile("/merge", () => s.h.people.close("ben", pull));
        await s.approve("ann", pull);
      },
      told: [],
      control,
      does: MERGED,
    },
    {
      what: "pushed to just when it is merged",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        s.meanwhile("/merge", () => s.h.commit("ben", pull.headBranch, { [PRE]: overlay(V3) }));
        await s.approve("ann", pull);
      },
      told: [
        NOT_OURS,
        NEVER,
        "#2 approvals: 0 of 1 approvals: somebody with write, approves commit <commit>. Not counted: ann (an older commit).",
      ],
      control,
      does: MERGED,
    },
    {
      what: "with another pull request of the same commits into a branch without gates",
      setting,
      given: async (s) => {
        await s.h.people.branch("ann", "scratch");
        await given(s);
      },
      attack: async (s) => {
        await s.h.people.openPull("ben", s.ours().headBranch, "scratch");
      },
      told: [WAITS, WAITS.replace("#2", "#3")],
      control,
      does: MERGED,
    },
  ];
  defend(rows);
});
