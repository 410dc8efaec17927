import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../src/decide/config.ts";
import { compilePath, pathFault, placeOf } from "../../src/decide/environment-paths.ts";
import { readEntries } from "../../src/decide/kustomization.ts";
import { carriesImage, placesOf } from "../../src/decide/match.ts";
import { parseRemoteRef } from "../../src/decide/remote-ref.ts";
import { indexRepo, wantedPaths } from "../../src/decide/repo-index.ts";
import type { Config } from "../../src/model/config.ts";
import type { Outcome } from "../../src/model/outcome.ts";

function config(text: string): Config {
  const read = parseConfig(text);
  if (read.config === null) throw new Error(JSON.stringify(read.problems));
  return read.config;
}

/** One branch whose files have these texts; `null` stands for a symbolic link. */
function branch(files: Readonly<Record<string, string | null>>, name = "main") {
  const paths = Object.entries(files).map(([path, text], index) => ({
    path,
    mode: text === null ? "120000" : "100644",
    oid: String(index),
  }));
  return {
    branch: name,
    isDefault: name === "main",
    paths,
    files: paths.map(({ path, mode, oid }) => {
      const text = files[path];
      return text === null || text === undefined
        ? ({ kind: "unusable", path, oid, mode, why: "not-a-file" } as const)
        : ({ kind: "text", path, oid, mode, text } as const);
    }),
  };
}

function brief(outcome: Outcome): string {
  const place = "place" in outcome && outcome.place;
  const where = place ? `${place.base}/${place.environment}/${place.component ?? "-"} ` : "";
  return `${where}${outcome.kind}${"reason" in outcome ? ` ${outcome.reason}` : ""}`;
}

describe("a kustomization file", () => {
  test("is read as it is written", () => {
    const { entries, refs, trouble } = readEntries(`\uFEFFresources:
- ../base
- https://github.com/Acme/Shop//deploy?ref=v1&timeout=90s
images:
- name: app
  newName: quay.io/Acme/App
  newTag: 1.20
- name: b
  digest: sha256:1 # c
  newTag: "012"
- &x {name: 'alpine:3', newTag: yes, tagSuffix: -x}
- newTag: nameless
- null
- *x
`);
    expect(trouble).toBeNull();
    expect(
      entries.map(({ name, newTag, digest, image, line }) => [name, newTag, digest, image, line]),
    ).toEqual([
      ["app", "1.20", null, "quay.io/acme/app", 5],
      ["b", "012", "sha256:1", "docker.io/library/b", 8],
      ["alpine:3", "yes", null, null, 11],
      ["alpine:3", "yes", null, null, 11],
    ]);
    expect(entries.map(({ tagSuffix }) => tagSuffix)).toEqual([false, false, true, true]);
    expect(refs).toEqual([
      {
        host: "github.com",
        repo: "acme/shop",
        ref: "v1",
        url: "https://github.com/Acme/Shop//deploy?ref=v1&timeout=90s",
      },
    ]);
  });

  test.each([
    [
      "a template",
      "{% if x %}\nimages:\n- name: quay.io/a/b\n{% endif %}\n",
      "file-unparsable",
      ["quay.io/a/b"],
    ],
    ["a list", "- a\n", "file-unparsable", []],
    ["images that are no list", "images: x\n", "file-unparsable", []],
    ["two documents", "images: []\n---\nimages: []\n", "several-documents", []],
    ["a key twice", "images: []\nimages: []\n", "file-unparsable", []],
    ["deep nesting", "[".repeat(20_000), "file-unparsable", []],
  ])("that is %s is trouble, not a throw", (_name, text, reason, images) => {
    const facts = readEntries(text);
    expect(facts.trouble?.reason).toBe(reason);
    expect(facts.entries.map(({ image }) => image)).toEqual(images);
  });

  test.each(["", "# nothing\n", "images:\n", "images: []\n", "kind: Kustomization\n"])(
    "without images is fine: %j",
    (text) => {
      expect(readEntries(text)).toEqual({ entries: [], refs: [], trouble: null });
    },
  );
});

test.each([
  ["https://github.com/acme/shop?ref=a", "github.com acme/shop a"],
  ["https://user@ghe.example:8443/Acme/shop.git//p?ref=a", "ghe.example acme/shop a"],
  ["github.com/acme/shop//p?timeout=1&ref=a", "github.com acme/shop a"],
  ["git@github.com:acme/shop.git//p?ref=a", "github.com acme/shop a"],
  ["ssh://git@github.com/acme/shop?ref=a", "github.com acme/shop a"],
  ["git::https://github.com/acme/shop?ref=a", "github.com acme/shop a"],
  ["https://github.com/acme/shop", null],
  ["../base?ref=a", null],
  ["base", null],
])("remote resource %s", (url, expected) => {
  const ref = parseRemoteRef(url);
  expect(ref && `${ref.host} ${ref.repo} ${ref.ref}`).toBe(expected);
});

