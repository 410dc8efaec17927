import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "../../src/decide/config.ts";
import { type Entry, readEntries } from "../../src/decide/kustomization.ts";
import { compareVersions } from "../../src/decide/order.ts";
import { inPlace, planTracking } from "../../src/decide/plan.ts";
import type { BarredArtifact, Plan, TrackingInput } from "../../src/decide/tracking-plan.ts";
import type { ImageChange } from "../../src/model/change.ts";
import type { FileState } from "../../src/model/forge.ts";
import type { Artifact, ImageArtifact, OrderKey, Release } from "../../src/model/release.ts";
import { plainTags } from "../support/tag-policy.ts";

const APP = "quay.io/acme/app";
const WEB = "quay.io/acme/web";
const SHA = "0123456789abcdef0123456789abcdef01234567";

/** The digest of the version `n`. */
function digest(n: number): string {
  return `sha256:${String(n).padStart(64, "0")}`;
}

function keyAt(n: number): OrderKey {
  return { at: new Date(Date.UTC(2024, 0, 1, 0, n)).toISOString(), from: "image" };
}

/** Version `n` of an image: tag `aaaa000`-like, built in minute `n`. */
function version(n: number, more: Partial<ImageArtifact> = {}): ImageArtifact {
  return {
    kind: "image",
    image: APP,
    tag: tagOf(n),
    digest: digest(n),
    orderKey: keyAt(n),
    ...more,
  };
}

/** Tags whose bytes say nothing about their age. */
function tagOf(n: number): string {
  return ((n * 0x9e3779b1) >>> 4).toString(16).padStart(7, "0").slice(-7);
}

function release(...artifacts: Artifact[]): Release {
  return { artifacts, builtAt: null, provenance: { revision: SHA }, platforms: [], deliveries: [] };
}

interface Scene {
  rule?: string;
  environment?: string;
  files: Record<string, string>;
  names?: Record<string, string[]>;
  candidates?: Release[];
  carried?: Artifact[];
  merged?: ImageArtifact[];
  barred?: BarredArtifact[];
  keyless?: boolean;
}

function inputOf(scene: Scene): TrackingInput {
  const text = `version: 1
images: [{ name: ${APP}${scene.rule ?? ""} }, { name: ${WEB} }]
environments: [{ name: dev, path: [env/dev, env/two], on: push${scene.environment ?? ""} }]
`;
  const { config, problems } = parseConfig(text);
  const environment = config?.environments[0];
  if (!config || !environment) throw new Error(JSON.stringify(problems));
  const paths = Object.keys(scene.files);
  const files = new Map<string, FileState>(
    paths.map((path) => [
      path,
      { kind: "text", path, oid: "0", mode: "100644", text: scene.files[path] ?? "" },
    ]),
  );
  return {
    config,
    environment,
    component: null,
    files,
    folders: new Map(Object.entries(scene.names ?? {})),
    paths,
    candidates: scene.candidates ?? [],
    carried: scene.carried ?? [],
    merged: scene.merged ?? [],
    barred: scene.barred ?? [],
    keyOf(_image, { tag }) {
      if (scene.keyless) return null;
      for (let n = 0; n < 100; n++) if (tagOf(n) === tag) return keyAt(n);
      return null;
    },
  };
}

function plan(scene: Scene): Plan {
  return planTracking(inputOf(scene));
}

/** A kustomization with entries of these lines. */
function images(...entries: string[]): string {
  return `images:\n${entries.map((entry) => `- {${entry}}\n`).join("")}`;
}

function brief(verdict: Plan["verdicts"][number]): string {
  return verdict.kind === "taken" ? "taken" : `${verdict.kind} ${verdict.reason}`;
}

const DEV = "env/dev/kustomization.yaml";
const TWO = "env/two/kustomization.yaml";
const AT5 = images(`name: ${APP}, newTag: ${tagOf(5)}`);

test("a newer version is taken", () => {
  expect(plan({ files: { [DEV]: AT5 }, candidates: [release(version(6))] })).toEqual({
    changes: [{ kind: "image", file: DEV, entry: APP, newTag: tagOf(6) }],
    artifacts: [version(6)],
    rows: [
      {
        file: DEV,
        image: APP,
        from: { tag: tagOf(5), digest: null },
        to: { tag: tagOf(6), digest: null },
      },
    ],
    verdicts: [{ kind: "taken", detail: `${tagOf(6)} for \`${DEV}\`` }],
    carriedVerdicts: [],
    refusals: [],
    orderUnknown: false,
  });
});

