import { describe, expect, test } from "@jest/globals";
import type { Change } from "../../src/model/change.ts";
import type { FileState } from "../../src/model/forge.ts";
import type { ImageArtifact, OrderKey } from "../../src/model/release.ts";
import { replayChanges } from "../../src/promote/replay.ts";
import { config } from "../support/gate-facts.ts";

const FILE = "env/prod/kustomization.yaml";
const IMAGE = "quay.io/acme/app";
const D1 = `sha256:${"1".repeat(64)}`;
const D2 = `sha256:${"2".repeat(64)}`;
const built: Readonly<Record<string, OrderKey>> = {
  v1: { at: "2026-11-01T00:00:00Z", from: "image" },
  v2: { at: "2026-11-02T00:00:00Z", from: "image" },
  "v3.0.0": { at: "2026-11-03T00:00:00Z", from: "image" },
};
const v2: ImageArtifact = {
  kind: "image",
  image: IMAGE,
  tag: "v2",
  digest: D2,
  orderKey: built.v2 ?? null,
};
const whole = config();
const prod = whole.environments[1];
if (prod === undefined) throw new Error("no prod");

function textFile(text: string): FileState {
  return { kind: "text", path: FILE, oid: "0".repeat(40), mode: "100644", text };
}

function entry(fields: string): string {
  return `images:\n- name: ${IMAGE}\n${fields}`;
}

function replay(text: string | null, changes: readonly Change[], artifacts = [v2]) {
  const file: FileState = text === null ? { kind: "absent", path: FILE } : textFile(text);
  return replayChanges({
    config: whole,
    environment: prod as NonNullable<typeof prod>,
    files: new Map([[FILE, file]]),
    changes,
    artifacts,
    keyOf: (_image, { tag }) => built[tag ?? ""] ?? null,
  });
}

const toV2: Change = { kind: "image", file: FILE, entry: IMAGE, newTag: "v2" };
const toRef: Change = { kind: "ref", file: FILE, repo: "acme/app", ref: "abc" };

describe("the same values on another base", () => {
  test.each<[string, string, Change, Partial<Change>]>([
    ["another version", entry("  newTag: v0\n"), toV2, { newTag: "v2" }],
    ["an entry that names none", entry(""), toV2, { newTag: "v2" }],
    [
      "one that was pinned since: its digest moves with it",
      entry(`  newTag: v1\n  digest: ${D1}\n`),
      toV2,
      { newTag: "v2", digest: D2 },
    ],
    [
      "one that has a tag beside what is to be a digest: no tag tells of another version",
      entry(`  newTag: v1\n  digest: ${D1}\n`),
      { kind: "image", file: FILE, entry: IMAGE, digest: D2 },
      { newTag: null, digest: D2 },
    ],
    [
      "another name",
      entry("  newName: mirror.example/app\n  newTag: v1\n"),
      { ...toV2, newName: null },
      { newName: null, newTag: "v2" },
    ],
  ])("%s", (_name, text, change, wanted) => {
    const found = replay(text, [change]);
    expect(found).toMatchObject({ kind: "planned", changes: [{ entry: IMAGE, ...wanted }] });
    if (found.kind !== "planned") throw new Error("not planned");
    expect(Object.keys(found.changes[0] ?? {}).sort()).toEqual(
      [...new Set(["kind", "file", "entry", ...Object.keys(wanted)])].sort(),
    );
  });

  test("what stands there is left out", () => {
    expect(replay(entry("  newTag: v2\n"), [toV2])).toEqual({
      kind: "planned",
      changes: [],
      rows: [],
      newer: [],
    });
  });

  test("rows tell from what to what", () => {
    expect(replay(entry("  newTag: v1\n"), [toV2])).toMatchObject({
      rows: [{ file: FILE, image: IMAGE, from: { tag: "v1", digest: null }, to: { tag: "v2" } }],
      newer: [],
    });
  });

  test.each([
    ["v3.0.0", 1],
    ["v1", 0],
    ["unknown", 0],
  ])("%s in its place is newer: %i", (tag, count) => {
    const found = replay(entry(`  newTag: ${tag}\n`), [toV2]);
    expect(found.kind === "planned" ? found.newer : null).toHaveLength(count);
  });

  test.each<[string, string | null, Change, string]>([
    ["no such file", null, toV2, "it"],
    ["no such entry", "images:\n- name: other\n  newTag: v1\n", toV2, IMAGE],
    ["no such resource", "resources:\n- ../base\n", toRef, "acme/app"],
  ])("%s: it is gone", (_name, text, change, what) => {
    expect(replay(text, [change])).toEqual({ kind: "gone", file: FILE, what });
  });

  test("an entry pinned since, where nobody knows the digest: it is gone", () => {
    const text = entry(`  newTag: v1\n  digest: ${D1}\n`);
    expect(replay(text, [toV2], [{ ...v2, digest: null }])).toMatchObject({ kind: "gone" });
  });

  test.each([
    ["moves", "old", 1],
    ["is there", "abc", 0],
  ])("a ref %s", (_name, ref, count) => {
    const text = `resources:\n- https://github.com/acme/app//deploy?ref=${ref}\n`;
    const found = replay(text, [toRef]);
    expect(found.kind === "planned" ? found.changes : null).toHaveLength(count);
  });
});
