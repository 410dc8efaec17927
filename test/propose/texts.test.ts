import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { code, link, plain, visible } from "../../src/model/outside-text.ts";
import {
  parseTrackingBranch,
  renderTrackingBranch,
  trackingBranch,
} from "../../src/propose/branch-name.ts";
import { type Marker, parseMarker, renderMarker } from "../../src/propose/marker.ts";
import { renderWaiting, withWaiting } from "../../src/propose/waiting-note.ts";

describe("branch names", () => {
  test.each([
    ["dev", null, /^tagboat\/dev\/all-[0-9a-f]{6}$/],
    ["pre-prod", "checkout", /^tagboat\/pre-prod\/checkout-[0-9a-f]{6}$/],
    ["Prod EU", "team/web.front", /^tagboat\/prod-eu\/team-web.front-[0-9a-f]{6}$/],
    ["x..y", "a.lock", /^tagboat\/x.y\/a-lock-[0-9a-f]{6}$/],
    ["@{-1}", "~^:?*[", /^tagboat\/1\/x-[0-9a-f]{6}$/],
    ["名前", "…", /^tagboat\/x\/x-[0-9a-f]{6}$/],
    ["dev", "c".repeat(300), /^tagboat\/dev\/c{60}-[0-9a-f]{6}$/],
  ])("%s, %s", (environment, component, shape) => {
    expect(trackingBranch({ base: "main", environment, component })).toMatch(shape);
  });

  test("places that make the same slug, and other bases, get other branches", () => {
    const names = [
      trackingBranch({ base: "main", environment: "dev", component: "a b" }),
      trackingBranch({ base: "main", environment: "dev", component: "a-b" }),
      trackingBranch({ base: "production", environment: "dev", component: "a-b" }),
      trackingBranch({ base: "main", environment: "dev", component: null }),
    ];
    expect(new Set(names).size).toBe(4);
  });

  test("what is rendered is read back, for any names", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string()),
        fc.string(),
        (environment, component, base) => {
          const name = trackingBranch({ base, environment, component });
          const parsed = parseTrackingBranch(name);
          expect(parsed).not.toBeNull();
          if (parsed !== null) expect(renderTrackingBranch(parsed)).toBe(name);
        },
      ),
    );
  });

  test.each([
    "main",
    "tagboat/onboarding",
    "tagboat/dev/web-12345",
    "tagboat/dev/a/web-123456",
    "tagboat-tmp/0123456789ab",
  ])("%s is no tracking branch", (name) => expect(parseTrackingBranch(name)).toBeNull());
});

describe("text from outside", () => {
  test.each([
    ["a\nb\r\nc", "a b c"],
    ["\u202egnp.exe", "gnp.exe"],
    ["tag\u0000\u0007\u200b!", "tag !"],
    ["x".repeat(300), `${"x".repeat(199)}…`],
  ])("%j is one visible line", (text, shown) => expect(visible(text)).toBe(shown));

  test.each([
    ["@team", "@\u2060team"],
    ["fixes #12", "fixes #\u206012"],
    ["GH-12", "GH-\u206012"],
    ["https://evil.example", "https:\u2060//evil.example"],
  ])("%j links to nothing in a title", (text, shown) => expect(plain(text)).toBe(shown));

  test.each([
    ["v1", "`v1`"],
    ["a`b", "`` a`b ``"],
    ["``", "``` `` ```"],
    ["a|b", "`a\\|b`"],
    ["<!-- tagboat:v1 x -->", "`<!\u2060-- tagboat:v1 x -->`"],
    ["\n", "–"],
  ])("%j as code", (text, shown) => expect(code(text)).toBe(shown));

  test.each([
    ["https://ci.example/run/1", "[`run`](https://ci.example/run/1)"],
    ["https://ci.example/a)b|c`", "[`run`](https://ci.example/a%29b%7Cc%60)"],
    ["http://ci.example", "`run`"],
    ["javascript:alert(1)", "`run`"],
    ["https://user:pass@ci.example", "`run`"],
    ["not a url", "`run`"],
  ])("a link to %j", (url, shown) => expect(link("run", url)).toBe(shown));
});

describe("marker", () => {
  const marker = fc.record({
    history: fc.array(fc.record({ version: fc.string(), at: fc.string() }), { maxLength: 20 }),
    waiting: fc.array(fc.string(), { maxLength: 3 }),
  });

  test("what is rendered is read back, from within any body", () => {
    fc.assert(
      fc.property(marker, fc.string(), (value: Marker, text) => {
        fc.pre(!text.includes("tagboat:v1"));
        expect(parseMarker(`${text}\n${renderMarker(value)}\n${text}`)).toEqual(value);
      }),
    );
  });

  test.each([
    "",
    "<!-- tagboat:v1 !!! -->",
    "<!-- tagboat:v1 bnVsbA -->",
    "<!-- tagboat:v1 eyJoaXN0b3J5IjoxfQ -->",
  ])("%j has none", (body) => expect(parseMarker(body)).toEqual({ history: [], waiting: [] }));
});

describe("the waiting note", () => {
  const until = new Date("2026-11-23T09:00:00Z");
  const marker: Marker = { history: [], waiting: ["v3"] };

  test("takes the place of the one before, and the marker with it", () => {
    const body = `table\n\n${renderWaiting([], null)}\n\nrest\n\n${renderMarker({ history: [], waiting: [] })}\n`;
    const first = withWaiting(body, { history: [], waiting: ["v2"] }, until);
    const second = withWaiting(first, marker, until);
    expect(second).toBe(
      `table\n\n<!-- tagboat:waiting -->\n> Newer: \`v3\`. It waits because this one is approved, until this is merged or closed, a check fails, or 2026-11-23 09:00 UTC.\n<!-- /tagboat:waiting -->\n\nrest\n\n${renderMarker(marker)}\n`,
    );
  });

  test("goes to the end of a body that a person rewrote", () => {
    const body = withWaiting("mine", marker, until);
    expect(body.startsWith("mine\n\n<!-- tagboat:waiting -->\n> Newer: `v3`.")).toBe(true);
    expect(parseMarker(body)).toEqual(marker);
  });
});