describe("each candidate has its verdict", () => {
  const closed = { artifact: version(6), pull: 7 };
  test.each<[string, Omit<Scene, "files"> & { files?: Record<string, string> }, string[]]>([
    ["up to date", { candidates: [release(version(5))] }, ["skipped up-to-date"]],
    ["older than the overlay", { candidates: [release(version(4))] }, ["skipped older"]],
    [
      "older than the open proposal",
      { carried: [version(8)], candidates: [release(version(7))] },
      ["skipped older"],
    ],
    [
      "in the open proposal",
      { carried: [version(8)], candidates: [release(version(8))] },
      ["skipped up-to-date"],
    ],
    [
      "the newest of a burst",
      { candidates: [release(version(6)), release(version(8)), release(version(7))] },
      ["skipped superseded", "taken", "skipped superseded"],
    ],
    [
      "closed by a person",
      { barred: [closed], candidates: [release(version(6)), release(version(7))] },
      ["skipped closed-by-person", "taken"],
    ],
    [
      "closed, other digest",
      { barred: [closed], candidates: [release(version(6, { digest: digest(9) }))] },
      ["taken"],
    ],
    [
      "a moving tag",
      { candidates: [release(version(6, { tag: "latest" }))] },
      ["skipped tag-moving"],
    ],
    [
      "another shape",
      { candidates: [release(version(6, { tag: "v1.2.3" }))] },
      ["skipped tag-not-matching"],
    ],
    [
      "not tracked",
      { candidates: [release(version(6, { image: "quay.io/x/y" }))] },
      ["skipped not-tracked"],
    ],
    ["no entry", { candidates: [release(version(6, { image: WEB }))] }, ["skipped entry-missing"]],
    ["no image", { candidates: [release()] }, ["skipped nothing-to-do"]],
    [
      "no digest known",
      { rule: ", pin: digest", candidates: [release(version(6, { digest: null }))] },
      ["refused digest-unknown"],
    ],
    [
      "a suffix",
      {
        files: { [DEV]: images(`name: ${APP}, tagSuffix: -x`) },
        candidates: [release(version(6))],
      },
      ["refused tag-suffix"],
    ],
    [
      "entries that differ",
      {
        files: { [DEV]: images(`name: ${APP}, newTag: a`, `name: ${APP}, newTag: b`) },
        candidates: [release(version(6))],
      },
      ["refused duplicate-entry"],
    ],
    [
      "entries that agree",
      { files: { [DEV]: AT5 + AT5.replace("images:\n", "") }, candidates: [release(version(6))] },
      ["taken"],
    ],
    [
      "no YAML",
      { files: { [DEV]: "{{ a }}\nb: [" }, candidates: [release(version(6))] },
      ["refused file-unparsable"],
    ],
    [
      "two files",
      {
        names: { "env/dev": ["Kustomization", "kustomization.yaml", "x"] },
        candidates: [release(version(6))],
      },
      ["refused file-ambiguous"],
    ],
    [
      "mapping without entry",
      {
        environment: `, image: { ${WEB}: quay.io/x/web }`,
        candidates: [release(version(6, { image: WEB }))],
      },
      ["refused entry-missing"],
    ],
  ])("%s", (_name, scene, verdicts) => {
    expect(plan({ files: { [DEV]: AT5 }, ...scene }).verdicts.map(brief)).toEqual(verdicts);
  });
});

