import { describe, expect, test } from "@jest/globals";
import type { Source } from "../../src/model/delivery.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  onlyPull,
  overlay,
  stories,
  V2,
} from "../support/story.ts";

const { start } = stories();
/** Nothing that opens a door, and no control character that would forge a line of a terminal. */
function expectCleanLog(h: Harbour): void {
  expect(h.lines.length).toBeGreaterThan(0);
  for (const line of h.lines) {
    expect(line).not.toMatch(
      /webhook secret of the tests|a secret of the tests|PRIVATE KEY|ghs_|\/hooks\//,
    );
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
  }
}

async function send(
  h: Harbour,
  message: { body: string; source?: Source; headers?: Record<string, string> },
) {
  const delivery = await h.deliver(message);
  await h.settleFor(3_600_000);
  return h.outcomesOf(delivery);
}

describe("tags that are none", () => {
  test.each<[string, string, string]>([
    [
      "a newline",
      "v1\nTagboat-Release: evil",
      "tag-invalid: quay.io/acme/app:v1?Tagboat-Release: evil",
    ],
    ["backticks", "`v1`", "tag-invalid: quay.io/acme/app:`v1`"],
    ["a mention", "@acme/team", "tag-invalid: quay.io/acme/app:@acme/team"],
    ["an HTML comment", "<!-- tagboat:v1 -->", "tag-invalid: quay.io/acme/app:<!-- tagboat:v1 -->"],
    ["right-to-left marks", "v1\u202egnp", "tag-invalid: quay.io/acme/app:v1?gnp"],
    ["129 characters", "a".repeat(129), `tag-invalid: quay.io/acme/app:${"a".repeat(103)}…`],
    [
      "a digest",
      `sha256:${"ab".repeat(32)}`,
      `untagged: quay.io/acme/app:sha256:${"ab".repeat(32)}`,
    ],
    [
      "a signature's tag",
      `sha256-${"ab".repeat(32)}.sig`,
      `attachment: quay.io/acme/app:sha256-${"ab".repeat(32)}.sig`,
    ],
    ["nothing", "", "untagged: quay.io/acme/app:"],
  ])("%s", async (_name, tag, detail) => {
    const h = await start({}, { keepLog: true });
    const outcomes = await send(h, { body: JSON.stringify({ image: IMAGE, tag }) });
    expect(outcomes).toEqual([
      {
        kind: "skipped",
        place: null,
        reason: "nothing-to-do",
        detail,
      },
    ]);
    expect(h.stage.recorder.counted()).toEqual([]);
    expectCleanLog(h);
  });
});

describe("tags that move or do not fit", () => {
  test.each([
    ["latest", "tag-moving"],
    ["main", "tag-moving"],
    ["v1", "tag-not-matching"],
    ["pr-17", "tag-not-matching"],
  ])("%s", async (tag, reason) => {
    const h = await start();
    expect(await arrive(h, tag)).toMatchObject([{ kind: "skipped", reason }]);
    expect(h.open()).toEqual([]);
  });

  test("128 characters are a tag, and title, body and branch stay within GitHub's limits", async () => {
    const long = `1.0.0-${"x".repeat(122)}`;
    const h = await start({ [CONFIG]: configText([], ["tags: { match: '^1[.]' }"]) });
    expect(await arrive(h, long)).toMatchObject([{ kind: "proposed" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay(long));
    expect(onlyPull(h).title.length).toBeLessThanOrEqual(256);
  });
});

describe("hostile labels of an image", () => {
  test("reach the pull request as harmless text", async () => {
    const h = await start({}, { keepLog: true });
    await h.push(IMAGE, V2, {
      created: "2026-11-21T10:00:00Z",
      labels: {
        "org.opencontainers.image.revision":
          "bf76`\n\n@acme/team fixes #1\n<!-- tagboat:waiting -->",
        "org.opencontainers.image.source": "javascript:alert(1)",
        "pipeline.run": "| x | <img src=x onerror=alert(1)> \u202eevil ``",
        "pipeline.run.url": "https://user:pass@evil.example/`)[x](",
      },
    });
    await h.settle();
    const pull = onlyPull(h);
    const lines = pull.body.split("\n").filter((line) => /^- (commit|pipeline)/.test(line));
    expect(lines).toEqual([
      "- commit: `` bf76` @acme/team fixes #1 <!\u2060-- tagboat:waiting --> ``",
      "- pipeline run: ``` \\| x \\| <img src=x onerror=alert(1)>  evil `` ```",
    ]);
    expect(pull.body.match(/<!-- tagboat:waiting -->/g)).toHaveLength(1);
    expect(pull.body).not.toContain("evil.example");
    const commit = await h.repo.store.readCommit(pull.headOid);
    expect(commit?.message).not.toContain("@acme");
    expectCleanLog(h);
  });
});

describe("bodies that cannot be read", () => {
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  test.each<[string, { body: string; source?: Source; headers?: Record<string, string> }]>([
    ["no JSON", { body: '{"image": ' }],
    ["empty", { body: "" }],
    ["a list", { body: "[]" }],
    ["deep nesting", { body: "DEEP" }],
    ["deep nesting from a registry", { body: '{"events":DEEP}', source: "distribution" }],
    ["numbers where texts belong", { body: JSON.stringify({ image: 7, tag: {} }) }],
    [
      "prototype keys alone",
      { body: '{"__proto__":{"image":"quay.io/acme/app","tag":"bf76-qqxrq"}}' },
    ],
    ["half a surrogate pair", { body: '{"image":"quay.io/acme/\\ud800","tag":"v1"}' }],
    ["no image", { body: JSON.stringify({ image: "../../etc/passwd", tag: "v1" }) }],
    [
      "GitHub's event without a payload",
      { body: "{", source: "github", headers: { "x-github-event": "push" } },
    ],
    [
      "GitHub's unknown event",
      { body: "{}", source: "github", headers: { "x-github-event": "star" } },
    ],
  ])("%s: told, kept as done, and nothing asked of GitHub", async (_name, message) => {
    const h = await start({}, { keepLog: true });
    // Not in the table itself: Jest prints its rows.
    const outcomes = await send(h, { ...message, body: message.body.replace("DEEP", deep) });
    expect(outcomes).toHaveLength(1);
    expect(["refused", "skipped"]).toContain(outcomes[0]?.kind);
    expect(h.stage.recorder.counted()).toEqual([]);
    expect(await h.inbox.nextDue()).toBeNull();
    expectCleanLog(h);
  });
});
