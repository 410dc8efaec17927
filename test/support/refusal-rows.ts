import type { RefuseReason } from "../../src/model/outcome.ts";
import type { RegistryAnswer } from "../../src/model/registry.ts";
import { grammars } from "../../src/promote/command-grammar.ts";
import { say } from "./conversation.ts";
import type { Harbour } from "./harbour.ts";
import { digestOf, fileAtVersion, type Layout, type Settings } from "./layouts.ts";
import { patience } from "./patience.ts";
import { onlyProposal, placeOf, proposals, talk, toldPlace } from "./promotion-steps.ts";
import { CONFIG } from "./story.ts";

/** One way to be refused: what is arranged, what is said, what is answered. */
export interface Row {
  readonly what: string;
  /** `ben`, who may write, where nobody is named. */
  readonly by?: string;
  /** Layouts that it cannot happen on are left out; absent: none. */
  on?(layout: Layout): boolean;
  readonly settings?: (layout: Layout) => Settings;
  arrange?(h: Harbour, layout: Layout): Promise<unknown>;
  command(layout: Layout): string;
  /** The whole answer, or what is in it. */
  words(layout: Layout): string | RegExp;
}

/** No command meets it: the file that shows it. */
export interface Elsewhere {
  readonly shownIn: string;
}

const promote =
  (at: 0 | 1 | 2, more = "") =>
  (layout: Layout) =>
    `/promote ${placeOf(layout, at)}${more}`;
const environment = (layout: Layout, at: 0 | 1 | 2): string => layout.steps[at].environment;

/** Another text in the first file of a step, pushed by a person. */
async function put(
  h: Harbour,
  layout: Layout,
  at: 0 | 1 | 2,
  change: (text: string, path: string) => string,
): Promise<void> {
  const step = layout.steps[at];
  const texts = step.files.map((path) => [
    path,
    change(fileAtVersion(layout, step, path, layout.tags[at === 0 ? 1 : 0]), path),
  ]);
  await h.people.gitPush("ann", step.branch, Object.fromEntries(texts));
  await patience(h, 60_000);
}

/** A file with one entry of the image and what else is said. */
function entry({ image, tags }: Layout, more = "", name = image): string {
  return `images:\n- name: ${name}\n  newTag: ${tags[0]}\n${more}`;
}

/** The second environment has this file. */
function fileIs(text: (layout: Layout) => string) {
  return (h: Harbour, layout: Layout) => put(h, layout, 1, () => text(layout));
}

/** Something happens between the command's looks at the repo. */
function meanwhile(move: (h: Harbour, layout: Layout) => Promise<unknown>) {
  return async (h: Harbour, layout: Layout) => {
    const fault = { kind: "moved-head", move: async () => void (await move(h, layout)) } as const;
    h.stage.faults.arm({ fault, at: "viewer+repository" });
  };
}

async function registryAnswers(h: Harbour, outage: RegistryAnswer): Promise<void> {
  h.registry.outage = outage;
}

