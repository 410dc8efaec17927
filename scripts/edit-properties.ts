/** `npm run edit:properties -- --runs 20000 [--seed 1]`: what holds of every edit, on random files in random styles. */
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { parse } from "yaml";
import { editKustomization } from "../src/edit/edit-kustomization.ts";
import type { Change, ImageChange } from "../src/model/change.ts";
import { wrongWith } from "./edit-oracle.ts";
import { reading } from "./reading-property.ts";

const FIELDS = ["newName", "newTag", "digest"] as const;
type Field = (typeof FIELDS)[number];

/** A file in pieces: what must stay, and between it the values that a change may rewrite. */
interface Sample {
  readonly pieces: readonly (string | Value)[];
}

interface Value {
  readonly entry: string;
  readonly field: Field;
  readonly written: string;
  readonly value: string;
  readonly quote: string;
}

const tag = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,40}$/),
  fc.stringMatching(/^[0-9]{1,3}[._e]?[0-9]{0,8}$/),
  fc.stringMatching(/^[0-9a-f]{7}$/),
  fc.constantFrom(
    "1.10",
    "yes",
    "n",
    "null",
    "~",
    "0x1F",
    "1e5",
    "1_000",
    "2021-01-01",
    "190:20:30",
    ".5",
  ),
);
const safe = fc.stringMatching(/^v[a-z0-9]{1,12}$/);
const comment = fc.constantFrom("", "", " # c", '  # {"$imagepolicy": "a:b:tag"}', " # newTag: 'x");

const entry = fc.record({
  fields: fc.uniqueArray(fc.constantFrom(...FIELDS), { maxLength: 3 }),
  nameAt: fc.nat(3),
  values: fc.tuple(safe, safe, safe),
  quotes: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom("", '"', "'"))),
  comments: fc.tuple(comment, comment, comment, comment),
  isFlow: fc.boolean(),
  above: fc.constantFrom("", "", "# about\n", "\n"),
});
type AnyEntry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

const style = fc.record({
  head: fc.constantFrom("", "\ufeff", "---\n", "# c\n", "kind: Component\n", "%YAML 1.1\n---\n"),
  middle: fc.constantFrom(
    "",
    "patches:\n- patch: |-\n    images:\n    - name: app0\n      newTag: v1\n",
    "vars: []\n",
    "x: {images: [a, b]}\n",
    "y: &y z\nw: *y\n",
  ),
  tail: fc.constantFrom("", "\n\n", "# end\n", "namePrefix: a-\n", "...\n"),
  indent: fc.constantFrom("", "  ", "    "),
  gap: fc.constantFrom(" ", " ", "   "),
  eol: fc.constantFrom("\n", "\n", "\r\n"),
  isWhole: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

/** Names are `app0`, `app1`, …, so that each is there once. */
function render(entries: readonly AnyEntry[], given: Style): Sample {
  const raw: (string | Value)[] = [
    given.head,
    given.middle,
    `images:${entries.length === 0 ? " []" : ""}\n`,
  ];
  for (const [index, one] of entries.entries())
    raw.push(one.above, ...renderEntry(`app${index}`, one, given));
  raw.push(given.tail);
  const pieces = raw.map((piece) =>
    typeof piece === "string" ? piece.replaceAll("\n", given.eol) : piece,
  );
  const last = pieces.findLastIndex((piece) => piece !== "");
  const end = pieces[last];
  if (!given.isWhole && given.tail === "" && typeof end === "string")
    pieces[last] = end.replace(/\r?\n$/, "");
  return { pieces };
}

function renderEntry(name: string, one: AnyEntry, { indent, gap }: Style): (string | Value)[] {
  const keys: ("name" | Field)[] = [...one.fields];
  keys.splice(Math.min(one.nameAt, keys.length), 0, "name");
  return keys.flatMap((key, index) => {
    const value = key === "name" ? name : writtenValue(name, key, one);
    const isLast = index === keys.length - 1;
    if (one.isFlow) {
      const start = index === 0 ? `${indent}-${gap}{` : ", ";
      return [`${start}${key}: `, value, isLast ? "}\n" : ""];
    }
    const start = index === 0 ? `${indent}-${gap}` : `${indent} ${gap}`;
    return [`${start}${key}: `, value, `${one.comments[index]}\n`];
  });
}

function writtenValue(entry: string, field: Field, { values, quotes }: AnyEntry): Value {
  const at = FIELDS.indexOf(field);
  const [value = "", quote = ""] = [values[at], quotes[at]];
  return { entry, field, value, quote, written: quote + value + quote };
}

function textOf(pieces: Sample["pieces"], rewrite = (value: Value) => value.written): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : rewrite(piece))).join("");
}

const sample = fc
  .tuple(fc.array(entry, { maxLength: 5 }), style)
  .map(([entries, given]) => render(entries, given));

