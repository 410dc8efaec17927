import { describe } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { defend } from "../support/attacks.ts";
import { type Act, PRE, type Scene } from "../support/scene.ts";
import { overlay, V2 } from "../support/story.ts";

const given: Act = (s) => s.say("ben", "/promote pre-prod");

describe("somebody approves a change of their own", () => {
  const tag = { [PRE]: overlay(V2) };
  const bens = (s: Scene) => s.change("ben", "by-hand", tag);
  const hers = (rest: string) =>
    `#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>. Not counted: ${rest}.`;
  const pull = (s: Scene): Pull => s.h.open().at(-1) ?? s.talk;

  defend([
    {
      what: "having written a commit of it",
      given: async (s) => {
        await bens(s);
        await s.h.commit("erin", "by-hand", { "docs/why.md": "because\n" });
      },
      attack: (s) => s.approve("erin", pull(s)),
      told: [hers("erin (wrote a commit of it)")],
      control: (s) => s.approve("ann", pull(s)),
      does: ["lets #2 pass"],
    },
    {
      what: "having merged the base into it",
      given: async (s) => {
        await given(s);
        await s.h.people.gitPush("ann", "main", { "docs/more.md": "more\n" });
        const merge = await s.h.people.mergeInto("erin", s.ours().headBranch, "main");
        s.h.repo.authors.set(merge, "erin");
      },
      attack: (s) => s.approve("erin", s.ours()),
      told: [hers("erin (wrote a commit of it)")],
      control: (s) => s.approve("ann", s.ours()),
      does: ["lets #2 pass"],
    },
    {
      what: "when GitHub does not know who wrote a commit",
      given: async (s) => {
        await bens(s);
        await s.h.people.gitPush("ben", "by-hand", { "docs/why.md": "because\n" });
      },
      attack: (s) => s.approve("erin", pull(s)),
      told: [
        "#2 approvals: Commit <commit> has an author whom GitHub does not know: an approval may be the author's own. Commit it with an address of a GitHub user.",
      ],
      control: async (s) => {
        await s.change("ben", "again", tag);
        await s.approve("erin", pull(s));
      },
      does: ["lets #3 pass"],
    },
  ]);
});
