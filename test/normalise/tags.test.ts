import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isTag } from "../../src/model/image.ts";
import { DIGEST, read, reasons, refs } from "./messages.ts";

const hex = "ab".repeat(32);

describe("a tag from outside is judged the same for every source", () => {
  test.each([
    ["v1.2.3", []],
    ["a".repeat(128), []],
    ["a".repeat(129), ["tag-invalid"]],
    ["", ["untagged"]],
    [DIGEST, ["untagged"]],
    ["sha256:123", ["untagged"]],
    [`sha256-${hex}`, ["attachment"]],
    [`sha256-${hex}.sig`, ["attachment"]],
    [`sha256-${hex}.att`, ["attachment"]],
    [`sha256-${hex}.sbom`, ["attachment"]],
    ["v1\n", ["tag-invalid"]],
    ["v1\nTagboat-Signature: x", ["tag-invalid"]],
    ["`v1`", ["tag-invalid"]],
    ["@team", ["tag-invalid"]],
    ["<!-- v1", ["tag-invalid"]],
    ["v1\u202egpj", ["tag-invalid"]],
    ["../v1", ["tag-invalid"]],
    [".v1", ["tag-invalid"]],
  ])("%j is dropped for %j", (tag, expected) => {
    const ofQuay = read("quay", { docker_url: "quay.io/org/app", updated_tags: [tag] });
    const ofGeneric = read("generic", { image: "quay.io/org/app", tag });
    const ofRegistry = read("distribution", {
      events: [
        {
          action: "push",
          target: { mediaType: "x.manifest.v2+json", repository: "org/app", tag },
          request: { host: "quay.io" },
        },
      ],
    });
    for (const meaning of [ofQuay, ofGeneric, ofRegistry]) {
      expect(reasons(meaning)).toEqual(expected);
      expect(refs(meaning)).toEqual(expected.length === 0 ? [`quay.io/org/app:${tag}`] : []);
    }
  });

  test("what is dropped is named without line ends or marks that turn the text around", () => {
    const meaning = read("quay", { docker_url: "quay.io/o/a", updated_tags: ["a\n\u202eb\u0000"] });
    expect(meaning).toMatchObject({ dropped: [{ what: "quay.io/o/a:a??b?" }] });
  });

  test("whatever the tag, an event carries only what the OCI spec calls a tag", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 140 }), (tag) => {
        const meaning = read("quay", { docker_url: "quay.io/org/app", updated_tags: [tag] });
        if (meaning.kind !== "read") throw new Error("always readable");
        expect(meaning.events.length + meaning.dropped.length).toBe(1);
        for (const event of meaning.events) expect(isTag(event.tag ?? "")).toBe(true);
      }),
    );
  });
});