const people: Readonly<Partial<Record<RefuseReason, readonly Row[]>>> = {
  "command-unclear": [
    {
      what: "no environment",
      command: () => "/promote",
      words: () => `Name the environment: none is assumed. Usage: \`${grammars.promote.usage}\``,
    },
    {
      what: "an option that it does not take",
      command: promote(1, " --for 2h"),
      words: () => `It takes no \`--for\`. Usage: \`${grammars.promote.usage}\``,
    },
  ],
  "not-permitted": [
    {
      what: "who may only read",
      by: "cara",
      command: promote(1),
      words: () => "`cara` may not `/promote` here: ask somebody with write in this repo.",
    },
    {
      what: "who is not in the team",
      settings: () => ({ second: ["allow: { teams: [ops] }"] }),
      arrange: async ({ stage }) => void stage.world.addTeam("acme", "ops", ["ann"]),
      command: promote(1),
      words: (layout) =>
        `\`ben\` may not command \`${environment(layout, 1)}\` here: ask somebody with write who is in \`ops\`.`,
    },
    {
      what: "a step left out by somebody who may not",
      command: (layout) =>
        `/promote ${placeOf(layout, 2)} --from ${environment(layout, 0)} --reason "now"`,
      words: (layout) =>
        `\`${environment(layout, 0)}\` is not the step before \`${environment(layout, 2)}\` (\`${environment(layout, 1)}\` is): maintainers of the repo may leave a step out.`,
    },
    {
      what: "a freeze that nobody opens",
      command: (layout) => `/tagboat override ${environment(layout, 1)} --reason "now"`,
      words: (layout) =>
        `No freeze of \`${environment(layout, 1)}\` can be opened: its \`override:\` names nobody.`,
    },
  ],
  "environment-unknown": [
    {
      what: "a name of no environment",
      command: (layout) => `/promote ${environment(layout, 1)}x`,
      words: (layout) =>
        new RegExp(
          `^There is no environment \`${environment(layout, 1)}x\`\\. Did you mean "${environment(layout, 1)}"\\? The config names .*\`${environment(layout, 2)}\`\\.$`,
        ),
    },
  ],
  "component-unknown": [
    {
      what: "a name of no component",
      command: (layout) => `/promote ${environment(layout, 1)} nothing`,
      words: (layout) =>
        layout.component === null
          ? `\`${environment(layout, 1)}\` has no component \`nothing\`. It has no components: leave it out.`
          : `\`${environment(layout, 1)}\` has no component \`nothing\`. It has \`billing\`, \`orders\`, \`search\`, \`stock\`.`,
    },
  ],
  "version-unknown": [
    {
      what: "what was never there",
      command: promote(1, " to nothing"),
      words: (layout) =>
        `\`${environment(layout, 0)}\` never held \`nothing\` (as far as \`${layout.steps[0].files[0]}\` goes back). What is promoted was there before.`,
    },
    {
      what: "a ban of what is nowhere",
      command: (layout) => `/tagboat ban ${placeOf(layout, 1)} version nothing`,
      words: () =>
        "`nothing` is in no environment now: name a version that `/tagboat status` shows.",
    },
  ],
  "source-unknown": [
    {
      what: "the first environment",
      command: promote(0),
      words: (layout) =>
        `No environment comes before \`${environment(layout, 0)}\`: nothing is promoted to it. From it one promotes to \`${environment(layout, 1)}\`.`,
    },
    {
      what: "from nowhere",
      command: promote(1, " --from nowhere"),
      words: (layout) =>
        `\`nowhere\` is no environment before \`${environment(layout, 1)}\`, nor a folder of one: \`${environment(layout, 0)}\`.`,
    },
  ],
  "ladder-skipped": [
    {
      what: "a step left out without a reason",
      command: (layout) => `/promote ${placeOf(layout, 2)} --from ${environment(layout, 0)}`,
      words: (layout) =>
        `\`${environment(layout, 0)}\` is not the step before \`${environment(layout, 2)}\` (\`${environment(layout, 1)}\` is): to leave a step out, give a reason: \`--reason "…"\`.`,
    },
  ],
  "pull-not-ours": [
    {
      what: "an override on a pull request that is over",
      settings: () => ({
        second: ['freeze: [{ cron: "0 0 * * *", for: 23h, override: { teams: [ops] } }]'],
      }),
      async arrange(h) {
        h.stage.world.addTeam("acme", "ops", ["ben"]);
        await h.people.close("ann", h.stage.world.pulls(h.repo)[0] as never);
      },
      command: (layout) => `/tagboat override ${environment(layout, 1)} --reason "now"`,
      words: () => "Write it on the open pull request that is to pass.",
    },
  ],
};

