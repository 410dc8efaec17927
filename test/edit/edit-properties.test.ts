/** The short form; `npm run edit:properties` and `npm run edit:fuzz` are the long ones. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { YAMLSeq } from "yaml";
import { fuzz } from "../../scripts/edit-fuzz.ts";
import { readersDiffer, wrongWith } from "../../scripts/edit-oracle.ts";
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
  ...'a: !!str b|a: >-\n  b|a: \'b|a: "\\n"|? a|"a": b|a : b|a:|a: b: c|a: b:|- a|a:\n  b'.split(
    "|",
  ),
  ..."a: &x;a: &x ~;a: &x null;a: &x [];a: &x {};a: &x *y;a: &x-y b;a: &x &y b;a: &x !!str b;a: &x # c;a: *x : b;a: *x-y".split(
    ";",
  ),
  ..."a:\n- &x b: c;a:\n- &x\n  b: c;a:\n  &x b: c;*x : b;&x a: b;a: &x\n".split(";"),
  ...'a: [b: c]|a: {b}|a: {b, c: d}|a: [b,]|a: {b: c,}|a: [,b]|a: [b,\n  c]|a: [b|a: {b: c|a: [b]c|a: [b] c|a: {b:c}|a: {"b":c}'.split(
    "|",
  ),
  ..."a: {b: c: d}|a: {b : c}|a: {b: c#d}|a: {b: c?d}|a: [&x b]|a: {<<: *x}|a: [*x : b]|a: {? b: c}|a: [!!str b]|a: [>-]|a: [a:]|a: [-]".split(
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

/** What it takes since that is common, with anchors before all aliases. */
const taken = [
  "a: &x |-\n  b",
  ..."a: &x b|a: &x 'b' # c|a: &x [b]|a: &x\n- b|a: &x # c\n  b: c|a:\n- &x b|a:\n- &x {b: c}|a: &x b\nc: *x # d".split(
    "|",
  ),
  ..."a: [b]|a: [ b , c ]|a: {b: c}|a: {b: c, d: [e, {f: *x}]}|a: {\"b\": 'c, d'}|a: [r.io:5000/b:c]|a: [ ]|a: { }|a:\n- {b: c} # d".split(
    "|",
  ),
];

test.each(taken)("the plain reader takes %j, and sees what the whole parser sees", (field) => {
  const text = `z: &x a\n${field}\n`;
  expect(readPlainBlocks(text)).not.toBeNull();
  expect(readersDiffer(text)).toBeNull();
});

test("what reads again as it did is not kept twice; what changed is read anew", () => {
  const before = readPlainBlocks("a:\n- b: c\n- d\n- &x e\n");
  const after = readPlainBlocks("a:\n- b: c\n- D\n- &x e\n", before);
  const items = [before, after].map(
    (root) => (root?.items[0]?.value as YAMLSeq | undefined)?.items ?? [],
  );
  expect(items[1]?.[0]).toBe(items[0]?.[0]);
  expect(items[1]?.[1]).not.toBe(items[0]?.[1]);
  expect(items[1]?.[2]).not.toBe(items[0]?.[2]);
  expect(items[1]).toMatchObject([{}, { value: "D" }, { value: "e" }]);
});

test.each(others)("the plain reader leaves %j to the whole parser", (text) => {
  expect(readPlainBlocks(text)).toBeNull();
});

test.each(readSeeds(2000))("what it reads, the whole parser reads, too: %#", (text) => {
  expect(readPlainBlocks(text) === null || readAnyYaml(text).kind === "read").toBe(true);
});
