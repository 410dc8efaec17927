import { createHash } from "node:crypto";
import { monoRepo } from "../../sandbox/fixtures/mono-repo.ts";
import { tidyRepo } from "../../sandbox/fixtures/tidy-repo.ts";
import { untidyRepo } from "../../sandbox/fixtures/untidy-repo.ts";
import type { TreeAddition } from "../../sandbox/git/tree-edit.ts";
import type { Stage } from "../../sandbox/stage.ts";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { HarbourOptions } from "./harbour.ts";
import { peopleOf } from "./people.ts";
import { CONFIG } from "./story.ts";

/** One environment of a layout: what a promotion to it changes. */
export interface Step {
  readonly environment: string;
  readonly branch: string;
  readonly files: readonly string[];
}

/** A CD repo as teams have them, and what its stories need to know of it. */
export interface Layout {
  readonly name: string;
  readonly branches: Readonly<Record<string, Readonly<Record<string, string | Buffer>>>>;
  readonly symlinks: Readonly<Record<string, string>>;
  /** Image of the release as its source names it, and by every name under which an environment deploys it. */
  readonly image: string;
  readonly names: readonly string[];
  /** The component that the stories are about; the places of a repo without components have none. */
  readonly component: string | null;
  /** dev, pre-prod, prod, by whatever name: the first follows pushes, the others are promoted to. */
  readonly steps: readonly [Step, Step, Step];
  /** Tags from old to new. Every environment begins with the first of them. */
  readonly tags: readonly [string, string, string];
  /** What stands beside the tag in a release: a text of the first version, and what it is in a later one. */
  beside(tag: string): readonly (readonly [string, string])[];
  /** Versions as a reply tells of them. */
  told(from: string, to: string): string;
  /** `settings`: further lines of an environment, by its step. */
  config(settings?: Settings): string;
}

export interface Settings {
  readonly first?: readonly string[];
  readonly second?: readonly string[];
  readonly third?: readonly string[];
  /** Whole lines at the end. */
  readonly last?: readonly string[];
}

function lines(settings: readonly string[] = []): string {
  return settings.map((line) => `    ${line}\n`).join("");
}

/** Digest of a version, the same in every layout and under each of its names. */
export function digestOf(tag: string): string {
  return `sha256:${createHash("sha256").update(tag).digest("hex")}`;
}

function tidy(): Layout {
  const image = "quay.io/acme/app";
  const overlay = (environment: string, folder: string): Step => ({
    environment,
    branch: "main",
    files: [`env/overlays/${folder}/kustomization.yaml`],
  });
  return {
    name: "tidy",
    branches: tidyRepo({ image }).branches,
    symlinks: {},
    image,
    names: [image],
    component: null,
    steps: [
      overlay("dev", "01-dev"),
      overlay("pre-prod", "02-pre-prod"),
      overlay("prod", "03-prod"),
    ],
    tags: ["6322-rbbs9", "bf76-qqxrq", "c0de-zz4tk"],
    beside: () => [],
    told: (from, to) => `\`app\` \`${from}\` → \`${to}\``,
    config: ({ first, second, third, last = [] } = {}) => `version: 1
images:
  - name: ${image}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
${lines(first)}  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
${lines(second)}  - name: prod
    path: env/overlays/03-prod
    after: pre-prod
${lines(third)}${last.join("\n")}`,
  };
}

/** A load test beside qa: `Kustomization`, the entry in flow style with a digest, a component and patches of both kinds. */
function loadOverlay(image: string, tag: string): string {
  return `kind: Kustomization
resources: [../base]
components: [../components/limits]
patches:
- target: {kind: Deployment, name: web}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: 12   # newTag: ${image}:not-an-entry
- path: limits.json
images:
- {name: postgres, newTag: "16.2"}
- name: ${image}
  newTag: ${tag} # by hand
  digest: ${digestOf(tag)}
`;
}

function untidy(): Layout {
  const image = "quay.io/shop/web";
  const productionImage = "quay.example/shop/web";
  const { branches } = untidyRepo({ image, productionImage });
  const tags = ["20260101-1", "20260102-1", "20260103-2"] as const;
  const from = (files: Readonly<Record<string, string | Buffer>> = {}) =>
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        path,
        String(text).replace("20251201-7", tags[0]),
      ]),
    );
  const base = { "env/base/kustomization.yaml": baseWithEntry(image) };
  const load = {
    "env/02-qa-load/Kustomization": loadOverlay(image, tags[0]),
    "env/02-qa-load/limits.json": LIMITS_JSON,
    "env/components/limits/kustomization.yaml":
      "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n",
  };
  return {
    name: "untidy",
    branches: {
      main: { ...from(branches.main), ...base, ...load },
      production: { ...from(branches.production), ...base },
    },
    symlinks: { "env/latest": "01-dev" },
    image,
    names: [image, productionImage],
    component: null,
    steps: [
      { environment: "dev", branch: "main", files: ["env/01-dev/kustomization.yaml"] },
      {
        environment: "qa",
        branch: "main",
        files: ["env/02-qa-load/Kustomization", "env/02-qa/kustomization.yml"],
      },
      {
        environment: "production",
        branch: "production",
        files: ["env/03-production/kustomization.yaml"],
      },
    ],
    tags,
    beside: (tag) => [[digestOf(tags[0]), digestOf(tag)]],
    told: (from, to) => `\`web\` \`${from}\` → \`${to}\``,
    config: ({ first, second, third, last = [] } = {}) => `version: 1
images:
  - name: ${image}
environments:
  - name: dev
    path: env/01-dev
    on: push
${lines(first)}  - name: qa
    path: env/02-qa*
    after: dev
${lines(second)}  - name: production
    path: env/03-production
    branch: production
    after: qa
    image: { ${image}: ${productionImage} }
${lines(third)}${last.join("\n")}`,
  };
}

