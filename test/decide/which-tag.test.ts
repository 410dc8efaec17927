import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../src/decide/config.ts";
import { orderKeyOf } from "../../src/decide/order.ts";
import { planTracking } from "../../src/decide/plan.ts";
import type { Verdict } from "../../src/decide/tracking-plan.ts";
import type { ImageArtifact, Release } from "../../src/model/release.ts";

/**
 * Which of the tags that a registry tells of is taken, as people write the policy. The situations are those that the
 * documentation of Flux's image policies and of Argo CD Image Updater's strategies puts forward, with what each leads to here.
 */
const IMAGE = "quay.io/acme/app";
const FILE = "env/dev/kustomization.yaml";

/** A tag, when its image was built, and for which platforms. */
type Pushed = string | readonly [tag: string, created: string | null, platforms?: string[]];

interface Decision {
  readonly taken: string | null;
  readonly verdicts: Readonly<Record<string, string>>;
}

function decide(policy: string, present: string | null, pushed: readonly Pushed[]): Decision {
  const text = `version: 1
images: [{ name: ${IMAGE}, tags: { ${policy} } }]
environments: [{ name: dev, path: env/dev, on: push }]
`;
  const { config, problems } = parseConfig(text);
  const environment = config?.environments[0];
  if (!config || !environment) throw new Error(JSON.stringify(problems));
  const all = pushed.map((one) => (typeof one === "string" ? ([one, null] as const) : one));
  const createdOf = (tag: string) => all.find(([name]) => name === tag)?.[1] ?? null;
  const newTag = present === null ? "" : `  newTag: "${present}"\n`;
  const file = {
    kind: "text",
    path: FILE,
    oid: "0",
    mode: "100644",
    text: `images:\n- name: ${IMAGE}\n${newTag}`,
  } as const;
  const plan = planTracking({
    config,
    environment,
    component: null,
    files: new Map([[FILE, file]]),
    folders: new Map(),
    paths: [FILE],
    candidates: all.filter(([tag]) => tag !== present).map(releaseOf),
    carried: [],
    merged: [],
    barred: [],
    keyOf: (_image, { tag }) => orderKeyOf(createdOf(tag ?? ""), null),
  });
  const [change] = plan.changes;
  const names = all.map(([tag]) => tag).filter((tag) => tag !== present);
  return {
    taken: change?.kind === "image" ? (change.newTag ?? null) : null,
    verdicts: Object.fromEntries(names.map((tag, at) => [tag, reasonOf(plan.verdicts[at])])),
  };
}

function releaseOf([tag, created, platforms = ["linux/amd64"]]: Exclude<Pushed, string>): Release {
  const orderKey = orderKeyOf(created, null);
  const artifact: ImageArtifact = { kind: "image", image: IMAGE, tag, digest: null, orderKey };
  return {
    artifacts: [artifact],
    builtAt: created,
    provenance: {},
    platforms: [...platforms],
    deliveries: [],
  };
}

function reasonOf(verdict: Verdict | undefined): string {
  if (verdict === undefined) return "nothing";
  return verdict.kind === "taken" ? "taken" : verdict.reason;
}

type Row = [
  name: string,
  policy: string,
  present: string | null,
  pushed: readonly Pushed[],
  taken: string | null,
];

/** Whatever the order of arrival, the same is taken. */
function check([, policy, present, pushed, taken]: Row): void {
  expect(decide(policy, present, pushed).taken).toBe(taken);
  expect(decide(policy, present, pushed.toReversed()).taken).toBe(taken);
}

const day = (n: number) => `2026-11-${String(n).padStart(2, "0")}T10:00:00Z`;

