/** Texts that are cheap to write and could be dear to read: a file of a CD repo is anybody's who may push there. */
import { expect, test } from "@jest/globals";
import { editKustomization } from "../../src/edit/edit-kustomization.ts";
import type { ImageChange } from "../../src/model/change.ts";

const COUNT = 30_000;
const many = (text: string, count = COUNT) => text.repeat(count);
const app = "images:\n- name: app\n  newTag: v1\n";

const shapes: readonly (readonly [what: string, text: string])[] = [
  ["spaces within a tag", `images:\n- name: app\n  newTag: v1${many(" ")}x\n`],
  ["spaces within another value", `a: b${many(" ")}c\n${app}`],
  ["spaces behind a tag", `images:\n- name: app\n  newTag: v1${many(" ")}\n`],
  ["spaces within a flow map", `images:\n- {name: app, newTag: v1${many(" ")}x}\n`],
  [
    "blank lines in a literal tag",
    `images:\n- name: app\n  newTag: |-\n    v1\n${many("\n")}    x\n`,
  ],
  [
    "blank lines in a folded tag",
    `images:\n- name: app\n  newTag: >-\n    v1\n${many("\n")}    x\n`,
  ],
  ["blank lines behind a literal", `a: |\n  b\n${many("\n")}${app}`],
  ["spaces behind a literal's header", `images:\n- name: app\n  newTag: |-${many(" ")}\n    v1\n`],
  ["spaces behind a folded header", `images:\n- name: app\n  newTag: >-${many(" ")}\n    v1\n`],
  ["comments", `${app}${many("  #\n")}`],
  ["quotes", `a: '${many("''")}'\n${app}`],
  ["entries of one name", `images:\n${many("- name: app\n  newTag: v1\n", COUNT / 20)}`],
  ["patterns", `${app}${many("- name: .*\n  newTag: v1\n", COUNT / 20)}`],
  ["patterns that match nothing", `images:\n${many("- name: .*x\n- name: app\n", COUNT / 20)}`],
  [
    "aliases of the tag",
    `images:\n- name: app\n  newTag: &x v1\nvars:\n${many("- *x\n", COUNT / 20)}`,
  ],
  ["aliases of aliases", `a0: &a0 b\n${chain(60)}${app}`],
  ["a long flow list", `a: [${many("b, ")}c]\n${app}`],
  ["deep flow lists", `a: ${many("[")}\n${app}`],
  ["deep flow lists that end", `a: ${many("[")}${many("]")}\n${app}`],
  ["deep block lists", `a:\n${many("- ")}b\n${app}`],
  ["deep maps", `a: ${many("{a: ")}\n${app}`],
];

function chain(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`,
  );
  return lines.join("");
}

const changes: readonly Partial<ImageChange>[] = [
  { newTag: "v2" },
  { newTag: null, digest: "sha256:aa" },
  { entry: "other", newTag: "v2", add: true },
];

test.each(shapes)("%s", (_, text) => {
  const started = process.cpuUsage();
  // Twice, as V8 compiles on the second time.
  for (const change of [...changes, ...changes])
    editKustomization(text, [{ kind: "image", file: "", entry: "app", ...change }]);
  const { user } = process.cpuUsage(started);
  expect(user / 1000).toBeLessThan(1000);
});
