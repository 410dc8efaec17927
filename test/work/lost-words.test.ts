import { describe, expect, test } from "@jest/globals";
import { isTaken } from "../../src/app.ts";
import { renderWords } from "../../src/promote/word-marker.ts";
import { type LostWords, readLostWords } from "../../src/work/lost-words.ts";
import { stored } from "./webhooks-of.ts";

const place = { repoId: 7, pull: 3 };
const hold = {
  kind: "hold",
  environment: "prod",
  component: null,
  by: { id: 2, login: "ben" },
  at: "2026-11-22T09:00:00Z",
  reason: "x",
  until: null,
  because: "person",
} as const;
const marker = renderWords([hold], place, [Buffer.from("a key of the tests")]);
const other = renderWords([], place, [Buffer.from("a key of the tests")]);
const reply = `Held.\n\n${marker}`;

const bot = { id: 9, type: "Bot" };
const about = {
  repository: { full_name: "Acme/CD" },
  issue: { number: 3, node_id: "PR_3", pull_request: {} },
  sender: { id: 2 },
};
const lost: LostWords = { repo: "acme/cd", pull: { number: 3, nodeId: "PR_3" }, marker };

function edited(from: string, body: string, more: object = {}): object {
  const comment = { user: bot, body };
  return { ...about, action: "edited", comment, changes: { body: { from } }, ...more };
}

describe("a comment that carried words", () => {
  test.each<readonly [string, object, LostWords | null]>([
    ["deleted", { ...about, action: "deleted", comment: { user: bot, body: reply } }, lost],
    ["without its marker", edited(reply, "Held."), lost],
    ["with another marker", edited(reply, other), lost],
    ["with another text", edited(reply, `Hold on.\n${marker}`), null],
    ["that never had one", edited("Held.", "Free."), null],
    ["changed by its author", edited(reply, "", { sender: bot }), null],
    ["on an issue", edited(reply, "", { issue: { number: 3, node_id: "I_3" } }), null],
    ["of another shape", { action: "edited" }, null],
  ])("%s", (_what, payload, expected) => {
    expect(readLostWords(stored("issue_comment", payload))).toEqual(expected);
  });
});

test.each<readonly [string, string, LostWords | null]>([
  ["unlabeled", "tagboat:hold", { ...lost, marker: null }],
  ["unlabeled", "bug", null],
  ["labeled", "tagboat:hold", null],
])("a pull request that was %s %s", (action, name, expected) => {
  const pull = { number: 3, node_id: "PR_3" };
  const payload = { ...about, action, label: { name }, pull_request: pull };
  expect(readLostWords(stored("pull_request", payload))).toEqual(expected);
});

test("what cannot be read is nothing", () => {
  expect(readLostWords(stored("issue_comment", "{"))).toBeNull();
  expect(readLostWords(stored("push", {}))).toBeNull();
});

test.each<readonly [string, string, boolean]>([
  ["edited", "Bot", true],
  ["deleted", "Bot", true],
  ["edited", "User", false],
  ["deleted", "User", false],
])("a comment that is %s, of a %s, is kept: %s", (action, type, kept) => {
  expect(isTaken("issue_comment", { action, comment: { user: { type }, body: reply } })).toBe(kept);
});
