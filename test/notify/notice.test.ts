import { describe, expect, test } from "@jest/globals";
import type { Delivery } from "../../src/model/delivery.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { noticeOf } from "../../src/notify/notice.ts";

const DELIVERY: Delivery = {
  id: "0199-1",
  source: "quay",
  owner: "acme",
  scope: { kind: "owner" },
  senderId: null,
  subjects: [],
  receivedAt: "2026-11-22T09:00:00.000Z",
  headers: { "user-agent": "Quay" },
  body: "what was posted",
};
const PLACE = { repo: "acme/app-cd", base: "main", environment: "dev", component: "web" };
const SUBJECT = { image: "quay.io/acme/app", tag: "v1", digest: null };
const PULL = "https://github.com/acme/app-cd/pull/7";

function entry(outcome: Outcome, over: Partial<LedgerEntry> = {}): LedgerEntry {
  const run = { lane: "lane", by: "process-1", from: "2026-11-22T09:00:01.000Z" };
  return {
    at: "2026-11-22T09:00:02.000Z",
    delivery: "0199-1",
    subject: SUBJECT,
    outcome,
    run,
    ...over,
  };
}

function text(outcome: Outcome, over: Partial<LedgerEntry> = {}): string {
  return noticeOf(entry(outcome, over), DELIVERY).text;
}

describe("a notice", () => {
  test("says what, where, of which delivery, and nothing of the body", () => {
    const proposed: Outcome = {
      kind: "proposed",
      place: PLACE,
      action: "opened",
      url: PULL,
      number: 7,
    };
    expect(noticeOf(entry(proposed), DELIVERY)).toEqual({
      text: `*Proposed* (opened): \`quay.io/acme/app:v1\` · \`acme/app-cd\` \`dev\` \`web\` · <${PULL}|pull request 7>`,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      at: "2026-11-22T09:00:02.000Z",
      outcome: { kind: "proposed", reason: "opened", detail: null },
      place: PLACE,
      pullRequest: { number: 7, url: PULL },
      commit: null,
      subject: SUBJECT,
      delivery: {
        id: "0199-1",
        source: "quay",
        owner: "acme",
        receivedAt: "2026-11-22T09:00:00.000Z",
      },
    });
  });

  test.each<[Outcome, Partial<LedgerEntry>, string]>([
    [
      { kind: "committed", place: { ...PLACE, component: null }, oid: "0123456789abcdef" },
      {},
      "*Committed*: `quay.io/acme/app:v1` · `acme/app-cd` `dev` · `0123456789ab`",
    ],
    [
      { kind: "closed", place: PLACE, number: 7, why: "main has it" },
      { subject: null },
      "*Closed*: · `acme/app-cd` `dev` `web` · pull request 7\n`main has it`",
    ],
    [
      { kind: "refused", place: null, reason: "image-gone", detail: "no such tag" },
      { subject: { ...SUBJECT, tag: null, digest: "sha256:00" } },
      "*Refused* (image-gone): `quay.io/acme/app@sha256:00`\n`no such tag`",
    ],
    [
      { kind: "failed", place: PLACE, detail: "GitHub answered 502", retryAt: null },
      { subject: { ...SUBJECT, tag: null } },
      "*Given up*: `quay.io/acme/app` · `acme/app-cd` `dev` `web`\n`GitHub answered 502`",
    ],
    [
      {
        kind: "skipped",
        place: { ...PLACE, environment: "", component: null },
        reason: "no-config",
        detail: "",
      },
      {},
      "*Skipped* (no-config): `quay.io/acme/app:v1` · `acme/app-cd`",
    ],
  ])("in words: %j", (outcome, over, expected) => {
    expect(text(outcome, over)).toBe(expected);
  });

  test.each([
    ["mentions everybody", "<!channel> <@U1> @here", "`&lt;!channel&gt; &lt;@U1&gt; @here`"],
    ["leaves its code", "a` *b* `c", "`a' *b* 'c`"],
    ["hides a link", "<https://evil.example|log in>", "`&lt;https://evil.example|log in&gt;`"],
    ["is several lines", "a\n\u202eb\u0000c", "`a b c`"],
    ["is an entity", "&lt;", "`&amp;lt;`"],
  ])("text from outside that %s is text", (_name, detail, expected) => {
    const outcome: Outcome = { kind: "refused", place: null, reason: "unreadable", detail };
    expect(text(outcome, { subject: null })).toBe(`*Refused* (unreadable):\n${expected}`);
  });

  test.each([
    ["javascript:alert(1)", "pull request 7"],
    ["https://a:b@github.com/x", "pull request 7"],
    ["no URL", "pull request 7"],
    ["https://github.com/a|b>c", "<https://github.com/a%7Cb%3Ec|pull request 7>"],
  ])("links to %s: %s", (url, expected) => {
    const shown = text({ kind: "proposed", place: PLACE, action: "updated", url, number: 7 });
    expect(shown.split(" · ").at(-1)).toBe(expected);
  });

  test("has an id that stays the same for the same line of history, and differs for another", () => {
    const failed = (detail: string): Outcome => ({
      kind: "failed",
      place: PLACE,
      detail,
      retryAt: null,
    });
    const id = (outcome: Outcome, over: Partial<LedgerEntry> = {}) =>
      noticeOf(entry(outcome, over), DELIVERY).id;
    expect(id(failed("a"))).toBe(id(failed("a"), { run: null }));
    const ids = [
      id(failed("a")),
      id(failed("b")),
      id({ ...failed("a"), place: { ...PLACE, environment: "prod" } }),
      id(failed("a"), { subject: null }),
      id(failed("a"), { delivery: "0199-2" }),
      id(failed("a"), { at: "2026-11-22T09:00:03.000Z" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});