describe("what is written into an entry", () => {
  const set = { kind: "image", file: DEV, entry: APP };
  test.each<[string, string, string, Record<string, string | null>]>([
    ["as-is, tag", "", `newTag: ${tagOf(5)}`, { newTag: tagOf(6) }],
    ["as-is, nothing", "", "newName: quay.io/acme/app", { newTag: tagOf(6) }],
    ["as-is, digest", "", `digest: "${digest(5)}"`, { digest: digest(6) }],
    [
      "as-is, both",
      "",
      `newTag: ${tagOf(5)}, digest: "${digest(5)}"`,
      { newTag: tagOf(6), digest: digest(6) },
    ],
    [
      "tag",
      ", pin: tag",
      `newTag: ${tagOf(5)}, digest: "${digest(5)}"`,
      { newTag: tagOf(6), digest: null },
    ],
    ["digest", ", pin: digest", `newTag: ${tagOf(5)}`, { newTag: null, digest: digest(6) }],
    [
      "tag+digest",
      ", pin: tag+digest",
      `newTag: ${tagOf(5)}`,
      { newTag: tagOf(6), digest: digest(6) },
    ],
  ])("pin %s", (_name, rule, entry, fields) => {
    const { changes } = plan({
      rule,
      files: { [DEV]: images(`name: ${APP}, ${entry}`) },
      candidates: [release(version(6))],
    });
    expect(changes).toEqual([{ ...set, ...fields }]);
  });

  test.each<[string, string, Record<string, string>]>([
    [
      "the target's own entry",
      `name: x, newName: quay.io/prod/app, newTag: ${tagOf(5)}`,
      { entry: "x" },
    ],
    ["the source's entry", `name: ${APP}, newTag: ${tagOf(5)}`, { newName: "quay.io/prod/app" }],
  ])("mapping: %s", (_name, entry, fields) => {
    const { changes, rows } = plan({
      environment: `, image: { ${APP}: quay.io/prod/app }`,
      files: { [DEV]: images(entry) },
      candidates: [release(version(6))],
    });
    expect(changes).toEqual([{ ...set, newTag: tagOf(6), ...fields }]);
    expect(rows.map(({ image }) => image)).toEqual(["quay.io/prod/app"]);
  });

  test("a missing entry is added where the config says so", () => {
    const { changes, rows } = plan({
      environment: ", add: true",
      files: { [DEV]: "resources: [../base]\n" },
      candidates: [release(version(6))],
    });
    expect(changes).toEqual([{ ...set, newTag: tagOf(6), add: true }]);
    expect(rows[0]?.from).toBeNull();
  });

  test("a moving tag is replaced, and nobody can tell by what", () => {
    const made = plan({
      files: { [DEV]: images(`name: ${APP}, newTag: latest`) },
      candidates: [release(version(6))],
    });
    expect(made.changes).toEqual([{ ...set, newTag: tagOf(6) }]);
    expect(made.orderUnknown).toBe(true);
  });
});

test("files of one component that differ are judged by themselves, in one plan", () => {
  const { changes, verdicts, refusals } = plan({
    files: {
      [DEV]: images(`name: ${APP}, newTag: ${tagOf(9)}`),
      [TWO]: AT5,
      "env/x/kustomization.yaml": "[",
    },
    candidates: [release(version(6))],
  });
  expect(changes.map(({ file }) => file)).toEqual([TWO]);
  expect(verdicts.map(brief)).toEqual(["taken"]);
  expect(refusals.map(({ reason, file }) => `${reason} ${file}`)).toEqual([
    "file-unparsable env/x/kustomization.yaml",
  ]);
});

test("what the open proposal carries is planned again on the base, and dropped once it is there", () => {
  const both = images(`name: ${APP}, newTag: ${tagOf(5)}`, `name: ${WEB}, newTag: ${tagOf(5)}`);
  const web = version(9, { image: WEB });
  const again = plan({
    files: { [DEV]: both },
    carried: [version(8), web],
    candidates: [release(version(9))],
  });
  expect(again.artifacts).toEqual([version(9), web]);
  expect(again.carriedVerdicts.map(brief)).toEqual(["skipped superseded", "taken"]);
  const merged = plan({
    files: { [DEV]: both },
    carried: [version(5), version(4, { image: WEB })],
  });
  expect(merged.changes).toEqual([]);
  expect(merged.carriedVerdicts.map(brief)).toEqual(["skipped up-to-date", "skipped older"]);
});

test("without build times a version is proposed, and said to be of unknown order", () => {
  const made = plan({ files: { [DEV]: AT5 }, candidates: [release(version(4))], keyless: true });
  expect(made.verdicts.map(brief)).toEqual(["taken"]);
  expect(made.orderUnknown).toBe(true);
});

describe("refs", () => {
  const rule = ", source: acme/shop, refs: true";
  const text = `resources:
- https://github.com/acme/shop//deploy?ref=aaa
- https://github.com/acme/other//deploy?ref=aaa
${AT5}`;
  const moved = { kind: "ref", file: DEV, repo: "acme/shop", ref: SHA };

  test("move with the image", () => {
    const { changes, artifacts } = plan({
      rule,
      files: { [DEV]: text },
      candidates: [release(version(6))],
    });
    expect(changes[1]).toEqual(moved);
    expect(artifacts[1]).toEqual({ kind: "ref", repo: "acme/shop", ref: SHA });
  });

  test("stay when the image does, and without a whole revision", () => {
    expect(
      plan({ rule, files: { [DEV]: text }, candidates: [release(version(4))] }).changes,
    ).toEqual([]);
    const short = { ...release(version(6)), provenance: { revision: "abc" } };
    expect(plan({ rule, files: { [DEV]: text }, candidates: [short] }).changes).toHaveLength(1);
  });

  test("of the open proposal are kept with their image", () => {
    const ref: Artifact = { kind: "ref", repo: "acme/shop", ref: "b".repeat(40) };
    const kept = plan({ rule, files: { [DEV]: text }, carried: [version(6), ref] });
    expect(kept.artifacts).toEqual([version(6), ref]);
    expect(kept.carriedVerdicts.map(brief)).toEqual(["taken", "taken"]);
    const replaced = plan({
      rule,
      files: { [DEV]: text },
      carried: [version(6), ref],
      candidates: [release(version(7))],
    });
    expect(replaced.changes[1]).toEqual(moved);
    expect(replaced.carriedVerdicts.map(brief)).toEqual([
      "skipped superseded",
      "skipped superseded",
    ]);
  });
});

