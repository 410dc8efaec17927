import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { computeTag, tagTemplateFault } from "../../src/decide/tag-template.ts";
import { isTag } from "../../src/model/image.ts";

const EVENT = {
  at: "2026-01-29T15:47:58.25+01:00",
  provenance: {
    revision: "82b3d5a0123456789abcdef0123456789abcdef0",
    run: "myapp-pipeline-run-qqxrq",
    runId: "8d4f2c1a-6a10-4f4e-9d2b-1f3f7f0a2b11",
    runNumber: "417",
    branch: "refs/heads/feature/login_2",
  },
};

describe("a computed tag", () => {
  test.each([
    ["{revision:0:4}-{run:-5}", "82b3-qqxrq"],
    ["{revision}", EVENT.provenance.revision],
    ["{revision:0:7}", "82b3d5a"],
    ["v1.{run-number}", "v1.417"],
    ["{branch}-{revision:0:7}", "feature-login_2-82b3d5a"],
    ["{branch:0:40}-{run-number}", "feature-login_2-417"],
    ["{time}", "20260129144758"],
    ["{time:0:8}.{run-number}", "20260129.417"],
    ["{run-id:0:8}", "8d4f2c1a"],
    ["{run:-5:2}{run:0:1}", "qqm"],
  ])("%s makes %s", (template, tag) => {
    expect(tagTemplateFault(template)).toBeNull();
    expect(computeTag(template, EVENT)).toEqual({ kind: "tag", tag });
  });

  test.each([
    ["{revision:0:4}", {}, "the event does not say from which commit it built ({revision})"],
    [
      "{run-number}",
      { run: "x" },
      "the event does not say which number the run has ({run-number})",
    ],
    ["{run:-5}", { run: "abcd" }, '{run:-5} takes more than there is of "abcd"'],
    ["{run:9:2}", { run: "abcd" }, '{run:9:2} takes more than there is of "abcd"'],
    ["{run}", { run: "a/b" }, '"a/b" cannot be a tag'],
    ["{branch}-{run}", { branch: "-x", run: "1" }, '"-x-1" cannot be a tag'],
  ])("%s of %j is a fault", (template, provenance, message) => {
    expect(computeTag(template, { at: null, provenance })).toEqual({ kind: "fault", message });
  });

  test("the run's id stands in for a name that is not told", () => {
    const event = { at: null, provenance: { runId: "77" } };
    expect(computeTag("b{run}", event)).toEqual({ kind: "tag", tag: "b77" });
  });

  test("whatever the event says, it is a tag or a fault", () => {
    const text = fc.option(fc.string({ unit: "grapheme", maxLength: 140 }), { nil: undefined });
    const provenance = fc.record({ revision: text, run: text, branch: text, runNumber: text });
    const templates = fc.constantFrom(
      "{revision:0:4}-{run:-5}",
      "{branch}-{revision}",
      "{run-number:1}",
      "x{time}",
    );
    fc.assert(
      fc.property(templates, provenance, text, (template, told, at) => {
        const known = Object.entries(told).filter(([, value]) => value !== undefined);
        const event = { at: at ?? null, provenance: Object.fromEntries(known) };
        const made = computeTag(template, event);
        expect(made.kind === "fault" || isTag(made.tag)).toBe(true);
      }),
    );
  });
});

test.each([
  ["{sha}", /^Unknown field \{sha\}: write \{revision\} \{run\}/],
  ["{revision:a}", /^Write a part as \{revision:0:4\}/],
  ["{revision", /^Write a part as/],
  ["{revision}/x", /^A tag is made of letters/],
  [".{revision}", /^A tag is made of letters/],
  ["latest", /^Every build would have the same tag/],
  ["{branch}", /^Every build would have the same tag: name one of \{revision\}/],
  [`${"a".repeat(101)}{run}`, /^A tag has at most 128/],
])("%s is no template", (template, fault) => {
  expect(tagTemplateFault(template)).toMatch(fault);
});