const versions: Readonly<Partial<Record<RefuseReason, readonly Row[]>>> = {
  "sources-disagree": [
    {
      what: "two environments before hold different versions",
      async arrange(h, layout) {
        const [from, to] = [environment(layout, 0), environment(layout, 1)];
        const both = layout.config().replace(`after: ${to}\n`, `after: [${from}, ${to}]\n`);
        await h.commit("ann", "main", { [CONFIG]: both });
        await patience(h, 60_000);
      },
      command: promote(2),
      words: (layout) =>
        new RegExp(
          `^The overlays that it would come from hold different versions\\. Name one: \`--from \\S+\`\\.\n\n\\| file \\| what \\| version \\|\n(.*\n)+?.*\`${layout.tags[0]}\``,
        ),
    },
  ],
  "nothing-to-promote": [
    {
      what: "an environment before that holds nothing tracked",
      arrange: (h, layout) =>
        put(h, layout, 0, (text) =>
          text.replaceAll(layout.image.replace(/[^/]+$/, ""), "elsewhere.example/other/"),
        ),
      command: promote(1),
      words: () => /holds no version of anything that goes further: nothing to promote\.$/,
    },
  ],
  "target-ahead": [
    {
      what: "an environment that is ahead",
      arrange: (h, layout) =>
        put(h, layout, 1, (_text, path) =>
          fileAtVersion(layout, layout.steps[1], path, layout.tags[2]),
        ),
      command: promote(1),
      words: (layout) =>
        new RegExp(
          `^\`${layout.steps[1].files[0]}\` holds \`\\S+\`, which is newer than \`\\S+\`\\. To go back: \`/rollback ${environment(layout, 1)}\`\\.$`,
        ),
    },
  ],
  "soak-too-short": [
    {
      what: "a release that was there for a moment",
      settings: () => ({ second: ["soak: 1h"] }),
      command: promote(1),
      words: (layout) =>
        new RegExp(
          `was in \`${environment(layout, 0)}\` for less than a minute, and 1h are asked for\\.$`,
        ),
    },
  ],
  "release-banned": [
    {
      what: "a release that is banned",
      arrange: async (h, layout) =>
        say(
          h,
          "ben",
          await talk(h, "other"),
          `/tagboat ban ${placeOf(layout, 1)} version ${layout.tags[1]} --reason "it leaks"`,
        ),
      command: (layout) => `/promote ${placeOf(layout, 1)} to ${layout.tags[1]}`,
      words: () => /was banned by `ben` \(it leaks\): `\/tagboat unban` lifts it\.$/,
    },
  ],
  "release-held": [
    {
      what: "an environment that is held",
      arrange: async (h, layout) =>
        say(
          h,
          "ann",
          await talk(h, "other"),
          `/tagboat hold ${placeOf(layout, 1)} --reason "a demo"`,
        ),
      command: promote(1),
      words: (layout) =>
        `${toldPlace(layout, 1)} is held by \`ann\`: a demo. \`/tagboat unhold\` lifts it.`,
    },
  ],
  "nothing-to-roll-back": [
    {
      what: "an environment that held nothing else",
      command: (layout) => `/rollback ${placeOf(layout, 2)}`,
      words: (layout) =>
        `The history of \`${environment(layout, 2)}\` holds no release before the present one.`,
    },
  ],
  "image-gone": [
    {
      what: "an image that was deleted",
      arrange: (h) => registryAnswers(h, { kind: "missing", detail: "no such manifest" }),
      command: promote(1),
      words: ({ image, tags }) =>
        `\`${image}:${tags[1]}\` is gone from its registry: it could not start.`,
    },
  ],
  "digest-unknown": [
    {
      what: "a pin by digest, and a registry that does not answer",
      async arrange(h, layout) {
        await put(h, layout, 1, () => entry(layout, `  digest: ${digestOf(layout.tags[0])}\n`));
        await registryAnswers(h, { kind: "unavailable", detail: "it is down", retryAt: null });
      },
      command: promote(1),
      words: ({ image, steps, tags }) =>
        `\`${image}\` is pinned by digest, and the digest of \`${tags[1]}\` is not known. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "branch-in-use": [
    {
      what: "a person's commit on the proposal's branch",
      async arrange(h, layout) {
        await say(h, "ann", await talk(h, "other"), promote(1)(layout));
        const [made = onlyProposal(h)] = proposals(h);
        await h.people.gitPush("ann", made.headBranch, { "MINE.md": "mine\n" });
        await patience(h, 60_000);
      },
      command: promote(1),
      words: () =>
        /^branch `?tagboat\/\S+ carries a person's work: .+; merge or delete it, or write `\/tagboat rebuild` on its pull request$/,
    },
  ],
  "base-missing": [
    {
      what: "a base branch that goes meanwhile",
      // A default branch cannot be deleted.
      on: ({ steps }) => steps[2].branch !== "main",
      arrange: meanwhile((h, layout) => h.people.deleteBranch("ann", layout.steps[2].branch)),
      command: promote(2),
      words: ({ steps }) => `\`${steps[2].branch}\` does not exist.`,
    },
  ],
  "config-invalid": [
    {
      what: "a config that was never valid",
      settings: () => ({ last: ["nonsense: true", ""] }),
      command: promote(1),
      words: () => "The default branch has no valid `.github/tagboat.yml`: add one, or mend it.",
    },
    {
      what: "a config that changes meanwhile",
      arrange: meanwhile((h, layout) =>
        h.commit("ann", "main", { [CONFIG]: `${layout.config()}mode: act\n` }),
      ),
      command: promote(1),
      words: () => "The config changed just now: write the command again.",
    },
  ],
};

