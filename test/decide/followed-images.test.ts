import { expect, test } from "@jest/globals";
import { parseConfig } from "../../src/decide/config.ts";
import { followedImages } from "../../src/decide/followed-images.ts";
import { indexRepo } from "../../src/decide/repo-index.ts";

/** What a repo of one branch follows: image → versions that stand. */
function followed(config: string, files: Readonly<Record<string, string>>) {
  const parsed = parseConfig(`version: 1\n${config}`, []);
  if (parsed.config === null) throw new Error(JSON.stringify(parsed.problems));
  const paths = Object.keys(files).map((path) => ({ path, mode: "100644", oid: path }));
  const states = paths.map((one) => ({
    ...one,
    kind: "text" as const,
    text: files[one.path] ?? "",
  }));
  const branch = { branch: "main", isDefault: true, paths, files: states };
  const index = indexRepo(parsed.config, [branch]);
  return followedImages(index, parsed.config).map(({ image, present }) => [
    image,
    ...present.map(({ tag, digest }) => tag ?? digest),
  ]);
}

const kustomization = (...images: readonly string[]) => `images:\n${images.join("")}`;
const entry = (name: string, tag: string) => `- name: ${name}\n  newTag: ${tag}\n`;
const rule = "images:\n  - name: quay.io/acme/*\n    aliases: [mirror.example/acme/*]\n";
const dev = "  - name: dev\n    path: dev/{component}\n    on: push\n";
const prod = "  - name: prod\n    path: prod/{component}\n    after: dev\n";

test("each image once, with every version that stands where pushes are followed", () => {
  const files = {
    "dev/a/kustomization.yaml": kustomization(entry("quay.io/acme/a", "1"), entry("nginx", "2")),
    "dev/b/kustomization.yaml": kustomization(entry("quay.io/acme/a", "3")),
    "prod/a/kustomization.yaml": kustomization(entry("quay.io/acme/a", "0")),
  };
  expect(followed(`${rule}environments:\n${dev}${prod}`, files)).toEqual([
    ["quay.io/acme/a", "1", "3"],
  ]);
});

test("by the name that stands in the entry, and by the source's name where the environment maps it", () => {
  const mapped = `${dev}    image: { quay.io/acme/b: ghcr.io/acme/b }\n`;
  const files = {
    "dev/a/kustomization.yaml": kustomization(entry("mirror.example/acme/a", "1")),
    "dev/b/kustomization.yaml": kustomization(entry("ghcr.io/acme/b", "2")),
    "dev/c/kustomization.yaml": kustomization(entry("quay.io/acme/b", "3")),
  };
  expect(followed(`${rule}environments:\n${mapped}`, files)).toEqual([
    ["mirror.example/acme/a", "1"],
    ["quay.io/acme/b", "2"],
  ]);
});

test("no entry whose version cannot be told, and no file that cannot be read", () => {
  const files = {
    "dev/a/kustomization.yaml": kustomization(entry("quay.io/acme/a", "latest")),
    "dev/b/kustomization.yaml": kustomization("- name: quay.io/acme/b\n"),
    "dev/c/kustomization.yaml": `${kustomization(entry("quay.io/acme/c", "1"))}  broken: [`,
  };
  expect(followed(`${rule}environments:\n${dev}`, files)).toEqual([]);
});
