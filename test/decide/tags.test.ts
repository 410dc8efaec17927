import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compareVersions, orderKeyOf } from "../../src/decide/order.ts";
import { compilePattern } from "../../src/decide/safe-pattern.ts";
import { isMovingTag, tagVerdict } from "../../src/decide/tag-policy.ts";
import { shapeOf } from "../../src/decide/tag-shape.ts";
import type { TagPolicy } from "../../src/model/config.ts";
import { isTag } from "../../src/model/image.ts";
import { plainTags } from "../support/tag-policy.ts";

const HEX40 = "0123456789abcdef0123456789abcdef01234567";

/** `ok`, or the reason. */
function verdict(tag: string, present: string | null, policy: Partial<TagPolicy> = {}): string {
  const found = tagVerdict({ ...plainTags, ...policy }, tag, present);
  return found.kind === "ok" ? "ok" : found.reason;
}

describe("the shape of a tag", () => {
  test.each([
    ["bf76-qqxrq", "^[0-9a-f]{4}-[a-z0-9]{5}$"],
    ["6322-rbbs9", "^[0-9a-f]{4}-[a-z0-9]{5}$"],
    ["abcd-xqzwp", "^[0-9a-f]{4}-[a-z0-9]{5}$"],
    [HEX40, "^[0-9a-f]{40}$"],
    ["8f2c1aa", "^[0-9a-f]{7}$"],
    ["1234567", "^(?:[0-9a-f]{7}|\\d+)$"],
    ["v1.2.3", "^v\\d+\\.\\d+\\.\\d+$"],
    ["1.2.3", "^\\d+\\.\\d+\\.\\d+$"],
    ["1.2.3-alpine", "^\\d+\\.\\d+\\.\\d+\\-alpine$"],
    ["1.2.3-alpine3.19", "^\\d+\\.\\d+\\.\\d+\\-alpine\\d+\\.\\d+$"],
    ["v1.2.3-45-g8f2c1aa", "^v\\d+\\.\\d+\\.\\d+\\-\\d+\\-g[0-9a-f]{7}$"],
    ["20240131", "^\\d{8}$"],
    ["20240131T101500Z", "^\\d{8}T\\d+Z$"],
    ["2024-01-31", "^\\d+\\-\\d+\\-\\d+$"],
    ["1706695200", "^\\d{10}$"],
    ["42", "^\\d+$"],
    ["build-42", "^build\\-\\d+$"],
    ["b42", "^b\\d+$"],
    ["main-8f2c1aa-1706695200", "^main\\-[0-9a-f]{7}\\-\\d{10}$"],
    [`sha-${HEX40}`, "^sha\\-[0-9a-f]{40}$"],
    ["on-pr-x7k2p", "^on\\-pr\\-[a-z0-9]{5}$"],
  ])("%s", (tag, source) => {
    expect(shapeOf(tag).source).toBe(source);
  });

  test("fits the tag it was made from, whatever that is", () => {
    const tags = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,60}$/);
    fc.assert(fc.property(tags, (tag) => !isTag(tag) || shapeOf(tag).test(tag)));
  });
});

