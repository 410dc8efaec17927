/** Reads `$TAGBOAT_SHARED/corpus`. Without that folder there is nothing to test: said aloud, and a failure in CI. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { diffIndices } from "node-diff3";
import { parseDocument } from "yaml";
import { createBuild, type ImageRule } from "../../src/edit/build-images.ts";
import { editKustomization } from "../../src/edit/edit-kustomization.ts";
import { type Edited, KustomizationError, setImages } from "../../src/kustomize.ts";
import type { Change, ImageChange } from "../../src/model/change.ts";

const folder = join(process.env.TAGBOAT_SHARED ?? "../shared", "corpus");
const present = existsSync(folder);

interface Replay {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  readonly changes: readonly (Partial<Omit<ImageChange, "kind">> & {
    readonly image?: string;
    readonly resource?: string;
    readonly ref?: string;
  })[];
}

interface SetImageCase {
  readonly id: string;
  readonly input: string;
  readonly args: readonly string[];
  readonly expected_images: readonly Readonly<Record<string, string>>[] | null;
  readonly expected_error: boolean;
  readonly kustomize_error: string | null;
  readonly max_changed_lines?: number;
  readonly one_minimal_output?: string | null;
}

const file = "kustomization.yaml";

function changesOf(replay: Replay): Change[] {
  return replay.changes.map(({ image, resource, ref, ...fields }): Change => {
    if (resource !== undefined && ref !== undefined)
      return { kind: "ref", file, repo: resource, ref };
    return { kind: "image", file, entry: image ?? "", ...fields };
  });
}

function read<T>(name: string): T[] {
  if (!present) return [];
  const text = readFileSync(join(folder, name), "utf8");
  return name.endsWith(".jsonl")
    ? text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as T)
    : (JSON.parse(text) as T[]);
}

function imagesOf(text: string): Record<string, string>[] {
  const root = parseDocument(text, { schema: "failsafe", merge: true, logLevel: "error" }).toJS({
    maxAliasCount: -1,
  }) as Record<string, Record<string, string>[]> | null;
  // kustomize counts the old field, too.
  const images = [...(root?.images ?? root?.Images ?? []), ...(root?.imageTags ?? [])];
  return images.map((image) =>
    Object.fromEntries(
      Object.entries(image).map(([key, value]) => [
        key.replace(/^[A-Z]/, (letter) => letter.toLowerCase()),
        value,
      ]),
    ),
  );
}

/** What the two commits with something unasked in them did besides: exactly this, or the test fails. */
const unasked = new Map<string, readonly [ours: string, committed: string]>([
  [
    "fb1c71bb09:components/ui/staging/kustomization.yaml",
    ["    newTag: 440184a   \n", "    newTag: 440184a\n"],
  ],
  [
    "fee2f831f0:components/has/kustomization.yaml",
    [
      "/config/default?ref=ebf7fed9ab85eae3ce2736f089886594d5765a39\n",
      "/config/default?ref=ebf7fed9ab85eae3ce2736f089886594d5765a39 \n",
    ],
  ],
]);

function asCommitted(id: string, text: string): string {
  const [ours, committed] = unasked.get(id) ?? ["", ""];
  return text.replace(ours, committed);
}

/** Lines that a diff shows as replaced, added or removed, whichever side has more. */
function changedLines(before: string, after: string): number {
  return diffIndices(before.split("\n"), after.split("\n")).reduce(
    (sum, { buffer1, buffer2 }) => sum + Math.max(buffer1[1], buffer2[1]),
    0,
  );
}

/** Arguments are refused in kustomize's words, files in our own. */
function isRightError({ kustomize_error }: SetImageCase, result: unknown): boolean {
  if (!(result instanceof KustomizationError)) return false;
  return result.line !== null || result.message === kustomize_error;
}

/** Entries as a set: order of keys and equal entries of one name say nothing. */
function asSet(images: readonly Readonly<Record<string, string>>[]): string[] {
  const texts = images.map((image) =>
    JSON.stringify(Object.entries(image).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return [...new Set(texts)];
}

function set(one: SetImageCase): Edited | KustomizationError {
  try {
    return setImages(one.input, one.args);
  } catch (error) {
    if (error instanceof KustomizationError) return error;
    throw error;
  }
}

function problemOf(one: SetImageCase): unknown {
  const result = set(one);
  if (one.expected_error) return isRightError(one, result) ? null : result;
  if (result instanceof KustomizationError) return result;
  const images = asSet(imagesOf(result.text));
  const lines = changedLines(one.input, result.text);
  const isRight = JSON.stringify(images) === JSON.stringify(asSet(one.expected_images ?? []));
  return isRight && lines <= (one.max_changed_lines ?? lines)
    ? null
    : { lines, images, text: result.text };
}

test("the corpus is there", () => {
  if (!present) console.warn(`No corpus in ${folder}: nothing is tested here.`);
  expect(present || process.env.CI === undefined).toBe(true);
});

describe("edits that people and bots really made", () => {
  const replays = read<Replay>("replay.jsonl");

  test("every one comes out byte for byte", () => {
    const texts = replays.map((replay) => {
      const result = editKustomization(replay.before, changesOf(replay));
      return { replay, text: result.kind === "edited" ? result.text : result.refusal.message };
    });
    const other = texts.filter(({ replay, text }) => text !== replay.after);
    // Two commits hold one more thing each that nobody asked for, and that contradict each other as rules: one took the
    // blanks behind the old tag away, the other put a blank behind the new ref. An editor that leaves all other bytes does neither.
    const ours = other.map(({ replay, text }) => [replay.id, asCommitted(replay.id, text)]);
    expect(ours).toEqual(other.map(({ replay }) => [replay.id, replay.after]));
    expect(other.map(({ replay }) => replay.id)).toEqual(present ? [...unasked.keys()] : []);
    expect(replays).toHaveLength(present ? 1155 : 0);
  });

  test("each done again changes nothing", () => {
    for (const replay of replays) {
      const changes = changesOf(replay).filter(({ kind }) => kind === "image");
      const done = editKustomization(replay.after, changes);
      expect(done).toEqual({ kind: "edited", text: replay.after, edits: [] });
    }
  });
});

interface BuildCase {
  readonly id: string;
  readonly images: readonly Partial<ImageRule>[];
  readonly containers: Readonly<Record<string, string>>;
}

describe("what a build makes of images", () => {
  const cases = read<BuildCase>("build-cases.json");
  const nothing = { name: "", newName: null, newTag: null, digest: null };

  for (const { id, images, containers } of cases)
    test(id, () => {
      const build = createBuild(images.map((rule) => ({ ...nothing, ...rule })));
      const built = Object.keys(containers).map((image) => [image, build(image)]);
      expect(Object.fromEntries(built)).toEqual(containers);
    });

  test("all were read", () => {
    expect(cases).toHaveLength(present ? 21 : 0);
  });
});

describe("the cases of `kustomize edit set image`", () => {
  const cases = read<SetImageCase>("set-image-cases.json");
  // One case is of the folder, not of one file: `tagboat set-image` is tested with it.
  const told = cases.filter(({ id }) => id !== "fmt-err-two-files");
  // Where kustomize drops or ignores what stands there, we ask a person.
  const refused = new Map([["fmt-multidoc", "several-documents"]]);

  for (const one of told)
    test(one.id, () => {
      const reason = refused.get(one.id);
      const problem = problemOf(one);
      if (reason === undefined) expect(problem).toBeNull();
      else expect(problem).toMatchObject({ reason });
    });

  test("all were read", () => {
    expect(cases).toHaveLength(present ? 105 : 0);
  });
});
