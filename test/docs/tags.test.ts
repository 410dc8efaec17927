/** docs/tags.md says what is taken by which policy: each row of its tables is tried. */
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { parseConfig } from "../../src/decide/config.ts";
import { indexRepo } from "../../src/decide/repo-index.ts";
import { type TriedTag, tryTags } from "../../src/decide/tag-trial.ts";
import type { FileState } from "../../src/model/forge.ts";

const IMAGE = "quay.io/acme/app";
const PATH = "env/dev/kustomization.yaml";
const text = readFileSync(new URL("../../docs/tags.md", import.meta.url), "utf8");

/** Policy, what stands there, what is pushed, what is taken. */
function rowsOf(markdown: string): [string, string, string, string][] {
  const rows: [string, string, string, string][] = [];
  let policy = "";
  for (const line of markdown.split("\n")) {
    if (line.startsWith("tags: {")) policy = line;
    const cells = line.split("|").map((cell) => cell.trim());
    const [, present, pushed, taken] = cells;
    if (cells.length === 6 && present?.startsWith("`") && pushed && taken)
      rows.push([policy, present, pushed, taken]);
  }
  return rows;
}

/** `tag` 08:00, `tag` 09:00 */
function tagsOf(cell: string): TriedTag[] {
  return [...cell.matchAll(/`([^`]+)`(?: (\d\d:\d\d))?/g)].map(([, tag = "", time]) => ({
    tag,
    built: time === undefined ? null : `2026-11-22T${time}:00Z`,
  }));
}

function takenOf(policy: string, present: string, pushed: string): string {
  const { config, problems } = parseConfig(`version: 1
images: [{ name: ${IMAGE}, ${policy} }]
environments: [{ name: dev, path: env/dev, on: push }]
`);
  if (config === null) throw new Error(JSON.stringify(problems));
  const [stands] = tagsOf(present);
  const content = `images:\n- name: ${IMAGE}\n  newTag: "${stands?.tag}"\n`;
  const file: FileState = { kind: "text", path: PATH, oid: "", mode: "100644", text: content };
  const paths = [{ path: PATH, mode: "100644", oid: "" }];
  const index = indexRepo(config, [{ branch: "main", isDefault: true, paths, files: [file] }]);
  const tags = [...tagsOf(present), ...tagsOf(pushed)];
  const trial = tryTags(config, index, new Map([[PATH, file]]), IMAGE, tags);
  const results = trial.places[0]?.tags ?? [];
  if (results.some(({ result }) => result === "maybe")) return "not decided";
  return results.find(({ result }) => result === "taken")?.tag ?? "none";
}

test("it has a table for every policy", () => {
  const policies = rowsOf(text).map(([policy]) => policy);
  for (const word of ["build-time", "semver", "numeric", "alphabetical", "ignore", "extract", "-0"])
    expect(policies.some((policy) => policy.includes(word))).toBe(true);
});

test.each(rowsOf(text))(
  "%s where %s stands and %s is pushed: %s",
  (policy, present, pushed, taken) => {
    expect(takenOf(policy, present, pushed)).toBe(taken.replaceAll("`", ""));
  },
);
