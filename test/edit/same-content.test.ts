import { expect, test } from "@jest/globals";
import { isMap, isScalar, type Node, visit } from "yaml";
import { createDraft } from "../../src/edit/draft.ts";
import { createFingerprints } from "../../src/edit/fingerprint.ts";
import { type Kustomization, readKustomization } from "../../src/edit/kustomization.ts";
import { runsAlike } from "../../src/edit/same-content.ts";

function read(text: string): Kustomization {
  const reading = readKustomization(text);
  if (reading.kind === "refused") throw new Error(reading.objection.message);
  return reading.file;
}

/** `v1`, the first time it stands there, is to be `v2`; by both ways of comparing. */
function compare(before: string, after: string): { alike: boolean; same: boolean } {
  const draft = createDraft(read(before));
  visit(draft.file.root as Node, {
    Scalar: (_, node) => {
      if (node.value !== "v1") return undefined;
      draft.intent.values.set(node, "v2");
      return visit.BREAK;
    },
  });
  const result = read(after);
  const fingerprints = createFingerprints();
  return {
    alike: runsAlike(draft.file, draft.intent, result),
    same: fingerprints.of(result) === fingerprints.of(draft.file, draft.intent),
  };
}

test.each([
  ["the value alone", "a: v1\nb: c\n", "a: v2\nb: c\n"],
  ["an alias beside it", "a: &x b\nc: *x\nd: v1\n", "a: &x b\nc: *x\nd: v2\n"],
  ["an alias of a collection", "a: &x [b]\nc: *x\nd: v1\n", "a: &x [b]\nc: *x\nd: v2\n"],
  ["another name for an anchor", "a: &x b\nc: *x\nd: v1\n", "a: &y b\nc: *y\nd: v2\n"],
  [
    "one anchor set twice",
    "a: &x b\nc: *x\nd: &x e\nf: *x\ng: v1\n",
    "a: &x b\nc: *x\nd: &x e\nf: *x\ng: v2\n",
  ],
])("%s: runs alike, and has the same fingerprint", (_, before, after) => {
  expect(compare(before, after)).toEqual({ alike: true, same: true });
});

test.each([
  ["nothing was changed", "a: v1\nb: c\n", "a: v1\nb: c\n"],
  ["another value was changed, too", "a: v1\nb: c\n", "a: v2\nb: d\n"],
  ["a key was changed, too", "a: v1\nb: c\n", "a: v2\nd: c\n"],
  ["the value is no string any more", "a: v1\nb: c\n", "a: [v2]\nb: c\n"],
  ["an alias follows the change", "a: &x v1\nb: *x\n", "a: &x v2\nb: *x\n"],
  ["an alias of what it stands in follows", "a: &x {b: v1}\nc: *x\n", "a: &x {b: v2}\nc: *x\n"],
  [
    "an alias of an alias follows",
    "a: &x {b: v1}\nc: &y [*x]\nd: *y\n",
    "a: &x {b: v2}\nc: &y [*x]\nd: *y\n",
  ],
  [
    "an alias means another",
    "a: &x b\nc: &y d\ne: *x\nf: v1\n",
    "a: &x b\nc: &y d\ne: *y\nf: v2\n",
  ],
  [
    "an anchor is set again",
    "a: &x b\nc: &y d\ne: *x\nf: v1\n",
    "a: &x b\nc: &x d\ne: *x\nf: v2\n",
  ],
])("%s: does not", (_, before, after) => {
  expect(compare(before, after)).toEqual({ alike: false, same: false });
});

test("what an alias stood for may be written out: the fingerprints tell", () => {
  const { alike, same } = compare("a: &x v1\nb: *x\n", "a: v2\nb: v1\n");
  expect({ alike, same }).toEqual({ alike: false, same: true });
});

test("the reader's own nodes are nodes of the yaml package", () => {
  const { root } = read("a: {b: v1}\n");
  expect(isMap(root) && isMap(root.items[0]?.value) && isScalar(root.items[0]?.key)).toBe(true);
});
