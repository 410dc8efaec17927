import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseWords, renderWords } from "../../src/promote/word-marker.ts";
import { standingWords, type Word } from "../../src/promote/words.ts";
import {
  parsePinnedBranch,
  pinnedBranch,
  renderPinnedBranch,
} from "../../src/propose/branch-name.ts";

const keys = [Buffer.from("a key of the tests")];
const here = { repoId: 7, pull: 3 };
const said = { environment: "prod", by: { id: 2, login: "ben" }, reason: "x" };

function hold(at: string, over: Partial<Extract<Word, { kind: "hold" }>> = {}): Word {
  return { ...said, kind: "hold", component: null, at, until: null, because: "person", ...over };
}

describe("the marker of words", () => {
  test("reads back what was written, whatever the reason says", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (reason, component) => {
        const words = [hold("2026-11-22T09:00:00Z", { reason, component })];
        expect(parseWords(`text\n${renderWords(words, here, keys)}\n`, here, keys)).toEqual(words);
      }),
    );
  });

  test("counts for its repo and pull request alone, and untouched", () => {
    const marker = renderWords([hold("2026-11-22T09:00:00Z")], here, keys);
    expect(parseWords(marker, { ...here, pull: 4 }, keys)).toEqual([]);
    expect(parseWords(marker, { ...here, repoId: 8 }, keys)).toEqual([]);
    expect(parseWords(marker, here, [Buffer.from("another key")])).toEqual([]);
    const forged = Buffer.from(JSON.stringify([hold("2026-11-22T10:00:00Z")])).toString(
      "base64url",
    );
    expect(parseWords(marker.replace(/v1\.[^.]+/, `v1.${forged}`), here, keys)).toEqual([]);
  });
});

describe("what stands of what was said", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  const of = (words: readonly Word[]) => standingWords("acme/cd", words, now);

  test("a hold stands until it is lifted or over", () => {
    const first = hold("2026-11-22T09:00:00Z");
    expect(of([first]).holds).toMatchObject([{ environment: "prod", owner: "ben" }]);
    const lift: Word = { ...said, kind: "unhold", component: null, at: "2026-11-22T10:00:00Z" };
    expect(of([lift, first]).holds).toEqual([]);
    expect(of([lift, hold("2026-11-22T11:00:00Z")]).holds).toHaveLength(1);
    expect(of([hold("2026-11-22T09:00:00Z", { until: "2026-11-22T12:00:00Z" })]).holds).toEqual([]);
  });

  test("a shorter hold, or that of a rollback, does not end a longer one", () => {
    const endless = hold("2026-11-22T09:00:00Z");
    const short = hold("2026-11-22T10:00:00Z", { until: "2026-11-22T11:00:00Z" });
    const ofRollback = hold("2026-11-22T10:00:00Z", { because: "rollback" });
    expect(of([endless, short]).holds).toMatchObject([{ until: null }]);
    expect(of([short, endless]).holds).toHaveLength(1);
    expect(of([endless, ofRollback]).holds.map(({ because }) => because)).toEqual([
      "person",
      "rollback",
    ]);
  });

  test("of what was said in the same second the later comment counts", () => {
    const at = "2026-11-22T09:00:00Z";
    const lift: Word = { ...said, kind: "unhold", component: null, at, comment: 12 };
    expect(of([lift, hold(at, { comment: 11 })]).holds).toEqual([]);
    expect(of([hold(at, { comment: 13 }), lift]).holds).toHaveLength(1);
    expect(of([lift, hold(at)]).holds).toEqual([]);
  });

  test("what a merge lifts, it lifts of its own second too, and of rollbacks alone", () => {
    const at = "2026-11-22T09:00:00Z";
    const lift: Word = { ...said, kind: "unhold", because: "rollback", component: null, at };
    expect(of([lift, hold(at, { comment: 11, because: "rollback" })]).holds).toEqual([]);
    expect(of([lift, hold(at, { comment: 11, because: "person" })]).holds).toHaveLength(1);
    const later = hold("2026-11-22T09:00:01Z", { because: "rollback" });
    expect(of([lift, later]).holds).toHaveLength(1);
  });

  test("to lift one component leaves the others, and the whole", () => {
    const lift: Word = { ...said, kind: "unhold", component: "api", at: "2026-11-22T10:00:00Z" };
    const api = hold("2026-11-22T09:00:00Z", { component: "api" });
    const web = hold("2026-11-22T09:00:00Z", { component: "web" });
    const whole = hold("2026-11-22T09:00:00Z");
    expect(of([api, web, whole, lift]).holds.map(({ component }) => component)).toEqual([
      "web",
      null,
    ]);
  });

  test("a ban is lifted by its version, or with all of the place", () => {
    const version = { image: "quay.io/acme/app", tag: "v2", digest: null };
    const ban: Word = {
      ...said,
      ...version,
      kind: "ban",
      component: null,
      at: "2026-11-22T09:00:00Z",
    };
    const lift = { ...said, kind: "unban", component: null, at: "2026-11-22T10:00:00Z" } as const;
    expect(of([ban]).bans).toMatchObject([version]);
    expect(of([ban, { ...lift, tag: "v3" }]).bans).toHaveLength(1);
    expect(of([ban, { ...lift, tag: "v2" }]).bans).toEqual([]);
    expect(of([ban, lift]).bans).toEqual([]);
  });
});

test("the name of a pinned branch is read back, whatever the names are", () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.option(fc.string()),
      fc.string(),
      (environment, component, version) => {
        const name = pinnedBranch({ base: "main", environment, component }, version, ["content"]);
        const parsed = parsePinnedBranch(name);
        expect(parsed === null ? null : renderPinnedBranch(parsed)).toBe(name);
      },
    ),
  );
});
