/** The short form; `npm run edit:properties` and `npm run edit:fuzz` are the long ones. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fuzz } from "../../scripts/edit-fuzz.ts";
import { wrongWith } from "../../scripts/edit-oracle.ts";
import { editProperties } from "../../scripts/edit-properties.ts";
import { readSeeds } from "../../scripts/edit-seeds.ts";
import { readAnyYaml } from "../../src/edit/kustomization.ts";
import { readPlainBlocks } from "../../src/edit/plain-blocks.ts";

describe("on random files in random styles", () => {
  test.each(Object.entries(editProperties))("%s", (_, make) => {
    fc.assert(make(), { numRuns: 150 });
  });
});

test("files with something broken in them: no crash, none slow, no other value changed", () => {
  const { failures, edited, refused } = fuzz(400, Date.now() % 1e9, readSeeds(100));
  expect(failures).toEqual([]);
  expect(edited).toBeGreaterThan(50);
  expect(Object.keys(refused).length).toBeGreaterThan(2);
});

describe("the oracle sees", () => {
  const text = "images:\n- name: a\n  newTag: v1\n- name: b\n  newTag: v1\n";
  const changes = [{ kind: "image", file: "", entry: "a", newTag: "v2" } as const];
  const edited = (after: string) =>
    wrongWith(text, changes, { kind: "edited", text: after, edits: [] });

  test.each([
    ["that nothing was changed", text],
    ["that another entry was changed, too", text.replaceAll("v1", "v2")],
    ["that an entry is gone", "images:\n- name: a\n  newTag: v2\n"],
    ["that it is no YAML", `${text.replace("v1", "v2")}  x`],
  ])("%s", (_, after) => {
    expect(edited(after)).not.toBeNull();
  });

  test("that all is well", () => {
    expect(edited(text.replace("v1", "v2"))).toBeNull();
  });
});

/** What the plain reader must leave to the whole parser, each in a file that it would read otherwise. */
const others = [
  ...'a: &x b|a: *x|a: !!str b|a: [b]|a: {b: c}|a: >-\n  b|a: \'b|a: "\\n"|? a|"a": b|a : b|a:|a: b: c|a: b:|- a|a:\n  b'.split(
    "|",
  ),
  ..."a: b\n  c;a: |2\n   b\n;a: |\n\n  b\n;a: |\n  b;a:\n- - b;a:\n-\n  b;<<: b;a: b\n...;a: b\n---\n;%YAML 1.1\n---\na: b".split(
    ";",
  ),
  ...[
    "a:\tb",
    "\ufeffa: b",
    "a: b\u2028",
    "a: b\rc: d",
    "a: 😀",
    "a: b\n c: d",
    "  a: b\nc: d",
    "a: @b",
    "",
  ],
];

test.each(others)("the plain reader leaves %j to the whole parser", (text) => {
  expect(readPlainBlocks(text)).toBeNull();
});

test.each(readSeeds(2000))("what it reads, the whole parser reads, too: %#", (text) => {
  expect(readPlainBlocks(text) === null || readAnyYaml(text).kind === "read").toBe(true);
});
