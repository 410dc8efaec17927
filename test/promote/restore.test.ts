import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../src/decide/config.ts";
import { editFiles } from "../../src/edit/edit-files.ts";
import type { FileState } from "../../src/model/forge.ts";
import { releasesOf } from "../../src/promote/release-history.ts";
import { restoreFile } from "../../src/promote/restore.ts";

const FILE = "env/prod/kustomization.yaml";
const D1 = `sha256:${"1".repeat(64)}`;
const D2 = `sha256:${"2".repeat(64)}`;
const { config } = parseConfig(`version: 1
images:
  - name: quay.io/acme/app
    source: acme/app
    refs: true
  - name: quay.io/acme/job
environments:
  - { name: dev, path: env/dev, on: push }
  - name: prod
    path: env/prod
    after: dev
    image: { quay.io/acme/app: mirror.example/app }
`);
if (config === null) throw new Error("no config");
const whole = config;
const prod = whole.environments.find(({ name }) => name === "prod");
if (prod === undefined) throw new Error("no prod");
const environment = prod;

function file(text: string): FileState {
  return { kind: "text", path: FILE, oid: "0".repeat(40), mode: "100644", text };
}

function restore(was: string, now: string) {
  const at = "2026-11-01T00:00:00Z";
  const [release] = releasesOf(whole, environment, [{ commit: "c", at, file: file(was) }]);
  if (release === undefined) throw new Error("it held nothing");
  const files = new Map([[FILE, file(now)]]);
  const place = { config: whole, environment, files, folders: new Map(), paths: [FILE] };
  const found = restoreFile({ ...place, keyOf: () => null }, FILE, release);
  if (found.kind === "refused") return found.refusal;
  const edited = editFiles(files, found.changes);
  if (edited.kind === "refused") return edited.refusal;
  return edited.edits[0]?.text ?? now;
}

const APP = "- name: quay.io/acme/app";
const JOB = "- name: quay.io/acme/job";

describe("a file goes back to what it was, to the byte", () => {
  test.each<[string, string, string]>([
    ["a tag", `images:\n${APP}\n  newTag: v1\n`, `images:\n${APP}\n  newTag: v2\n`],
    [
      "the name that a mapping gave it",
      `images:\n${APP}\n  newTag: v1\n`,
      `images:\n${APP}\n  newName: mirror.example/app\n  newTag: v2\n`,
    ],
    [
      "a name that it had",
      `images:\n${APP}\n  newName: mirror.example/app\n  newTag: v1\n`,
      `images:\n${APP}\n  newTag: v2\n`,
    ],
    [
      "a digest in place of a tag",
      `images:\n${APP}\n  digest: ${D1}\n`,
      `images:\n${APP}\n  newTag: v2\n`,
    ],
    [
      "a tag in place of a digest",
      `images:\n${APP}\n  newTag: v1\n`,
      `images:\n${APP}\n  newTag: v2\n  digest: ${D2}\n`,
    ],
    [
      "tag and digest",
      `images:\n${APP}\n  newTag: v1\n  digest: ${D1}\n`,
      `images:\n${APP}\n  newTag: v2\n  digest: ${D2}\n`,
    ],
    [
      "several images at once, and one stays",
      `images:\n${APP}\n  newTag: v1\n${JOB}\n  newTag: j1\n`,
      `images:\n${APP}\n  newTag: v2\n${JOB}\n  newTag: j1\n`,
    ],
    [
      "images and refs",
      `resources:\n- https://github.com/acme/app//deploy?ref=aaa\nimages:\n${APP}\n  newTag: v1\n${JOB}\n  newTag: j1\n`,
      `resources:\n- https://github.com/acme/app//deploy?ref=bbb\nimages:\n${APP}\n  newTag: v2\n${JOB}\n  newTag: j2\n`,
    ],
  ])("%s", (_name, was, now) => {
    const back = restore(was, now);
    const lines = (text: unknown): readonly string[] => String(text).split("\n").toSorted();
    expect(lines(back)).toEqual(lines(was));
  });

  test("what came beside it since, and what nobody tracks, stays", () => {
    const was = `images:\n${APP}\n  newTag: v1\n- name: other\n  newTag: o1\n`;
    const now = `# why\nimages:\n${JOB}\n  newTag: j9\n${APP}\n  newTag: v2\n- name: other\n  newTag: o2\n`;
    expect(restore(was, now)).toBe(
      `# why\nimages:\n${JOB}\n  newTag: j9\n${APP}\n  newTag: v1\n- name: other\n  newTag: o2\n`,
    );
  });

  test("an entry that deploys it by another name takes it", () => {
    const was = `images:\n${APP}\n  newTag: v1\n`;
    const now = "images:\n- name: mirror.example/app\n  newTag: v2\n";
    expect(restore(was, now)).toContain("newName: quay.io/acme/app");
  });
});

describe("what cannot go back is refused", () => {
  test.each<[string, string, string, string]>([
    [
      "its entry is gone",
      `images:\n${APP}\n  newTag: v1\n`,
      `images:\n${JOB}\n  newTag: j1\n`,
      "entry-missing",
    ],
    [
      "its resource is gone",
      `resources:\n- https://github.com/acme/app//deploy?ref=aaa\nimages:\n${APP}\n  newTag: v1\n`,
      `images:\n${APP}\n  newTag: v2\n`,
      "entry-missing",
    ],
    [
      "it had two refs of one repo",
      `resources:\n- https://github.com/acme/app//a?ref=aaa\n- https://github.com/acme/app//b?ref=ccc\nimages:\n${APP}\n  newTag: v1\n`,
      `resources:\n- https://github.com/acme/app//a?ref=bbb\nimages:\n${APP}\n  newTag: v2\n`,
      "file-ambiguous",
    ],
    ["the file is broken", `images:\n${APP}\n  newTag: v1\n`, "images: [\n", "file-unparsable"],
    [
      "its entries differ",
      `images:\n${APP}\n  newTag: v1\n`,
      `images:\n${APP}\n  newTag: v2\n${APP}\n  newTag: v3\n`,
      "duplicate-entry",
    ],
  ])("%s", (_name, was, now, reason) => {
    expect(restore(was, now)).toMatchObject({ reason });
  });
});
