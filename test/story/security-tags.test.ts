import { describe } from "@jest/globals";
import type { TreeAddition } from "../../sandbox/git/tree-edit.ts";
import { type Attack, defend } from "../support/attacks.ts";
import { type Act, PRE, PROD, type Scene } from "../support/scene.ts";
import { DEV, overlay, V1, V2, V3 } from "../support/story.ts";

/** A person's own pull request into a gated environment: whatever way the image comes, somebody else approves it. */

type Change = Readonly<Record<string, string>> | readonly TreeAddition[];

/** Who opened it presses the button; the branch demands our check. */
async function sneak(s: Scene, files: Change, gone: readonly string[] = []): Promise<void> {
  const { people } = s.h;
  await people.branch("ben", "by-hand");
  const oid = await people.gitPush("ben", "by-hand", files, gone);
  s.h.repo.authors.set(oid, "ben");
  const pull = await people.openPull("ben", "by-hand");
  await s.settle();
  await s.press("ben", pull);
}

const rules = {};
const docs: Act = (s) => sneak(s, { "docs/x.md": "x\n" });
const WAITS =
  "#2 approvals: 0 of 1 approvals: somebody with write, not ben, who asked for it, approves commit <commit>.";

function sneaks(
  what: string,
  files: Change,
  told: readonly string[],
  gone?: readonly string[],
): Attack {
  return {
    what,
    setting: { rules },
    attack: (s) => sneak(s, files, gone),
    told,
    control: docs,
    does: ["#2 was merged by ben"],
  };
}

const never = (version: string) =>
  `#2 ladder: quay.io/acme/app ${version} was never in pre-prod: promote it there first.`;
const big = `# ${"x".repeat(1_100_000)}\n`;
const link = Buffer.from("../01-dev/kustomization.yaml");

describe("a tag that a person changes by hand", () => {
  defend([
    sneaks("plainly", { [PRE]: overlay(V2) }, [WAITS]),
    sneaks("past a step of the ladder", { [PROD]: overlay(V2) }, [never(V2), WAITS]),
    sneaks("to what no registry has", { [PROD]: overlay("0000-aaaaa") }, [
      never("0000-aaaaa"),
      "#2 artifact: quay.io/acme/app 0000-aaaaa is gone from its registry.",
      WAITS,
    ]),
    sneaks("among many files", manyFiles({ [PRE]: overlay(V2) }), [WAITS]),
    sneaks(
      "in a file that is renamed",
      { [PRE.replace(".yaml", ".yml")]: overlay(V2) },
      [WAITS],
      [PRE],
    ),
    sneaks(
      "in a second file beside",
      { [PRE.replace("kustomization.yaml", "Kustomization")]: overlay(V2) },
      [WAITS],
    ),
    sneaks("behind a symlink", [{ path: PRE, content: link, mode: "120000" }], [WAITS]),
    sneaks(
      "behind a symlink in the place of the folder",
      [{ path: "env/overlays/02-pre-prod", content: Buffer.from("01-dev"), mode: "120000" }],
      [WAITS],
      [PRE],
    ),
    sneaks(
      "behind a submodule in the place of the folder",
      [{ path: "env/overlays/02-pre-prod", oid: "1".repeat(40), mode: "160000" }],
      [WAITS],
      [PRE],
    ),
    sneaks("in a file too large to read", { [PRE]: big + overlay(V2) }, [WAITS]),
    sneaks("in a file that cannot be read", { [PRE]: `${overlay(V2)}images: [\n` }, [WAITS]),
    sneaks("in a file of two documents", { [PRE]: `${overlay(V2)}---\n${overlay(V3)}` }, [WAITS]),
    sneaks("by taking the entry away", { [PRE]: "resources:\n- ../../base\n" }, [WAITS]),
    sneaks(
      "by another name of the image",
      { [PRE]: overlay(V1).replace("# tracked", "\n  newName: quay.io/evil/app") },
      [WAITS],
    ),
    sneaks(
      "by a digest beside the tag",
      {
        [PRE]: pinned("6"),
      },
      [
        "#2 ladder: quay.io/acme/app 6322-rbbs9 was never in dev: promote it there first.",
        "#2 artifact: quay.io/acme/app 6322-rbbs9 is gone from its registry.",
        WAITS,
      ],
    ),
    {
      ...sneaks("by another digest than the step before has", { [PRE]: pinned("6") }, [
        `#2 ladder: quay.io/acme/app ${V1} was in dev with another digest: promote this one there first.`,
        `#2 artifact: quay.io/acme/app ${V1} is gone from its registry.`,
        WAITS,
      ]),
      setting: { rules, files: { [DEV]: pinned("5") } },
    },
    sneaks("by moving the file away", { "docs/old.yaml": overlay(V1) }, [WAITS], [PRE]),
    sneaks("by deleting the file", {}, [WAITS], [PRE]),
  ]);
});

/** The version of old, with a digest of one hex digit. */
function pinned(digit: string): string {
  return `${overlay(V1)}  digest: sha256:${digit.repeat(64)}\n`;
}

