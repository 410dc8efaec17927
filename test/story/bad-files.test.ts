import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import { peopleOf } from "../support/people.ts";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  onlyPull,
  overlay,
  stories,
  V1,
  V2,
} from "../support/story.ts";

const { start } = stories();
const BAD = "env/bad/kustomization.yaml";
const config = `${configText()}  - name: bad\n    path: env/bad\n    on: push\n`;

/** Nothing that opens a door, and no control character that would forge a line of a terminal. */
function expectCleanLog(h: Harbour): void {
  expect(h.lines.length).toBeGreaterThan(0);
  for (const line of h.lines) {
    expect(line).not.toMatch(
      /webhook secret of the tests|a secret of the tests|PRIVATE KEY|ghs_|\/hooks\//,
    );
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }
}

describe("files that cannot be edited are told, and the other environment goes on", () => {
  const text = overlay(V1);
  test.each<[string, Readonly<Record<string, string>>, { kind: string; reason: string }]>([
    ["no YAML", { [BAD]: `${text}  x: [\n` }, { kind: "refused", reason: "file-unparsable" }],
    [
      "a template",
      { [BAD]: `{% for x in y %}\n${text}{% endfor %}\n` },
      { kind: "refused", reason: "file-unparsable" },
    ],
    [
      "two documents",
      { [BAD]: `${text}---\n${text}` },
      { kind: "refused", reason: "several-documents" },
    ],
    [
      "two kustomization files",
      { [BAD]: text, "env/bad/kustomization.yml": text },
      { kind: "refused", reason: "file-ambiguous" },
    ],
    [
      "no entry for the image",
      { [BAD]: "resources: []\n" },
      { kind: "skipped", reason: "entry-missing" },
    ],
    [
      "entries that differ",
      { [BAD]: `${text}- name: ${IMAGE}\n  newTag: ${V2}x\n` },
      { kind: "refused", reason: "duplicate-entry" },
    ],
    [
      "a tagSuffix",
      { [BAD]: `${text}  tagSuffix: -eu\n` },
      { kind: "refused", reason: "tag-suffix" },
    ],
    [
      "an anchor on the entry",
      { [BAD]: `images:\n- &a\n  name: ${IMAGE}\n  newTag: ${V1}\n- *a\n` },
      { kind: "refused", reason: "entry-alias" },
    ],
  ])("%s", async (_name, files, expected) => {
    const h = await start({ [CONFIG]: config, ...files }, { keepLog: true });
    const outcomes = await arrive(h, V2);
    expect(outcomes).toContainEqual(expect.objectContaining(expected));
    expect(outcomes).toContainEqual(expect.objectContaining({ kind: "proposed" }));
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
    expectCleanLog(h);
  });

  test("a symbolic link: neither followed nor replaced", async () => {
    const h = await start(
      { [CONFIG]: config },
      {
        before: async ({ world }, repo) =>
          void (await peopleOf(world, repo).gitPush("acme", "main", [
            {
              path: BAD,
              content: Buffer.from("../overlays/01-dev/kustomization.yaml"),
              mode: "120000",
            },
          ])),
      },
    );
    const outcomes = await arrive(h, V2);
    expect(outcomes).toContainEqual(expect.objectContaining({ kind: "proposed" }));
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
    const [change] = await h.repo.store.diffTrees(
      (await h.repo.store.readCommit((await h.people.tip("main")) ?? ""))?.tree ?? null,
      (await h.repo.store.readCommit(onlyPull(h).headOid))?.tree ?? null,
    );
    expect(change?.path).toBe(DEV);
  });
});

const BOM = String.fromCharCode(0xfeff);

describe("files that are unusual and fine keep every other byte", () => {
  const entry = (eol: string) =>
    ["# what runs in dev", "images:", `- name: ${IMAGE}`, `  newTag: ${V1}`, ""].join(eol);
  const texts: Readonly<Record<string, () => string>> = {
    "a byte order mark": () => BOM + entry("\n"),
    CRLF: () => entry("\r\n"),
    "a byte order mark and CRLF": () => BOM + entry("\r\n"),
    "no final newline": () => entry("\n").trimEnd(),
    "more than 512,000 bytes": () => `${entry("\n")}${`# ${"long ".repeat(1_000)}\n`.repeat(110)}`,
    "letters beyond ASCII around 512,000 bytes": () =>
      `${`# ${"ünï".repeat(1_000)}\n`.repeat(110)}${entry("\n")}`,
  };

  test.each(Object.keys(texts))("%s", async (name) => {
    const text = texts[name]?.() ?? "";
    const h = await start({ [DEV]: text });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(text.replace(V1, V2));
  });

  test("an executable file stays one", async () => {
    const h = await start(
      {},
      {
        before: async ({ world }, repo) =>
          void (await peopleOf(world, repo).gitPush("acme", "main", [
            { path: DEV, content: Buffer.from(overlay(V1)), mode: "100755" },
          ])),
      },
    );
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay(V2));
  });
});
