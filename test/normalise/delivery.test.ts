import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readDelivery } from "../../src/normalise/delivery.ts";
import type { HookSource } from "../../src/normalise/normaliser.ts";
import { defaultOptions, isHookSource, sourceTable } from "../../src/normalise/sources.ts";
import { read, refs } from "./messages.ts";

const sources = Object.keys(sourceTable) as HookSource[];

describe.each(sources)("a body from %s", (source) => {
  test.each([
    ["no JSON", "not json", {}],
    ["nothing", "", {}],
    ["cut short", '{"events": [', {}],
    ["another content type", "{}", { "content-type": "text/html" }],
    ["deep lists", "[".repeat(200_000) + "]".repeat(200_000), {}],
    ["deep objects", `${'{"a":'.repeat(101)}1${"}".repeat(101)}`, {}],
  ])("%s is unreadable, not a fault", (_name, body, headers) => {
    const delivery = { source, headers, body };
    expect(readDelivery(delivery, defaultOptions)).toEqual({
      meaning: { kind: "unreadable", detail: expect.any(String) },
      senderId: null,
    });
  });

  test("any JSON is read or unreadable, never a fault", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (body) => {
        const { meaning } = readDelivery({ source, headers: {}, body }, defaultOptions);
        expect(["read", "unreadable"]).toContain(meaning.kind);
      }),
    );
  });
});

describe("JSON that means harm", () => {
  test("prototype keys change nothing", () => {
    const body = `{"__proto__": {"image": "evil.io/a:1", "polluted": true},
      "constructor": {"prototype": {"polluted": true}}, "image": "quay.io/o/a:v1"}`;
    expect(refs(read("generic", body))).toEqual(["quay.io/o/a:v1"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(read("generic", '{"__proto__": {"image": "evil.io/a:1"}}').kind).toBe("unreadable");
  });

  test("brackets within strings are no nesting", () => {
    const body = JSON.stringify({ image: "quay.io/o/a:v1", run: '\\"'.concat("[{".repeat(60)) });
    expect(refs(read("generic", body))).toEqual(["quay.io/o/a:v1"]);
  });

  test("a string that never ends is read in one pass", () => {
    const body = `{"image": "${'\\"'.repeat(500_000)}`;
    expect(read("generic", body).kind).toBe("unreadable");
  });

  test.each(["__proto__", "constructor", "toString", "github", "Quay", ""])(
    "%j is no source",
    (name) => {
      expect(isHookSource(name)).toBe(false);
    },
  );
});