describe("semver", () => {
  test.each<Row>([
    [
      "the highest version, not the last text",
      "order: semver",
      "5.1.0",
      ["5.1.9", "5.1.10", "5.1.4"],
      "5.1.10",
    ],
    [
      "a patch of one minor version",
      "order: semver, range: 5.1.x",
      "5.1.0",
      ["5.1.4", "5.2.0"],
      "5.1.4",
    ],
    ["~ takes patches", "order: semver, range: ~1.26", "1.26.0", ["1.26.3", "1.27.0"], "1.26.3"],
    [
      "1.2.x takes 1.2.12 and not 1.3.0",
      "order: semver, range: 1.2.x",
      "1.2.1",
      ["1.2.5", "1.2.12", "1.3.0"],
      "1.2.12",
    ],
    [
      "1.x takes minors and not 2.0.0",
      "order: semver, range: 1.x",
      "1.2.1",
      ["1.15.2", "1.3.0", "2.0.0"],
      "1.15.2",
    ],
    [
      "^ below 1.0 takes patches",
      "order: semver, range: ^0.4.1",
      "0.4.1",
      ["0.4.9", "0.5.0"],
      "0.4.9",
    ],
    ["two ends", 'order: semver, range: ">=1.0.0 <2.0.0"', "1.0.0", ["1.9.0", "2.0.0"], "1.9.0"],
    ["either of two", "order: semver, range: 1.2.x || 1.4.x", "1.2.0", ["1.3.9", "1.4.1"], "1.4.1"],
    [
      "the range says v or not, the tag the other",
      "order: semver, range: v1.x",
      "1.0.0",
      ["1.4.0"],
      "1.4.0",
    ],
    [
      "stable only, by default",
      'order: semver, range: ">=1.0.0"',
      "1.0.0",
      ["1.1.0-rc.1", "1.0.1"],
      "1.0.1",
    ],
    [
      "without a range stable only, too",
      'order: semver, match: "^v"',
      "v1.0.0",
      ["v1.1.0-rc.1", "v1.0.1"],
      "v1.0.1",
    ],
    [
      "release candidates: a range that ends in -0",
      "order: semver, range: 1.x-0, match: -rc",
      "1.0.0",
      ["1.1.0-rc.1", "1.1.0-rc.2", "1.2.0"],
      "1.1.0-rc.2",
    ],
    [
      "-0 on the lower end",
      "order: semver, range: '>=1.0.0-0', match: .",
      "1.0.0",
      ["1.1.0-rc.1"],
      "1.1.0-rc.1",
    ],
    [
      "-0 does not open the next major version",
      "order: semver, range: ^1.x-0, match: .",
      "1.0.0",
      ["2.0.0-rc.1", "1.1.0-beta.1"],
      "1.1.0-beta.1",
    ],
    [
      "a range that names one pre-release takes that version's",
      "order: semver, range: '>=1.2.0-rc.1 <2', match: .",
      "1.1.0",
      ["1.2.0-rc.3", "1.3.0-rc.1"],
      "1.2.0-rc.3",
    ],
    [
      "prerelease: true",
      "order: semver, prerelease: true, range: 1.x, match: .",
      "1.0.0",
      ["1.1.0-rc.1", "1.0.5"],
      "1.1.0-rc.1",
    ],
    [
      "prerelease: false, whatever stands there",
      "order: semver, prerelease: false, match: .",
      "1.1.0-rc.1",
      ["1.1.0-rc.2"],
      null,
    ],
    [
      "who deploys a pre-release gets the next",
      "order: semver",
      "1.1.0-rc.1",
      ["1.1.0-rc.2"],
      "1.1.0-rc.2",
    ],
    ["and the release after it", "order: semver", "1.1.0-rc.2", ["1.1.0-rc.3", "1.1.0"], "1.1.0"],
    [
      "rc.10 after rc.9",
      "order: semver",
      "1.1.0-rc.8",
      ["1.1.0-rc.10", "1.1.0-rc.9"],
      "1.1.0-rc.10",
    ],
    [
      "alpha, beta, rc in this order",
      "order: semver",
      "1.1.0-alpha.1",
      ["1.1.0-beta.1", "1.1.0-rc.1"],
      "1.1.0-rc.1",
    ],
    [
      "a variant's suffix is a pre-release by semver",
      "order: semver, match: '^.+-alpine$'",
      "1.2.0-alpine",
      ["1.3.0-alpine", "1.4.0"],
      "1.3.0-alpine",
    ],
    [
      "a variant in a range needs extract",
      "order: semver, match: '-alpine$', range: 1.x",
      "1.2.0-alpine",
      ["1.3.0-alpine"],
      null,
    ],
    [
      "extract leaves the variant out",
      "order: semver, range: 1.x, match: '-alpine$', extract: '^(.+)-alpine$'",
      "1.2.0-alpine",
      ["1.3.0-alpine", "1.4.0", "2.0.0-alpine"],
      "1.3.0-alpine",
    ],
    [
      "a prefix is extracted",
      "order: semver, match: '^app-', extract: '^app-(.+)$'",
      "app-1.2.0",
      ["app-1.10.0", "app-1.9.0", "web-3.0.0"],
      "app-1.10.0",
    ],
    [
      "what is no version is left alone",
      "order: semver, match: .",
      "1.0.0",
      ["bf76-qqxrq", "1.0.1"],
      "1.0.1",
    ],
    [
      "a git hash of digits is no version of this shape",
      "order: semver",
      "1.0.0",
      ["20735812", "1.0.1"],
      "1.0.1",
    ],
    ["1.2 is below 1.2.1", "order: semver, match: .", "1.2", ["1.2.1"], "1.2.1"],
    [
      "what runs may be a moving tag",
      "order: semver, range: 1.x",
      "latest",
      ["1.2.0", "1.4.0"],
      "1.4.0",
    ],
    ["an entry without a tag", "order: semver, range: 1.x", null, ["1.2.0", "1.4.0"], "1.4.0"],
    ["never back, whatever is pushed", "order: semver", "1.4.0", ["1.3.9"], null],
    [
      "what stands there is outside of the range: up only",
      "order: semver, range: 1.x",
      "2.0.0",
      ["1.9.0"],
      null,
    ],
    [
      "build metadata cannot be written in a tag",
      "order: semver, match: .",
      "1.0.0",
      ["1.0.1_build.5"],
      null,
    ],
    ["a fourth number is no semver", "order: semver, match: .", "1.0.0", ["1.0.0.5"], null],
    ["a leading zero is no semver", "order: semver, match: .", "1.0.0", ["1.02.3"], null],
  ])("%s", (...row) => check(row));
});