function edited(text: string, changes: readonly Change[]): string {
  const result = editKustomization(text, changes);
  if (result.kind === "refused") throw new Error(JSON.stringify(result.refusal));
  const why = wrongWith(text, changes, result);
  if (why !== null) throw new Error(why);
  return result.text;
}

function changeOf({ entry, field }: Value, value: string): ImageChange {
  return { kind: "image", file: "", entry, [field]: value };
}

function isValue(piece: string | Value): piece is Value {
  return typeof piece !== "string";
}

function mustBe(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const chosen = fc.tuple(
  sample,
  fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
  fc.array(tag, { minLength: 4, maxLength: 4 }),
);

/** Values that are there are rewritten. */
function rewriting() {
  return fc.property(chosen, ([{ pieces }, picks, tags]) => {
    const values = pieces.filter(isValue);
    fc.pre(values.length > 0);
    const wanted = new Map(
      picks.map((at, index) => [values[at % values.length], tags[index] ?? ""]),
    );
    const text = textOf(pieces);
    const changes = [...wanted].map(([value, to]) => changeOf(value as Value, to));
    const after = edited(text, changes);
    const is = (value: Value) => {
      const to = wanted.get(value);
      if (to === undefined) return value.written;
      if (value.quote !== "") return value.quote + to + value.quote;
      return after.includes(`${value.field}: "${to}"`) ? `"${to}"` : to;
    };
    mustBe(after === textOf(pieces, is), "another byte changed");
    for (const version of ["1.1", "1.2"] as const)
      for (const [value, to] of wanted) {
        const found = parse(after, { version }).images.find(
          (one: { name: string }) => one.name === value?.entry,
        );
        mustBe(found[value?.field ?? ""] === to, `YAML ${version} reads another value`);
      }
    const back = edited(
      after,
      [...wanted.keys()].map((value) => changeOf(value as Value, value?.value ?? "")),
    );
    const wasQuoted = (value: Value) =>
      is(value).startsWith('"') ? `"${value.value}"` : value.written;
    mustBe(back === textOf(pieces, wasQuoted), "edited back it is not what it was");
  });
}

/** Any mix of setting, removing and adding, told by what another reader sees. */
function changing() {
  const wish = fc.option(tag, { nil: null });
  const change = fc.record(
    {
      entry: fc.constantFrom("app0", "app1", "app2", "new", "1.10", "r.io:5000/a/b"),
      newName: wish,
      newTag: wish,
      digest: wish,
    },
    { requiredKeys: ["entry"] },
  );
  return fc.property(
    sample,
    fc.array(change, { minLength: 1, maxLength: 3 }),
    ({ pieces }, wishes) => {
      const changes = wishes.map(
        (one): ImageChange => ({ kind: "image", file: "", add: true, ...one }),
      );
      const text = textOf(pieces);
      const after = edited(text, changes);
      const touched: ReadonlySet<string> = new Set(wishes.map((one) => one.entry));
      const kept = pieces
        .filter((piece) => isValue(piece) && !touched.has(piece.entry))
        .map((piece) => (piece as Value).written);
      mustBe(
        kept.every((written) => after.includes(written)),
        "a value of another entry is gone",
      );
      mustBe(after.endsWith("\n") === text.endsWith("\n"), "the end of the file changed");
      mustBe(!text.includes("\r") || !/[^\r]\n/.test(after), "line endings are mixed");
    },
  );
}

const PIECES =
  "images:|- name: a|  newTag: v1|  newTag: &x|*x|<<: *x|{|}|[|]|,|#|'|\"||&|!!str |? |: |---|...|resources:|%YAML 1.1|\n|\n  |\r\n|\t|- |  |>-|\n    ";

/** Pieces of YAML in any order: no throw, and what is edited says what was asked. */
function soup() {
  const text = fc.array(fc.constantFrom(...PIECES.split("|"), "|", "|-\n"), { maxLength: 30 });
  return fc.property(text, (pieces) => {
    const changes = [{ kind: "image", file: "", entry: "a", newTag: "v2", add: true } as const];
    const result = editKustomization(pieces.join(""), changes);
    const why = wrongWith(pieces.join(""), changes, result);
    if (why !== null) throw new Error(why);
  });
}

/** Each makes a property to be checked. */
export const editProperties: Readonly<Record<string, () => fc.IRawProperty<unknown, false>>> = {
  rewriting,
  changing,
  soup,
  reading,
};

function main(): void {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text, only: text } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const numRuns = Number(values.runs ?? 1000);
  for (const [name, make] of Object.entries(editProperties)) {
    if (values.only !== undefined && values.only !== name) continue;
    const { failed, counterexample, errorInstance } = fc.check(make(), { numRuns, seed });
    console.log(`${name}: ${numRuns} runs, seed ${seed}: ${failed ? "FAILED" : "held"}`);
    if (failed) console.log(JSON.stringify(counterexample), errorInstance);
    if (failed) process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