test("inPlace names the versions whose build time is asked for, and no others", () => {
  const asked: string[] = [];
  const scene = {
    files: {
      [DEV]: images(`name: ${APP}, newTag: ${tagOf(5)}`, `name: ${WEB}, newTag: ${tagOf(5)}`),
      [TWO]: images(`name: ${APP}, newTag: ${tagOf(6)}`),
    },
    candidates: [release(version(6))],
  };
  const input = inputOf(scene);
  planTracking({
    ...input,
    keyOf(image, { tag }) {
      asked.push(`${image} ${tag}`);
      return null;
    },
  });
  expect(inPlace(input)).toEqual([{ image: APP, tag: tagOf(5), digest: null }]);
  expect(asked).toEqual([`${APP} ${tagOf(5)}`]);
});

/** The lines of an entry after a change. */
function rewritten(entry: Entry, change: ImageChange | undefined): string {
  const tag = change?.newTag === undefined ? entry.newTag : change.newTag;
  const sum = change?.digest === undefined ? entry.digest : change.digest;
  return [
    `name: ${entry.name}`,
    ...(tag === null ? [] : [`newTag: "${tag}"`]),
    ...(sum === null ? [] : [`digest: "${sum}"`]),
  ].join(", ");
}

describe("for any order of arrival", () => {
  /** The texts after the changes: entries written anew. */
  function applied(scene: Scene, made: Plan): Record<string, string> {
    return Object.fromEntries(
      Object.entries(scene.files).map(([path, text]) => {
        const entries = readEntries(text).entries.map((entry) =>
          rewritten(
            entry,
            made.changes.find(
              (one): one is ImageChange =>
                one.kind === "image" && one.file === path && one.entry === entry.name,
            ),
          ),
        );
        return [path, images(...entries)];
      }),
    );
  }

  const numbers = fc.integer({ min: 0, max: 60 });
  const pins = fc.constantFrom("", ", pin: tag", ", pin: digest", ", pin: tag+digest");
  const scenes = fc.record({
    start: fc.array(numbers, { minLength: 1, maxLength: 3 }),
    runs: fc.array(fc.array(numbers, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
    pin: pins,
    carried: fc.option(numbers),
  });

  test("no entry goes backwards, the newest ends up everywhere, and a plan applied leaves nothing to do", () => {
    fc.assert(
      fc.property(scenes, ({ start, runs, pin, carried }) => {
        let files = Object.fromEntries(
          start.map((n, index) => [
            `env/${index}/kustomization.yaml`,
            images(`name: ${APP}, newTag: "${tagOf(n)}", digest: "${digest(n)}"`),
          ]),
        );
        const keyOf: TrackingInput["keyOf"] = (_image, present) => {
          for (let n = 0; n <= 60; n++) {
            if (tagOf(n) === present.tag || digest(n) === present.digest) return keyAt(n);
          }
          return null;
        };
        const standing = () =>
          Object.values(files).map((text) => {
            const [entry] = readEntries(text).entries;
            return (
              keyOf(APP, { tag: entry?.newTag ?? null, digest: entry?.digest ?? null })?.at ?? ""
            );
          });
        const open = carried === null ? [] : [version(carried)];
        for (const run of runs) {
          const scene = {
            rule: pin,
            files,
            carried: open,
            candidates: run.map((n) => release(version(n))),
          };
          const before = standing();
          const made = planTracking({ ...inputOf(scene), keyOf });
          files = applied(scene, made);
          for (const [index, at] of standing().entries()) {
            const newest = Math.max(...run, carried ?? 0);
            expect(at >= (before[index] ?? "")).toBe(true);
            expect(at >= keyAt(newest).at).toBe(true);
          }
          expect(planTracking({ ...inputOf({ ...scene, files }), keyOf }).changes).toEqual([]);
          expect(made.orderUnknown).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("comparing is turned round by turning round what is compared", () => {
    const turned = { older: "newer", newer: "older", same: "same", unknown: "unknown" };
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const there = compareVersions(plainTags, version(a), version(b));
        expect(compareVersions(plainTags, version(b), version(a))).toBe(turned[there]);
      }),
    );
  });
});