describe("build-time, the default", () => {
  test.each<Row>([
    [
      "the newest build, whatever its tag",
      "",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(3)],
        ["fffffff", day(2)],
      ],
      "f7bb2e3",
    ],
    [
      "seven hex digits and not latest",
      'match: "^[0-9a-f]{7}$"',
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2)],
        ["latest", day(3)],
        ["master", day(3)],
      ],
      "f7bb2e3",
    ],
    [
      "one image of several tags: the one that is written like the present",
      "",
      "f33bac0",
      [
        ["f33bac0", day(1)],
        ["f33bacd", day(2)],
        ["dev", day(2)],
        ["latest", day(2)],
      ],
      "f33bacd",
    ],
    [
      "ignored tags",
      "match: ., ignore: [^pr-, -debug$]",
      "b-1",
      [
        ["b-1", day(1)],
        ["b-2", day(2)],
        ["pr-7", day(3)],
        ["b-3-debug", day(4)],
      ],
      "b-2",
    ],
    [
      "one ignored pattern",
      "match: ., ignore: ^pr-",
      "b-1",
      [
        ["b-1", day(1)],
        ["pr-7", day(3)],
      ],
      null,
    ],
    [
      "another shape is another thing",
      "",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["v1.0.0", day(9)],
      ],
      null,
    ],
    [
      "the article's tags",
      "",
      "6322-rbbs9",
      [
        ["6322-rbbs9", day(1)],
        ["bf76-qqxrq", day(2)],
        ["abcd-xqzwp", day(3)],
      ],
      "abcd-xqzwp",
    ],
    [
      "reproducible builds of one time: by the bytes of the tags",
      "",
      "aaaaaa1",
      [
        ["aaaaaa1", day(1)],
        ["bbbbbb1", day(1)],
        ["cccccc1", day(1)],
      ],
      "cccccc1",
    ],
    [
      "and never back among them",
      "",
      "cccccc1",
      [
        ["cccccc1", day(1)],
        ["bbbbbb1", day(1)],
      ],
      null,
    ],
    [
      "an older build that is pushed later",
      "",
      "a5fb3d3",
      [
        ["a5fb3d3", day(5)],
        ["f7bb2e3", day(2)],
      ],
      null,
    ],
    [
      "a backport is newer by its build",
      "",
      "2.0.0",
      [
        ["2.0.0", day(5)],
        ["1.9.9", day(6)],
      ],
      "1.9.9",
    ],
    [
      "branch, commit and time",
      "",
      "main-8f2c1aa-1706695200",
      [
        ["main-8f2c1aa-1706695200", day(1)],
        ["main-0a0b0c0-1706695300", day(2)],
        ["dev-0a0b0c1-1706695400", day(3)],
      ],
      "main-0a0b0c0-1706695300",
    ],
    ["what runs is a moving tag", "", "latest", [["v1.2.3", day(1)]], "v1.2.3"],
    [
      "environments' names are moving tags",
      "",
      "bf76-qqxrq",
      [
        ["bf76-qqxrq", day(1)],
        ["stage", day(2)],
        ["prod", day(2)],
      ],
      null,
    ],
    [
      "a bare version beside exact ones",
      "",
      "v1.2.3",
      [
        ["v1.2.3", day(1)],
        ["v1", day(2)],
        ["v1.3", day(2)],
      ],
      null,
    ],
    [
      "all releases are bare versions",
      "",
      "v1",
      [
        ["v1", day(1)],
        ["v2", day(2)],
        ["v3", day(3)],
      ],
      "v3",
    ],
    [
      "and an older one does not come back",
      "",
      "v3",
      [
        ["v3", day(3)],
        ["v2", day(2)],
      ],
      null,
    ],
    [
      "all releases are two numbers",
      "",
      "1.9",
      [
        ["1.9", day(1)],
        ["1.10", day(2)],
      ],
      "1.10",
    ],
  ])("%s", (...row) => check(row));
});