const files: Readonly<Partial<Record<RefuseReason, readonly Row[]>>> = {
  "entry-missing": [
    {
      what: "no entry for any of it",
      arrange: fileIs(() => "resources: []\n"),
      command: promote(1),
      words: (layout) =>
        new RegExp(
          `^No file of \`${environment(layout, 1)}\` has an entry for \`${layout.image}\`.*: add it to \`images:\`\\.$`,
        ),
    },
  ],
  "duplicate-entry": [
    {
      what: "entries that differ",
      arrange: fileIs((layout) =>
        entry(layout, `- name: ${layout.image}\n  newTag: ${layout.tags[2]}\n`),
      ),
      command: promote(1),
      words: ({ image, steps }) =>
        `\`${image}\` has 2 entries that differ, and the last wins: keep one of them. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "tag-suffix": [
    {
      what: "a tagSuffix",
      arrange: fileIs((layout) => entry(layout, "  tagSuffix: -eu\n")),
      command: promote(1),
      words: ({ image, steps }) =>
        `\`${image}\` has a tagSuffix, which a new tag would switch off: write the whole tag. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "entry-alias": [
    {
      what: "an entry that is shared",
      arrange: fileIs(
        ({ image, tags }) => `images:\n- &a\n  name: ${image}\n  newTag: ${tags[0]}\n- *a\n`,
      ),
      command: promote(1),
      words: ({ image, steps }) =>
        `The entry ${image} is shared through an alias or a merge key. Write it out. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "unsupported-field": [
    {
      what: "a field that kustomize does not know",
      arrange: fileIs((layout) => entry(layout, "  newTagg: x\n")),
      command: promote(1),
      words: ({ steps }) =>
        `An entry of images has no field "newTagg"; kustomize refuses the file. Remove it. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "name-pattern": [
    {
      what: "an entry whose name is a pattern",
      arrange: fileIs((layout) =>
        entry(layout, `  newName: ${layout.image}\n`, layout.image.replace(/.$/, "[a-z]")),
      ),
      command: promote(1),
      words: ({ steps }) =>
        new RegExp(
          `^The name \\S+ is a regular expression for kustomize that does not match this image alone\\. Write an entry with the image's own name\\. \\(\`${steps[1].files[0]}\`\\)$`,
        ),
    },
  ],
  "several-documents": [
    {
      what: "two YAML documents",
      arrange: fileIs((layout) => `${entry(layout)}---\n${entry(layout)}`),
      command: promote(1),
      words: ({ steps }) =>
        `The file holds several YAML documents; kustomize reads the first alone. Keep one. (\`${steps[1].files[0]}\`)`,
    },
  ],
  "file-unparsable": [
    {
      what: "no YAML",
      arrange: fileIs((layout) => `${entry(layout)}  x: [\n`),
      command: promote(1),
      words: ({ steps }) =>
        new RegExp(
          `^The file cannot be read as YAML \\(.+\\): mend it, or leave its folder out of the config\\. \\(\`${steps[1].files[0]}\`\\)$`,
        ),
    },
  ],
  "file-ambiguous": [
    {
      what: "two kustomization files in a folder",
      async arrange(h, layout) {
        const [path = ""] = layout.steps[1].files;
        const other = path.endsWith(".yaml") ? "kustomization.yml" : "kustomization.yaml";
        await h.people.gitPush("ann", layout.steps[1].branch, {
          [path.replace(/[^/]+$/, other)]: entry(layout),
        });
        await patience(h, 60_000);
      },
      command: promote(1),
      words: () => /kustomize takes one only/,
    },
  ],
  "file-too-large": [
    {
      what: "a file of more than five million bytes",
      arrange: fileIs((layout) => `${entry(layout)}${`# ${"long".repeat(250)}\n`.repeat(5_000)}`),
      command: promote(1),
      words: ({ steps }) => new RegExp(`${steps[1].files[0]}`),
    },
  ],
  "not-a-file": [
    {
      what: "a link that comes meanwhile",
      arrange: meanwhile((h, layout) =>
        h.people.gitPush("ann", layout.steps[1].branch, [
          {
            path: layout.steps[1].files[0] ?? "",
            content: Buffer.from("../elsewhere.yaml"),
            mode: "120000",
          },
        ]),
      ),
      command: promote(1),
      words: ({ steps }) => new RegExp(`${steps[1].files[0]}`),
    },
  ],
};

const elsewhere: Readonly<Partial<Record<RefuseReason, Elsewhere>>> = {
  // Given by nothing: what the registry answers is checked where it is read.
  "digest-mismatch": { shownIn: "src/cli/outcome-words.ts" },
  "base-protected": { shownIn: "test/story/direct-commit.test.ts" },
  "installation-revoked": { shownIn: "test/work/sweeps.test.ts" },
  "image-unreadable": { shownIn: "test/story/refused-events.test.ts" },
  "no-effect": { shownIn: "test/story/rendered-diff.test.ts" },
  "order-unknown": { shownIn: "test/story/direct-commit.test.ts" },
  // The work waits for the owner instead: nobody can be told meanwhile.
  "permission-missing": { shownIn: "src/work/run-lane.ts" },
  "registry-not-allowed": { shownIn: "test/story/refused-events.test.ts" },
  "repo-archived": { shownIn: "test/story/github-news.test.ts" },
  "repo-gone": { shownIn: "test/story/github-news.test.ts" },
  "tag-missing": { shownIn: "test/story/tekton.test.ts" },
  "tag-pushed-again": { shownIn: "test/story/tags-again.test.ts" },
  unreadable: { shownIn: "test/normalise/generic.test.ts" },
  "value-invalid": { shownIn: "test/edit/edit-kustomization.test.ts" },
};

/** Ways to be refused, by their reason; those that no command meets by the test that shows them. */
export const refusals: Readonly<Partial<Record<RefuseReason, readonly Row[] | Elsewhere>>> = {
  ...elsewhere,
  ...people,
  ...versions,
  ...files,
};
