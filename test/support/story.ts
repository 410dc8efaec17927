import { afterEach, expect } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { createHarbour, type Harbour, type HarbourOptions } from "./harbour.ts";

/** The usual props of a story: one image, one environment, one overlay. */
export const IMAGE = "quay.io/acme/app";
export const DEV = "env/overlays/01-dev/kustomization.yaml";
export const CONFIG = ".github/tagboat.yml";

/** Versions in order of their build. The overlay starts at `V1`. */
export const V1 = "6322-rbbs9";
export const V2 = "bf76-qqxrq";
export const V3 = "c0de-zz4tk";
export const V4 = "d1ce-hh7wp";
const builtAt: Readonly<Record<string, string>> = {
  [V1]: "2026-11-20T10:00:00Z",
  [V2]: "2026-11-21T10:00:00Z",
  [V3]: "2026-11-22T07:00:00Z",
  [V4]: "2026-11-22T08:00:00Z",
};

/** An overlay as a person wrote it. */
export function overlay(tag: string, image = IMAGE): string {
  return `# what runs in dev
resources:
- ../../base
images:
- name: ${image} # tracked
  newTag: ${tag}
`;
}

/** A config of one environment `dev` that follows pushes; `more` are further lines of it, `image` of the image's rule. */
export function configText(more: readonly string[] = [], image: readonly string[] = []): string {
  return [
    "version: 1",
    "images:",
    `  - name: ${IMAGE}`,
    ...image.map((line) => `    ${line}`),
    "environments:",
    "  - name: dev",
    "    path: env/overlays/01-dev",
    "    on: push",
    ...more.map((line) => `    ${line}`),
    "",
  ].join("\n");
}

export const usualFiles: Readonly<Record<string, string>> = {
  [CONFIG]: configText(),
  [DEV]: overlay(V1),
  "env/base/kustomization.yaml": "resources:\n- deployment.yaml\n",
};

/** Starts a harbour for each test and closes it afterwards; fails the test if GitHub's schemas were broken or a field is unknown. */
export function stories(): {
  start(files?: Readonly<Record<string, string>>, more?: Partial<HarbourOptions>): Promise<Harbour>;
} {
  let harbour: Harbour | null = null;
  afterEach(async () => {
    const { complaints } = harbour?.stage.recorder ?? { complaints: [] };
    await harbour?.close();
    harbour = null;
    expect(complaints).toEqual([]);
  });
  return {
    async start(files = {}, more = {}) {
      const before = more.files ?? usualFiles;
      harbour = await createHarbour({ ...more, files: { ...before, ...files } });
      harbour.registry.put(IMAGE, V1, { created: builtAt[V1] ?? null });
      return harbour;
    },
  };
}

/** One of the known versions is pushed, and everything that follows comes to its end. Returns the delivery's outcomes. */
export async function arrive(h: Harbour, tag: string, image = IMAGE) {
  const delivery = await h.push(image, tag, { created: builtAt[tag] ?? null });
  await h.settle();
  return h.outcomesOf(delivery);
}

/** The only open pull request. */
export function onlyPull(h: Harbour): Pull {
  const [pull, ...others] = h.open();
  if (pull === undefined || others.length > 0)
    throw new Error(`${h.open().length} pull requests are open`);
  return pull;
}

/** Commits that a branch has and its base has not, newest first. */
export async function commitsOf(h: Harbour, pull: Pull): Promise<readonly string[]> {
  const base = (await h.people.tip(pull.baseBranch)) ?? "";
  return h.repo.store.log(pull.headOid, { not: [base] });
}

/** Branches of Tagboat's that stand in the repo. */
export async function ourBranches(h: Harbour): Promise<readonly string[]> {
  const refs = await h.repo.store.refs("refs/heads/");
  return [...refs.keys()]
    .map((ref) => ref.slice("refs/heads/".length))
    .filter((name) => name.startsWith("tagboat"));
}