const MONO = config(`version: 1
images:
  - name: quay.io/acme/*
    aliases: ["registry.apps.*/acme/*"]
environments:
  - name: development
    path: components/{component}/development
    on: push
  - name: staging
    path: "components/{component}/staging/**"
    on: push
  - name: production
    path: "components/{component}/production/*"
    after: staging
`);

describe("paths of environments", () => {
  test.each([
    ["components/shop/development", "development shop"],
    ["components/shop/development/x", null],
    ["components/shop/staging", "staging shop"],
    ["components/shop/staging/base/deep", "staging shop"],
    ["components/shop/production/eu-1", "production shop"],
    ["components/shop/production", null],
    ["components/a/b/staging", null],
    ["x/components/shop/staging", null],
    ["", null],
  ])("%s", (folder, expected) => {
    const place = placeOf(MONO, folder);
    expect(place && `${place.environment.name} ${place.component}`).toBe(expected);
  });

  test("a component named twice is the same both times", () => {
    const twice = config(`version: 1
images: [{ name: quay.io/a/b }]
environments: [{ name: dev, on: push, path: "apps/{component}/{component}-dev" }]
`);
    expect(placeOf(twice, "apps/x/x-dev")?.component).toBe("x");
    expect(placeOf(twice, "apps/x/y-dev")).toBeNull();
  });

  test("never reach into .github", () => {
    const all = config(`version: 1
images: [{ name: quay.io/a/b }]
environments: [{ name: dev, on: push, path: "**" }]
`);
    expect(placeOf(all, ".github/overlay")).toBeNull();
    expect(placeOf(all, ".deploy/overlay")?.environment.name).toBe("dev");
  });

  test("the root of the repo can be an environment", () => {
    const root = config(`version: 1
images: [{ name: quay.io/a/b }]
environments: [{ name: dev, on: push, path: . }]
`);
    expect(placeOf(root, "")?.environment.name).toBe("dev");
    expect(wantedPaths(root, "kustomization.yaml")).toBe(true);
    expect(wantedPaths(root, "x/kustomization.yaml")).toBe(false);
  });

  test.each([
    ["env/{dev,test}", "env/test"],
    ["env/dev+eu*", "env/dev+eu1"],
    ["@scope/*", "@scope/a"],
    ["env/(old)", "env/(old)"],
    ["a/**", "a"],
    ["a/**/b", "a/b"],
    ["{component}-dev/*", "shop-dev/eu"],
  ])("%s fits %s", (path, folder) => {
    expect(pathFault(path)).toBeNull();
    expect(compilePath(path).match(folder)).not.toBeNull();
  });

  test("faults say what to do", () => {
    expect(pathFault("a\\b")).toBe("has a backslash in it: separate folders by `/`");
    expect(pathFault("!a")).toBe("starts with `!`: name the folders that belong to it instead");
    expect(pathFault("a/+(b)/*")).toBe("has ( or ) beside a glob: use {a,b} for alternatives");
    expect(pathFault("*a".repeat(7))).toBe("has more than 6 stars");
    expect(pathFault("a/{x,y}/**")).toBeNull();
  });
});

