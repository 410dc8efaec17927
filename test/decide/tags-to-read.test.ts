import { describe, expect, test } from "@jest/globals";
import { newerVersions } from "../../src/decide/newer-versions.ts";
import { type TagList, tagsToRead } from "../../src/decide/tags-to-read.ts";
import type { TagPolicy } from "../../src/model/config.ts";
import { plainTags } from "../support/tag-policy.ts";

const buildTime = plainTags;
const semver: TagPolicy = { ...buildTime, order: "semver" };
const numeric: TagPolicy = { ...buildTime, order: "numeric", match: "^b-\\d+$", extract: "(\\d+)" };

function list(over: Partial<TagList>): TagList {
  return { policy: buildTime, tags: [], present: [], read: new Set(), before: null, ...over };
}

describe("tags worth reading", () => {
  test.each<[string, Partial<TagList>, readonly string[]]>([
    [
      "by semver: what is newer than the entry's, newest first",
      { policy: semver, present: ["1.2.0"], tags: ["1.10.0", "1.3.0", "1.1.9", "1.2.0", "latest"] },
      ["1.10.0", "1.3.0"],
    ],
    [
      "by number",
      { policy: numeric, present: ["b-9"], tags: ["b-10", "b-8", "b-100", "x-200"] },
      ["b-100", "b-10"],
    ],
    [
      "by build time: of the same shape, from the end of the list",
      {
        present: ["6322-rbbs9"],
        tags: ["aaaa-bbbbb", "bbbb-bbbbb", "v1.0.0", "main", "6322-rbbs9"],
      },
      ["bbbb-bbbbb", "aaaa-bbbbb"],
    ],
    [
      "new in the list before the others",
      {
        present: ["6322-rbbs9"],
        tags: ["aaaa-bbbbb", "bbbb-bbbbb", "cccc-bbbbb"],
        before: new Set(["bbbb-bbbbb", "cccc-bbbbb"]),
      },
      ["aaaa-bbbbb", "cccc-bbbbb", "bbbb-bbbbb"],
    ],
    [
      "not those that were read",
      {
        present: ["6322-rbbs9"],
        tags: ["aaaa-bbbbb", "bbbb-bbbbb"],
        read: new Set(["bbbb-bbbbb"]),
      },
      ["aaaa-bbbbb"],
    ],
    [
      "fit for any of the entries",
      { policy: semver, present: ["1.2.0", "2.0.0"], tags: ["1.5.0", "1.1.0"] },
      ["1.5.0"],
    ],
    ["bare versions, where all are", { present: ["v1"], tags: ["v2", "v1"] }, ["v2"]],
    ["none for a bare version beside exact ones", { present: ["v1"], tags: ["v1.2.3", "v2"] }, []],
    [
      "for a bare version that the pattern names",
      { policy: { ...buildTime, match: "^v\\d+$" }, present: ["v1"], tags: ["v1.2.3", "v2"] },
      ["v2"],
    ],
    [
      "none that is ignored",
      { policy: { ...buildTime, ignore: ["^b"] }, present: ["a-1"], tags: ["b-2", "a-2"] },
      ["a-2"],
    ],
    ["none without an entry", { tags: ["1.0.0"] }, []],
    [
      "inside of the range",
      { policy: { ...semver, range: "<2" }, present: ["1.2.0"], tags: ["2.1.0", "1.9.0"] },
      ["1.9.0"],
    ],
  ])("%s", (_, over, expected) => {
    expect(tagsToRead(list(over), 20)).toEqual(expected);
  });

  test("as many as the limit", () => {
    const tags = Array.from({ length: 30 }, (_, at) => `1.3.${at}`);
    const read = tagsToRead(list({ policy: semver, present: ["1.2.0"], tags }), 2);
    expect(read).toEqual(["1.3.29", "1.3.28"]);
  });
});

describe("what may take the place of what stands", () => {
  const one = (tag: string, at: string | null) => ({
    tag,
    digest: null,
    orderKey: at === null ? null : ({ at: `2026-11-${at}T10:00:00Z`, from: "image" } as const),
  });

  test.each([
    [
      "the newest by build time",
      [one("aaaa-bbbbb", "21"), one("bbbb-bbbbb", "22")],
      ["bbbb-bbbbb"],
    ],
    ["none that is older", [one("aaaa-bbbbb", "19")], []],
    ["none whose time is unknown", [one("aaaa-bbbbb", null)], []],
    ["none of another shape", [one("1.2.3", "22")], []],
  ])("%s", (_, found, expected) => {
    const present = [one("6322-rbbs9", "20")];
    expect(newerVersions(buildTime, found, present).map(({ tag }) => tag)).toEqual(expected);
  });

  test("for each entry its own, each once", () => {
    const found = [one("1.5.0", null), one("2.5.0", null), one("deadbee", "22")];
    const present = [one("1.2.0", null), one("2.0.0", null), one("0a1b2c3", "20")];
    const policy = { ...buildTime, order: "semver" } as const;
    expect(newerVersions(policy, found, present).map(({ tag }) => tag)).toEqual(["2.5.0"]);
    expect(newerVersions(buildTime, found, present).map(({ tag }) => tag)).toEqual(["deadbee"]);
  });
});
