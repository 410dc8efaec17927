import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type HookSubject,
  hookSignatureSecret,
  hookToken,
  isHookToken,
  parseScopeSegment,
  scopeSegment,
} from "../../src/ingest/hook-token.ts";
import type { HookScope } from "../../src/model/delivery.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const OTHER = "fedcba9876543210fedcba9876543210";
const subject: HookSubject = {
  source: "quay",
  owner: "Acme",
  scope: { kind: "owner" },
  generation: 1,
};

describe("a hook token", () => {
  test("is the documented derivation, so that it can be made outside of Tagboat", () => {
    const key = Buffer.from(hkdfSync("sha256", SECRET, "", "hook", 32));
    const statement = '["v1","quay","acme","owner",1]';
    const expected = createHmac("sha256", key).update(statement).digest("base64url").slice(0, 32);
    expect(hookToken(SECRET, subject)).toBe(expected);
  });

  test("is the same for an owner in any case", () => {
    expect(hookToken(SECRET, { ...subject, owner: "aCME" })).toBe(hookToken(SECRET, subject));
  });

  test.each<[string, Partial<HookSubject>]>([
    ["source", { source: "generic" }],
    ["owner", { owner: "acme-2" }],
    ["repo scope", { scope: { kind: "repo", repo: "cd" } }],
    ["image scope", { scope: { kind: "image", prefix: "quay.io/acme" } }],
    ["generation", { generation: 2 }],
  ])("of another %s does not open this hook", (_name, over) => {
    const token = hookToken(SECRET, { ...subject, ...over });
    expect(isHookToken([SECRET], subject, token)).toBe(false);
    expect(isHookToken([SECRET], { ...subject, ...over }, token)).toBe(true);
  });

  test("holds under the previous secret while it is rotated, and not after", () => {
    const token = hookToken(OTHER, subject);
    expect(isHookToken([SECRET, OTHER], subject, token)).toBe(true);
    expect(isHookToken([OTHER, SECRET], subject, token)).toBe(true);
    expect(isHookToken([SECRET], subject, token)).toBe(false);
  });

  test("no other text passes", () => {
    const token = hookToken(SECRET, subject);
    expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
    for (const wrong of ["", token.slice(1), `${token}a`, token.toUpperCase(), "ä".repeat(32)]) {
      expect(isHookToken([SECRET], subject, wrong)).toBe(false);
    }
  });
});

describe("a sender's secret", () => {
  test("is not the one that stands in the URL, and another at each generation", () => {
    const signing = hookSignatureSecret(SECRET, subject);
    expect(signing).not.toContain(hookToken(SECRET, subject));
    expect(hookSignatureSecret(SECRET, { ...subject, generation: 2 })).not.toBe(signing);
    expect(hookSignatureSecret(OTHER, subject)).not.toBe(signing);
  });
});

describe("the scope segment of a URL", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,20}$/);
  const scope: fc.Arbitrary<HookScope> = fc.oneof(
    fc.record({ kind: fc.constant("repo" as const), repo: name }),
    fc.record({ kind: fc.constant("image" as const), prefix: name.map((n) => `quay.io:443/${n}`) }),
  );

  test("reads back what was written", () => {
    fc.assert(
      fc.property(scope, (one) => {
        expect(parseScopeSegment(scopeSegment(one) ?? "")).toEqual(one);
      }),
    );
    expect(scopeSegment({ kind: "owner" })).toBeNull();
  });

  test.each([
    "",
    "owner",
    "%2e",
    "cmVwbzphYg==",
    "UkVQTzphYg",
    "cmVwbzphYg\n",
    "cmVwbzphL2I",
    "b3duZXI",
  ])("%j is none", (segment) => {
    expect(parseScopeSegment(segment)).toBeNull();
  });
});
