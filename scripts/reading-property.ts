import fc from "fast-check";
import { editKustomization } from "../src/edit/edit-kustomization.ts";
import { readersDiffer, wrongWith } from "./edit-oracle.ts";

function mostly(usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return likely(fc.constantFrom(...usual), fc.constantFrom(...odd));
}

function likely(usual: fc.Arbitrary<string>, odd: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 60, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

const word = mostly(
  [
    "a",
    "v1",
    "1.10",
    "~",
    "r.io:5000/a",
    "a b",
    "a-b",
    "a:b",
    "$x",
    '"a"',
    '"a, b"',
    "'it''s'",
    "*x",
    "*y",
  ],
  [
    "a#b",
    "a?b",
    "<<",
    '"\\""',
    "''",
    "- a",
    "a:",
    "{}",
    "[]",
    "[ ]",
    "!!str a",
    "*z",
    "@a",
    "a]",
    "a,",
    "",
  ],
);
const key = mostly(["a", "b", '"c"', "'d'", "newTag"], ["<<", "e f", "*x", "? a", "&x a", ""]);
const anchor = mostly(["", "", "", "&x ", "&y "], ["&x-y ", "&x &y ", "&x\n", "! "]);
const comment = mostly(["", "", "", " # c", "  # - d: e"], ["#", " #", "\t# c"]);
const colon = mostly([": "], [":", " : ", ":  "]);
const glue = mostly([", "], [",", " , ", ",\n   ", ",,", " "]);
const end = mostly(["", " "], [",", "#", "\n"]);

const { flow } = fc.letrec<{ flow: string }>((tie) => {
  const one = fc.oneof({ maxDepth: 4 }, word, tie("flow"));
  const pair = fc.tuple(key, colon, one).map((all) => all.join(""));
  const list = fc.tuple(fc.array(likely(one, pair), { maxLength: 3 }), glue, end);
  const map = fc.tuple(fc.array(likely(pair, one), { maxLength: 3 }), glue, end);
  return {
    flow: fc.oneof(
      list.map(([items, by, last]) => `[${items.join(by)}${last}]`),
      map.map(([pairs, by, last]) => `{${pairs.join(by)}${last}}`),
    ),
  };
});

/** A value on one line, with an anchor; an alias has none. */
const single = fc
  .tuple(anchor, fc.oneof(word, flow))
  .map(([at, one]) => (/^[*~]/.test(one) ? one : at + one));

/** What stands behind a key and its colon, on this line and those below. */
const value: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(single, comment).map((all) => all.join("")),
  fc
    .tuple(anchor, comment, fc.array(fc.tuple(single, comment), { maxLength: 3 }))
    .map(
      ([owner, behind, items]) =>
        `${owner.trimEnd()}${behind}${items.map((item) => `\n- ${item.join("")}`).join("")}`,
    ),
  fc
    .tuple(anchor, fc.array(fc.tuple(key, single), { minLength: 1, maxLength: 3 }))
    .map(
      ([owner, pairs]) =>
        `${owner.trimEnd()}${pairs.map(([name, one]) => `\n  ${name}: ${one}`).join("")}`,
    ),
);

/** Files of flow collections, anchors and aliases, some of them broken: both readers see the same, and an edit changes what it says. */
export function reading(): fc.IRawProperty<unknown, false> {
  const fields = fc.array(fc.tuple(fc.constantFrom("a", "x-b", "vars", "patches"), value), {
    maxLength: 4,
  });
  const images = fc.constantFrom(
    "images:\n- name: app\n  newTag: v1\n",
    "images:\n- {name: app, newTag: &x v1}\n- {name: b, newTag: *x}\n",
    "images: &x\n- name: app\n  newTag: *y\n",
    "images: [{name: app, newTag: v1}, {name: b}]\n",
    "images:\n- {name: app}\n- &x {name: b, newTag: v1}\n",
  );
  return fc.property(fields, images, fields, (above, list, below) => {
    const lines = (all: typeof above) => all.map(([name, text]) => `${name}: ${text}\n`).join("");
    const text = `x: &x v0\ny: &y [v0]\n${lines(above)}${list}${lines(below)}`;
    const changes = [{ kind: "image", file: "", entry: "app", newTag: "v2" } as const];
    const why = readersDiffer(text) ?? wrongWith(text, changes, editKustomization(text, changes));
    if (why !== null) throw new Error(`${why}: ${JSON.stringify(text)}`);
  });
}