/** A base with an entry of its own: no environment's folder, so nobody moves it. */
function baseWithEntry(image: string): string {
  return `resources: [deployment.yaml]\nimages:\n- name: ${image}\n  newTag: 20251130-1\n`;
}

const LIMITS_JSON =
  '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"minReadySeconds": 5}}\n';

function mono(): Layout {
  const registry = "registry.example:5000";
  const { branches } = monoRepo({ registry, components: 4, clusters: 3 });
  const folder = "components/orders";
  const at = (path: string): string => `${folder}/${path}/kustomization.yaml`;
  const tags = [
    "1122563b0bf26521ac4356b1e17ed6f93061f7f0",
    "3a".repeat(20),
    "5c".repeat(20),
  ] as const;
  const proxies: Readonly<Record<string, string>> = {
    [tags[0]]: "v1.0.0",
    [tags[1]]: "v1.8.0",
    [tags[2]]: "v1.9.0",
  };
  return {
    name: "mono-repo",
    branches,
    symlinks: {},
    image: `${registry}/mono/orders`,
    names: [`${registry}/mono/orders`],
    component: "orders",
    steps: [
      { environment: "staging", branch: "main", files: [at("staging/base")] },
      { environment: "pilot", branch: "main", files: [at("production/cluster-1")] },
      {
        environment: "production",
        branch: "main",
        files: [at("production/cluster-2"), at("production/cluster-3")],
      },
    ],
    tags,
    beside: (tag) => [["v1.0.0", proxies[tag] ?? ""]],
    told: (from, to) =>
      `\`orders\` \`${from}\` → \`${to}\`, \`proxy\` \`${proxies[from]}\` → \`${proxies[to]}\`, \`acme/orders\` → \`${to.slice(0, 12)}\``,
    config: ({ first, second, third, last = [] } = {}) => `version: 1
images:
  - name: ${registry}/mono/proxy
    tags: { order: semver }
  - name: ${registry}/mono/*
    source: acme/{image}
    refs: true
environments:
  - name: development
    path: components/{component}/development
    on: push
  - name: staging
    path: components/{component}/staging/**
    on: push
${lines(first)}  - name: pilot
    path: components/{component}/production/cluster-1
    after: staging
${lines(second)}  - name: production
    path: ["components/{component}/production/cluster-2", "components/{component}/production/cluster-3"]
    after: pilot
${lines(third)}${last.join("\n")}`,
  };
}

export const layouts: readonly Layout[] = [tidy(), untidy(), mono()];

/** Text of a file when it is at a later version: nothing but its versions moves. */
export function atVersion({ beside, tags }: Layout, text: string, tag: string): string {
  return [[tags[0], tag] as const, ...beside(tag)].reduce(
    (moved, [before, after]) => moved.replaceAll(before, after),
    text,
  );
}

/** A file as the layout has it, at a version. */
export function fileAtVersion(layout: Layout, step: Step, path: string, tag: string): string {
  return atVersion(layout, String(layout.branches[step.branch]?.[path] ?? ""), tag);
}

/** The layout's first commits: all environments hold the first version, and then the first of them the second. */
export function plantedAs(layout: Layout, settings: Settings = {}): HarbourOptions {
  const { main = {}, ...others } = layout.branches;
  return {
    files: { ...main, [CONFIG]: layout.config(settings) },
    promotion: true,
    async before({ world }: Stage, repo: Repo) {
      const people = peopleOf(world, repo);
      for (const [branch, files] of Object.entries(others)) {
        await people.branch("ann", branch);
        const gone = Object.keys(main).filter((path) => !(path in files));
        await people.gitPush("ann", branch, additions(files), [...gone, CONFIG]);
      }
      const links = Object.entries(layout.symlinks).map(([path, to]) => ({
        path,
        content: Buffer.from(to),
        mode: "120000",
      }));
      if (links.length > 0) await people.gitPush("ann", "main", links);
      const [first] = layout.steps;
      const moved = first.files.map((path) => [
        path,
        fileAtVersion(layout, first, path, layout.tags[1]),
      ]);
      await people.gitPush("ann", first.branch, Object.fromEntries(moved));
    },
  };
}

function additions(files: Readonly<Record<string, string | Buffer>>): TreeAddition[] {
  return Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text) }));
}