function manyFiles(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const files = Array.from({ length: 320 }, (_, n) => [`docs/${n}.md`, `${n}\n`] as const);
  return { ...Object.fromEntries(files), ...more };
}

describe("a file that was unreadable before", () => {
  const twice = (tag: string) => `${overlay(tag)}---\n${overlay(tag)}`;
  defend([
    {
      what: "gets another tag",
      setting: { rules, files: { [PRE]: twice(V1) } },
      attack: (s) => sneak(s, { [PRE]: twice(V2) }),
      told: [WAITS],
      control: docs,
      does: ["#2 was merged by ben"],
    },
    {
      what: "too large, gets another tag",
      setting: { rules, files: { [PRE]: big + overlay(V1) } },
      attack: (s) => sneak(s, { [PRE]: big + overlay(V2) }),
      told: [WAITS],
      control: docs,
      does: ["#2 was merged by ben"],
    },
  ]);
});

describe("a pull request of somebody else's repo, branch or button", () => {
  const byHand = (s: Scene) => s.h.stage.world.pulls(s.h.repo).at(-1) ?? s.talk;
  defend([
    {
      what: "a fork's",
      setting: { rules },
      attack: async (s) => {
        const { world } = s.h.stage;
        const fork = await world.fork(s.h.repo, "dave");
        const expectedHead = (await fork.store.readRef("refs/heads/main")) ?? "";
        const additions = [{ path: PRE, content: Buffer.from(overlay(V2)) }];
        const wanted = { branch: "main", expectedHead, message: "x", additions, deletions: [] };
        await world.commitOnBranch(fork, "dave", wanted);
        await s.h.people.openPull("dave", "main", "main", fork);
        await s.settle();
        await s.press("ben", byHand(s));
      },
      told: [WAITS.replace("not ben", "not dave")],
      control: async (s) => {
        await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        await s.approve("ann", byHand(s));
        await s.press("ben", byHand(s));
      },
      does: ["#2 was merged by ben"],
    },
    {
      what: "a revert by GitHub's button",
      setting: { rules, files: { [DEV]: overlay(V1) } },
      given: async (s) => {
        await s.press("ann", await s.change("ann", "newer", { [DEV]: overlay(V2) }));
        await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        await s.approve("ann", byHand(s));
        await s.press("ben", byHand(s));
      },
      attack: async (s) => {
        await s.change("ben", "revert-2-by-hand", { [PRE]: overlay(V1) });
        await s.press("ben", byHand(s));
      },
      told: [WAITS.replace("#2", "#4")],
      control: async (s) => {
        await s.change("ben", "revert-2-by-hand", { [PRE]: overlay(V1) });
        await s.approve("erin", byHand(s));
        await s.press("ben", byHand(s));
      },
      does: ["#4 was merged by ben"],
    },
    {
      what: "with a check of the same name by another App",
      setting: { rules },
      attack: async (s) => {
        const pull = await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        await s.h.people.check(pull.headOid, "tagboat/promotion", "success");
        await s.press("ben", pull);
      },
      told: [WAITS],
      control: async (s) => {
        const pull = await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        await s.approve("ann", pull);
        await s.press("ben", pull);
      },
      does: ["#2 was merged by ben"],
    },
    {
      what: "with a status of the same name by its author",
      setting: { rules },
      attack: async (s) => {
        const { headOid: oid, ...pull } = await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        const status = { oid, context: "tagboat/promotion", state: "success" } as const;
        await s.h.stage.world.createStatus(s.h.repo, "ben", status);
        await s.settle();
        await s.press("ben", byHand(s));
        return pull;
      },
      told: [WAITS],
      control: docs,
      does: ["#2 was merged by ben"],
    },
    {
      what: "with another of the same commits into a branch without gates",
      setting: { rules },
      given: (s) => s.h.people.branch("ann", "scratch"),
      attack: async (s) => {
        const pull = await s.change("ben", "by-hand", { [PRE]: overlay(V2) });
        await s.h.people.branch("ben", "same", "by-hand");
        await s.h.people.openPull("ben", "same", "scratch");
        await s.settle();
        await s.press("ben", pull);
      },
      told: [WAITS, WAITS.replace("#2", "#3")],
      control: async (s) => {
        await s.change("ben", "by-hand", { [PRE]: overlay(V2) }, "scratch");
        await s.press("ben", byHand(s));
      },
      does: ["#2 was merged by ben"],
    },
    {
      what: "from dev, where pushes are followed, with prod on top",
      setting: { rules },
      attack: (s) => sneak(s, { [DEV]: overlay(V3), [PROD]: overlay(V3) }),
      told: [
        `#2 ladder: prod: quay.io/acme/app ${V3} was never in pre-prod: promote it there first.`,
        WAITS.replace("approvals: 0", "approvals: prod: 0"),
      ],
      control: (s) => sneak(s, { [DEV]: overlay(V3) }),
      does: ["#2 was merged by ben"],
    },
  ]);
});
