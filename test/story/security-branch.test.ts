import { describe } from "@jest/globals";
import { treeWith } from "../../sandbox/git/tree-edit.ts";
import { noreplyEmail } from "../../sandbox/world/authorship.ts";
import type { Pull } from "../../sandbox/world/entities.ts";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, PRE, PROD, type Scene } from "../support/scene.ts";
import { overlay, V2, V3 } from "../support/story.ts";

/** What people do to the branch and the pull request of a proposal, which says "merge when approved". */

const setting = { pre: ["merge: approved"] } as const;
const given: Act = (s) => s.say("ben", "/promote pre-prod");
const MERGED = ["merged #2"];
const control: Act = (s) => s.approve("ann", s.ours());
const REMEDY = "/tagboat rebuild makes it anew, without what was added.";
const NOT_OURS = `#2 content: The branch holds what Tagboat did not write: commit <commit> is not ours. ${REMEDY}`;
const NEVER = "#2 ladder: quay.io/acme/app c0de-zz4tk was never in dev: promote it there first.";
const UNKNOWN =
  "#2 approvals: Commit <commit> has an author whom GitHub does not know: an approval may be the author's own. Commit it with an address of a GitHub user.";
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

/** A commit in the place of the branch's own, its message kept, as whoever may push can make it. */
async function forge(s: Scene, pull: Pull, email: string): Promise<void> {
  const { store } = s.h.repo;
  const own = await store.readCommit(pull.headOid);
  if (own === null) throw new Error("the head is gone");
  const base = (await store.readCommit(pull.baseOid))?.tree ?? null;
  const content = Buffer.from(overlay(V3));
  const tree = await treeWith(store, base, [{ path: PRE, content }]);
  const time = Math.floor(s.h.clock.now().getTime() / 1000);
  const author = { name: "tagboat[bot]", email, time };
  const after = await store.writeCommit({ ...own, tree, author, committer: author });
  const name = `refs/heads/${pull.headBranch}`;
  const before = pull.headOid;
  await s.h.stage.world.updateRefs(s.h.repo, "ben", [{ name, before, after, force: true }]);
}

async function move(s: Scene, branch: string, after: string): Promise<void> {
  const before = await s.h.people.tip(branch);
  const update = { name: `refs/heads/${branch}`, before, after, force: true };
  await s.h.stage.world.updateRefs(s.h.repo, "ben", [update]);
  await s.settle();
}

/** The branch is changed, and somebody who may approves what stands there then. */
function changed(
  what: string,
  change: (s: Scene, pull: Pull) => Promise<unknown>,
  ...told: readonly string[]
): Attack {
  return {
    what,
    setting,
    given,
    attack: async (s) => {
      const pull = s.ours();
      await change(s, pull);
      await s.settle();
      await s.approve("ann", pull);
    },
    told: told.length === 0 ? [NOT_OURS] : told,
    control,
    does: MERGED,
  };
}

const link = Buffer.from("../01-dev/kustomization.yaml");

describe("the branch of a proposal, changed by a person", () => {
  defend([
    changed("in another place of its file", (s, { headBranch }) =>
      s.h.commit("ben", headBranch, { [PRE]: `${overlay(V2)}namePrefix: x-\n` }),
    ),
    changed(
      "in another environment's file",
      (s, { headBranch }) => s.h.commit("ben", headBranch, { [PROD]: overlay(V2) }),
      NOT_OURS,
      "#2 ladder: prod: quay.io/acme/app bf76-qqxrq was never in pre-prod: promote it there first.",
    ),
    changed("in a file that nobody tracks", (s, { headBranch }) =>
      s.h.commit("ben", headBranch, { "docs/x.md": "x\n" }),
    ),
    changed(
      "to a symlink",
      (s, { headBranch }) =>
        s.h.people.gitPush("ben", headBranch, [{ path: PRE, content: link, mode: "120000" }]),
      NOT_OURS,
      UNKNOWN,
    ),
    changed(
      "to an executable file",
      (s, { headBranch }) =>
        s.h.people.gitPush("ben", headBranch, [
          { path: PRE, content: Buffer.from(overlay(V2)), mode: "100755" },
        ]),
      NOT_OURS,
      UNKNOWN,
    ),
    changed(
      "with our message and somebody's address",
      (s, pull) => forge(s, pull, "ben@example.org"),
      NOT_OURS,
      NEVER,
      UNKNOWN,
    ),
    changed(
      "with our message and our bot's address",
      (s, pull) => forge(s, pull, noreplyEmail(s.h.app.bot)),
      `#2 content: The branch holds what Tagboat did not write: the files at its head are not those that were proposed. ${REMEDY}`,
      NEVER,
    ),
    changed(
      "by a merge of the base that brings more",
      async (s, pull) => {
        await s.h.people.gitPush("ann", "main", { "docs/more.md": "more\n" });
        await s.h.people.branch("ben", "side");
        await s.h.people.gitPush("ben", "side", { "docs/x.md": "x\n" });
        await s.h.people.mergeInto("ben", pull.headBranch, "side");
      },
      NOT_OURS,
      UNKNOWN,
    ),
  ]);

  defend([
    {
      what: "and back again, with an approval of what stood between",
      setting,
      given,
      attack: async (s) => {
        const pull = s.ours();
        const own = pull.headOid;
        await s.h.commit("ben", pull.headBranch, { [PRE]: overlay(V3) });
        await s.approve("ann", pull);
        await move(s, pull.headBranch, own);
      },
      told: [`${WAITS} Not counted: ann (an older commit).`],
      control: async (s) => {
        const pull = s.ours();
        const own = pull.headOid;
        await s.h.commit("ben", pull.headBranch, { [PRE]: overlay(V3) });
        await move(s, pull.headBranch, own);
        await s.approve("ann", pull);
      },
      does: MERGED,
    },
  ]);
});

describe("a branch with a name of ours", () => {
  const forged = "tagboat/pre-prod/all--bf76-qqxrq-0123abcd";
  const foreign = (why: string) =>
    `#2 content: The branch holds what Tagboat did not write: ${why}. ${REMEDY}`;

  defend([
    {
      what: "pushed by a person, who opens the pull request",
      setting,
      attack: async (s) => {
        const pull = await s.change("ben", forged, { [PRE]: overlay(V2) });
        await s.approve("ann", pull);
      },
      told: [foreign("Tagboat did not open it")],
      control: async (s) => {
        await given(s);
        await control(s);
      },
      does: ["opened #2 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #2", ...MERGED],
    },
    {
      what: "pushed by a person before the command",
      setting,
      given: async (s) => {
        await given(s);
        const { headBranch } = s.ours();
        await s.h.people.close("ann", s.ours());
        await s.settle();
        await s.h.people.branch("ben", headBranch);
      },
      attack: async (s) => {
        await s.h.commit("ben", branchOf(s), { [PROD]: overlay(V2) });
        await s.say("erin", "/promote pre-prod");
      },
      told: [
        "#1 branch tagboat/pre-prod/all--bf76-qqxrq-19283c72 carries a person's work: commit <commit> is not ours; merge or delete it, or write `/tagboat rebuild` on its pull request",
      ],
      control: (s) => s.say("erin", "/promote pre-prod"),
      does: ["opened #3 pre-prod: app 6322-rbbs9 → bf76-qqxrq", "wrote #3"],
    },
  ]);
});

function branchOf(s: Scene): string {
  return s.h.stage.world.pulls(s.h.repo).at(-1)?.headBranch ?? "";
}