describe("the verdict on a tag", () => {
  test.each<[string, string | null, string]>([
    ["bf76-qqxrq", "6322-rbbs9", "ok"],
    ["abcd-xqzwp", "6322-rbbs9", "ok"],
    ["bf76-qqxrq", null, "ok"],
    ["bf76-qqxrq", "latest", "ok"],
    ["latest", "bf76-qqxrq", "tag-moving"],
    ["latest", null, "tag-moving"],
    ["latest", "latest", "tag-moving"],
    ["Main", null, "tag-moving"],
    ["latest-alpine", null, "tag-moving"],
    ["staging", "staging", "tag-moving"],
    ["feature-login", "bf76-qqxrq", "tag-moving"],
    ["v1", "v1.2.3", "tag-moving"],
    ["v1.3", "v1.2.3", "tag-moving"],
    ["1", "1.2.3", "tag-moving"],
    ["v1", null, "tag-moving"],
    ["1.2", null, "tag-moving"],
    ["1.3", "1.2", "ok"],
    ["v1.3.0", "v1.2.3", "ok"],
    ["1.3.0", "v1.2.3", "tag-not-matching"],
    ["v1.3.0-rc.1", "v1.2.3", "tag-not-matching"],
    ["v1.3.0-rc.2", "v1.3.0-rc.1", "ok"],
    ["v1.3.0", "v1.3.0-rc.2", "ok"],
    ["8f2c1aa", HEX40, "tag-not-matching"],
    ["123", null, "ok"],
    ["pr-12", "bf76-qqxrq", "tag-not-matching"],
  ])("%s where %s stands: %s", (tag, present, expected) => {
    expect(verdict(tag, present)).toBe(expected);
  });

  test.each<[string, Partial<TagPolicy>, string]>([
    ["release-7", { match: "^release-\\d+$" }, "ok"],
    ["v7", { match: "^v\\d+$" }, "ok"],
    ["main", { match: "^main$" }, "tag-moving"],
    ["dev-7", { match: "^release-\\d+$" }, "tag-not-matching"],
    ["v1.5.0", { match: ".", order: "semver", range: ">=1.2 <2" }, "ok"],
    ["v2.0.0", { match: ".", order: "semver", range: ">=1.2 <2" }, "tag-not-matching"],
    ["v1.5.0-rc.1", { match: ".", order: "semver", range: ">=1.2 <2" }, "tag-not-matching"],
    ["abc", { match: ".", order: "semver" }, "tag-not-matching"],
    ["abc", { match: ".", order: "numeric" }, "tag-not-matching"],
    ["main-ff-12", { match: ".", order: "numeric", extract: "^main-[a-f0-9]+-(?<ts>\\d+)$" }, "ok"],
    [
      "dev-ff-12",
      { match: ".", order: "numeric", extract: "^main-[a-f0-9]+-(?<ts>\\d+)$" },
      "tag-not-matching",
    ],
  ])("%s by %j: %s", (tag, policy, expected) => {
    expect(verdict(tag, "bf76-qqxrq", policy)).toBe(expected);
  });
});

describe("order", () => {
  const version = (tag: string, at: string | null = null, digest: string | null = null) => ({
    tag,
    digest,
    orderKey: orderKeyOf(at, null),
  });

  test.each<
    [string, Partial<TagPolicy>, Parameters<typeof version>, Parameters<typeof version>, string]
  >([
    ["earlier build", {}, ["b", "2024-01-01T00:00:00Z"], ["a", "2024-01-02T00:00:00Z"], "older"],
    [
      "later build",
      {},
      ["a", "2024-01-02T00:00:00.5Z"],
      ["b", "2024-01-02T01:00:00+01:00"],
      "newer",
    ],
    ["equal times", {}, ["a", "2024-01-01T00:00:00Z"], ["b", "2024-01-01T00:00:00Z"], "older"],
    ["no time", {}, ["a", "2024-01-01T00:00:00Z"], ["b"], "unknown"],
    ["same tag", {}, ["a"], ["a"], "same"],
    ["same tag and digest", {}, ["a", null, "x"], ["a", null, "x"], "same"],
    [
      "tag re-pushed",
      {},
      ["a", "2024-01-02T00:00:00Z", "x"],
      ["a", "2024-01-01T00:00:00Z", "y"],
      "newer",
    ],
    ["tag re-pushed, no time", {}, ["a", null, "x"], ["a", null, "y"], "unknown"],
    ["semver", { order: "semver" }, ["v1.10.0"], ["v1.9.0"], "newer"],
    ["semver, short", { order: "semver" }, ["1.2"], ["1.2.1"], "older"],
    ["semver, release after rc", { order: "semver" }, ["1.2.0"], ["1.2.0-rc.1"], "newer"],
    ["semver, none", { order: "semver" }, ["1.2.0"], ["abc"], "unknown"],
    ["numeric", { order: "numeric" }, ["10"], ["9"], "newer"],
    [
      "numeric beyond doubles",
      { order: "numeric" },
      ["90071992547409931"],
      ["90071992547409930"],
      "newer",
    ],
    [
      "numeric by extract",
      { order: "numeric", extract: "-(\\d+)$" },
      ["main-f-9"],
      ["main-a-10"],
      "older",
    ],
    ["alphabetical", { order: "alphabetical" }, ["b"], ["a"], "newer"],
  ])("%s", (_name, policy, a, b, expected) => {
    expect(compareVersions({ ...plainTags, ...policy }, version(...a), version(...b))).toBe(
      expected,
    );
  });

  test.each([
    [
      "2024-05-06T07:08:09Z",
      "2025-01-01T00:00:00Z",
      { at: "2024-05-06T07:08:09.000Z", from: "image" },
    ],
    [
      "1970-01-01T00:00:00Z",
      "2025-01-01T00:00:00Z",
      { at: "2025-01-01T00:00:00.000Z", from: "sender" },
    ],
    [null, "2025-01-01T00:00:00Z", { at: "2025-01-01T00:00:00.000Z", from: "sender" }],
    ["no time", null, null],
    [null, "0001-01-01T00:00:00Z", null],
  ])("key of an image created %s, sent %s", (created, sentAt, key) => {
    expect(orderKeyOf(created, sentAt)).toEqual(key);
  });
});