describe("a mono-repo", () => {
  const images = (...list: string[]) =>
    `images:\n${list.map((line) => `- name: ${line}\n`).join("")}`;
  const index = indexRepo(MONO, [
    branch({
      ".github/tagboat.yml": "x",
      "components/shop/development/kustomization.yaml": images(
        "quay.io/acme/shop\n  newTag: a1b2c3d",
        "quay.io/acme/auth\n  newTag: 1.2.3",
      ),
      "components/shop/staging/base/kustomization.yml": images(
        "shop\n  newName: registry.apps.eu/acme/shop\n  newTag: a1b2c3d",
      ),
      "components/shop/staging/extra/Kustomization": "resources: []\n",
      "components/shop/production/eu/kustomization.yaml": images("quay.io/acme/shop"),
      "components/auth/development/kustomization.yaml": images(
        "quay.io/acme/auth\n  newTag: 1.1.0",
      ),
      "components/auth/staging/kustomization.yaml":
        "{{ header }}\nimages:\n- name: quay.io/acme/auth\n",
      "components/link/development/kustomization.yaml": null,
      "components/two/staging/kustomization.yaml": images("quay.io/acme/shop"),
      "components/two/staging/Kustomization": "",
      "docs/kustomization.yaml": images("quay.io/acme/shop"),
    }),
  ]);

  test("is indexed folder by folder", () => {
    expect(
      index.overlays.map(({ environment, component, file, trouble, entries }) =>
        [environment, component, file, trouble?.reason ?? "fine", entries.length].join(" "),
      ),
    ).toEqual([
      "development shop components/shop/development/kustomization.yaml fine 2",
      "staging shop components/shop/staging/base/kustomization.yml fine 1",
      "staging shop components/shop/staging/extra/Kustomization fine 0",
      "production shop components/shop/production/eu/kustomization.yaml fine 1",
      "development auth components/auth/development/kustomization.yaml fine 1",
      "staging auth components/auth/staging/kustomization.yaml file-unparsable 1",
      "development link components/link/development/kustomization.yaml not-a-file 0",
      "staging two components/two/staging/Kustomization file-ambiguous 1",
    ]);
    expect(index.problems).toEqual([]);
  });

  test.each([
    [
      "quay.io/acme/shop",
      [
        "main/development/shop components/shop/development/kustomization.yaml",
        "main/staging/shop components/shop/staging/base/kustomization.yml,components/shop/staging/extra/Kustomization",
      ],
      ["main/staging/two refused file-ambiguous", "main/production/shop skipped promotion-only"],
    ],
    [
      "quay.io/acme/auth",
      [
        "main/development/shop components/shop/development/kustomization.yaml",
        "main/development/auth components/auth/development/kustomization.yaml",
      ],
      ["main/staging/auth refused file-unparsable", "main/production/shop skipped promotion-only"],
    ],
    [
      "registry.apps.us/acme/shop",
      [
        "main/development/shop components/shop/development/kustomization.yaml",
        "main/staging/shop components/shop/staging/base/kustomization.yml,components/shop/staging/extra/Kustomization",
      ],
      ["main/staging/two refused file-ambiguous", "main/production/shop skipped promotion-only"],
    ],
    [
      "quay.io/acme/new",
      [],
      [
        "main/development/shop skipped entry-missing",
        "main/staging/shop skipped entry-missing",
        "main/production/shop skipped promotion-only",
      ],
    ],
    ["quay.io/other/shop", [], ["skipped not-tracked"]],
  ])("has places for %s", (image, places, outcomes) => {
    const found = placesOf(index, MONO, image, "acme/mono");
    expect(
      found.places.map(
        ({ base, environment, component, files }) => `${base}/${environment}/${component} ${files}`,
      ),
    ).toEqual(places);
    expect(found.outcomes.map(brief)).toEqual(outcomes);
  });

  test("without a config has overlays without environment", () => {
    const bare = indexRepo(null, [
      branch({ "a/kustomization.yaml": images("quay.io/acme/shop"), "b/x.yaml": "" }),
    ]);
    expect(bare.overlays.map(({ environment, folder }) => [environment, folder])).toEqual([
      [null, "a"],
    ]);
    expect(carriesImage(bare, "quay.io/acme/shop")).toBe(true);
    expect(carriesImage(bare, "quay.io/acme/other")).toBe(false);
  });
});

test("an untidy repo: environments on their own branches and under another name", () => {
  const untidy = config(`version: 1
images: [{ name: registry.ci:5000/acme/app }]
environments:
  - { name: dev, path: env/01-dev, on: push }
  - { name: qa, path: env/02-qa, on: push, add: true }
  - name: production
    path: env/03-production
    branch: production
    on: push
    image: { "registry.ci:5000/acme/app": quay.io/acme/app }
`);
  const index = indexRepo(untidy, [
    branch({
      "env/01-dev/kustomization.yaml": "images: [{name: 'registry.ci:5000/acme/app', newTag: a1}]",
      "env/02-qa/kustomization.yaml": "resources: [../base]",
      "env/03-production/kustomization.yaml": "images: [{name: registry.ci:5000/acme/app}]",
    }),
    branch(
      { "env/03-production/kustomization.yaml": "images: [{name: quay.io/acme/app, newTag: a0}]" },
      "production",
    ),
  ]);
  const found = placesOf(index, untidy, "registry.ci:5000/acme/app", "acme/cd");
  expect(found.places.map(({ base, environment, files }) => [base, environment, ...files])).toEqual(
    [
      ["main", "dev", "env/01-dev/kustomization.yaml"],
      ["main", "qa", "env/02-qa/kustomization.yaml"],
      ["production", "production", "env/03-production/kustomization.yaml"],
    ],
  );
  expect(found.outcomes).toEqual([]);
});

test("a folder in two environments is a problem, and nothing is proposed there", () => {
  const overlapping = config(`version: 1
images: [{ name: quay.io/acme/app }]
environments:
  - { name: dev, path: "env/*", on: push }
  - { name: prod, path: env/prod }
`);
  const index = indexRepo(overlapping, [
    branch({ "env/prod/kustomization.yaml": "images: [{name: quay.io/acme/app, newTag: a0}]" }),
  ]);
  expect(index.problems.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    "error `env/prod` belongs to the environments dev and prod: make their paths exclude each other.",
  ]);
  const found = placesOf(index, overlapping, "quay.io/acme/app", "acme/cd");
  expect(found.places).toEqual([]);
  expect(found.outcomes.map(brief)).toEqual([
    "main/dev/- refused config-invalid",
    "main/prod/- skipped promotion-only",
  ]);
});