describe("numeric and alphabetical", () => {
  test.each<Row>([
    ["build numbers: 10 after 9", "order: numeric", "8", ["9", "10"], "10"],
    [
      "the time in a tag",
      "order: numeric, match: '^main-', extract: '^main-[a-f0-9]+-(?<ts>[0-9]+)'",
      "main-8f2c1aa-1706695200",
      ["main-ffffff0-1706695100", "main-0000001-1706695300", "dev-0000001-1706699999"],
      "main-0000001-1706695300",
    ],
    [
      "numbers longer than doubles",
      "order: numeric",
      "90071992547409930",
      ["90071992547409931"],
      "90071992547409931",
    ],
    ["parts of numbers", "order: numeric, match: .", "1.5", ["1.25", "1.75"], "1.75"],
    ["text is no number", "order: numeric, match: .", "8", ["9a", "x"], null],
    [
      "calendar versions",
      "order: alphabetical, match: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'",
      "2026-01-31",
      ["2026-02-01", "2025-12-31", "nightly-9"],
      "2026-02-01",
    ],
    [
      "releases by their RFC 3339 time",
      "order: alphabetical, match: '^RELEASE\\.', extract: '^RELEASE\\.(?<timestamp>.*)Z$'",
      "RELEASE.2026-01-30T01-02-03Z",
      ["RELEASE.2026-01-31T01-02-03Z", "RELEASE.2025-12-31T01-02-03Z.hotfix"],
      "RELEASE.2026-01-31T01-02-03Z",
    ],
    [
      "text order is not the order of numbers",
      "order: alphabetical, match: .",
      "build-1",
      ["build-10", "build-9"],
      "build-9",
    ],
    [
      "capitals before small letters, as bytes",
      "order: alphabetical, match: .",
      "A-1",
      ["a-1", "B-1"],
      "a-1",
    ],
    ["never back", "order: alphabetical, match: .", "2026-02-01", ["2026-01-31"], null],
  ])("%s", (...row) => check(row));
});

describe("platforms", () => {
  const both = ["linux/amd64", "linux/arm64/v8"];
  test.each<Row>([
    [
      "an image for all of them",
      "platforms: [linux/amd64, linux/arm64]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), both],
      ],
      "f7bb2e3",
    ],
    [
      "the newest lacks one: the next newest",
      "platforms: [linux/amd64, linux/arm64]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), both],
        ["fffffff", day(3)],
      ],
      "f7bb2e3",
    ],
    [
      "any variant",
      "platforms: [linux/arm]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), ["linux/arm/v7"]],
      ],
      "f7bb2e3",
    ],
    [
      "another variant",
      "platforms: [linux/arm/v7]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), ["linux/arm/v6"]],
      ],
      null,
    ],
    [
      "arm64 is v8",
      "platforms: [linux/arm64/v8]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), ["linux/arm64"]],
      ],
      "f7bb2e3",
    ],
    [
      "nobody knows",
      "platforms: [linux/amd64]",
      "a5fb3d3",
      [
        ["a5fb3d3", day(1)],
        ["f7bb2e3", day(2), []],
      ],
      null,
    ],
  ])("%s", (...row) => check(row));
});

test("each tag that is not taken has its own reason", () => {
  const policy =
    "order: semver, range: 1.x, match: '^v', ignore: -debug$, platforms: [linux/amd64]";
  const arm: Pushed = ["v1.9.0", null, ["linux/arm64"]];
  const pushed = ["v1.3.0", "v1.4.0", "v1.1.0", "v2.0.0", "v1.5.0-rc.1", "v1.6.0-debug", arm];
  expect(decide(policy, "v1.2.0", [...pushed, "1.7.0", "latest", "vx"])).toEqual({
    taken: "v1.4.0",
    verdicts: {
      "v1.3.0": "superseded",
      "v1.4.0": "taken",
      "v1.1.0": "superseded",
      "v2.0.0": "tag-not-matching",
      "v1.5.0-rc.1": "tag-not-matching",
      "v1.6.0-debug": "tag-ignored",
      "v1.9.0": "platform-missing",
      "1.7.0": "tag-not-matching",
      latest: "tag-moving",
      vx: "tag-not-matching",
    },
  });
});