describe("a person's regular expression", () => {
  test.each([
    "^[0-9a-f]{4}-[a-z0-9]{5}$",
    "^main-[a-f0-9]+-(?<ts>\\d+)$",
    "^v?\\d+\\.\\d+\\.\\d+-[a-z]+\\.\\d+$",
    "^(?:release|hotfix)-\\d+$",
    "^v\\d+(\\.\\d{1,3})?$",
  ])("%s is taken", (source) => {
    expect(compilePattern(source).kind).toBe("pattern");
  });

  test.each([
    ["(a+)+$", "has a repeat inside a repeat: write it flat"],
    ["((ab)*c)*", "has a repeat inside a repeat: write it flat"],
    ["(?:a|a)*$", "repeats alternatives: write it flat"],
    ["((a|b))+", "repeats alternatives: write it flat"],
    ["(a{1,90}){5,}", "has a repeat inside a repeat: write it flat"],
    ["(a)\\1", "refers back to a group: write the text out"],
    [
      ".*.*.*.*x",
      "has more than 3 repeats that can share the same characters: make them more exact",
    ],
    ["a".repeat(201), "is longer than 200 characters: write a shorter one"],
  ])("%s is refused", (source, message) => {
    expect(compilePattern(source)).toEqual({ kind: "invalid", message });
  });

  test("that is taken never takes long on a tag", () => {
    const parts = fc.constantFrom(
      "a",
      ".*",
      "a+",
      "[ab]*",
      "(",
      ")",
      "|",
      "(?:",
      "+",
      "*",
      "\\d+",
      "a{2,}",
      "$",
    );
    const sources = fc.array(parts, { maxLength: 12 }).map((list) => list.join(""));
    fc.assert(
      fc.property(sources, (source) => {
        const reading = compilePattern(source);
        if (reading.kind !== "pattern") return;
        // What this process worked, not what passed: a busy machine is no failure. In microseconds.
        const start = process.cpuUsage();
        reading.regexp.test(`${"a".repeat(127)}!`);
        expect(process.cpuUsage(start).user).toBeLessThan(2_000_000);
      }),
      { numRuns: 300 },
    );
  });
});

// Found by the random schedules: `eddf-ppvkf` stood in an entry, was taken for a branch's name, and an older build passed it.
test.each([
  ["eddf-ppvkf", false],
  ["abcd-xqzwp", false],
  ["bf76-qqxrq", false],
  ["latest", true],
  ["feature-login", true],
  ["release", true],
  ["v1", true],
])("whether %s is a tag that moves: %s", (tag, moves) => {
  expect(isMovingTag(plainTags, tag, null)).toBe(moves);
});

test.each([
  ["v1", "v2", {}, false],
  ["v1", "v1.2.3", {}, true],
  ["1.2", "1.3", {}, false],
  ["1.2", "1.3.0", {}, true],
  ["v1", "v1.2.3", { match: "^v" }, false],
  ["v1", "v1.2.3", { order: "semver" } as const, false],
  ["v1", "v1.2.3", { order: "numeric" } as const, true],
  ["latest", "latest", { match: "." }, true],
  ["release", "release-2", {}, true],
])("whether %s moves where %s comes, by %j: %s", (tag, coming, policy, moves) => {
  expect(isMovingTag({ ...plainTags, ...policy }, tag, coming)).toBe(moves);
});
