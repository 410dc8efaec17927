import { describe, expect, test } from "@jest/globals";
import { approve, replies, say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  beginLadder,
  checkOn,
  ladderConfig,
  PRE,
  proposalFor,
  pullOf,
} from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, DEV, IMAGE, overlay, stories, V1, V2, V3 } from "../support/story.ts";

const { start } = stories();

function floor(keys: string): string {
  return `version: 1\nenvironments:\n  - { match: [pre-prod, dev], ${keys} }\n`;
}

/** Two more people may write, so that two approvals can be had. */
async function begin(config: string, policy: string): Promise<Harbour> {
  const h = await beginLadder(start, { [CONFIG]: config }, { policy });
  h.stage.world.setPermission(h.repo, "cara", "write");
  return h;
}

const LAX = ladderConfig({ pre: "    approvals: { count: 0 }\n    merge: auto\n" });
const TWO = floor("approvals: { count: 2 }, merge: manual");

describe("the operator's floor", () => {
  test("asks for approvals that the repo's config does not, and for a person who merges", async () => {
    const h = await begin(LAX, TWO);
    const pull = await pullOf(h, "topic");
    await say(h, "ben", pull, "/promote pre-prod");
    const made = proposalFor(h, "pre-prod");
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "failure" });
    await approve(h, "ann", made);
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "failure" });
    await approve(h, "cara", made);
    expect(checkOn(h, made.headOid)).toMatchObject({ conclusion: "success" });
    expect(made.state).toBe("open");
  });

  test("without it the same config merges by itself", async () => {
    const h = await begin(LAX, floor("approvals: { count: 0 }"));
    const pull = await pullOf(h, "topic");
    await say(h, "ben", pull, "/promote pre-prod");
    expect(await h.read("main", PRE)).toBe(overlay(V2));
  });

  test("of another repo asks for nothing here", async () => {
    const h = await begin(LAX, TWO.replace("{ match", "{ repos: other/*, match"));
    const pull = await pullOf(h, "topic");
    await say(h, "ben", pull, "/promote pre-prod");
    expect(await h.read("main", PRE)).toBe(overlay(V2));
  });

  test("holds for what a merge leads to", async () => {
    const config = LAX.replace("    merge: auto\n", "    merge: auto\n    on: merge\n");
    const h = await begin(config, TWO.replace(", dev", ""));
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
    await patience(h, 60_000);
    const made = proposalFor(h, "pre-prod");
    expect(made.title).toBe(`pre-prod: app ${V1} → ${V3}`);
    expect(checkOn(h, made.headOid)).toMatchObject({ title: expect.stringContaining("approvals") });
    expect(made.state).toBe("open");
  });

  test("names who may command, whatever the repo says", async () => {
    const h = await begin(LAX, floor("allow: { teams: [ops] }"));
    const pull = await pullOf(h, "topic");
    await say(h, "ben", pull, "/promote pre-prod");
    expect(replies(h, pull)).toEqual([
      "`ben` may not command `pre-prod` here: ask somebody with write who is in `ops`.",
    ]);
    expect(h.open()).toEqual([pull]);
  });

  test("lets nothing be committed past its gates", async () => {
    const direct = ladderConfig({ dev: "    delivery: commit\n" });
    const h = await begin(direct, TWO);
    await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await patience(h, 60_000);
    expect(await h.read("main", DEV)).toBe(overlay(V2));
    const made = proposalFor(h, "dev");
    expect(checkOn(h, made.headOid)).toMatchObject({ title: expect.stringContaining("approvals") });
  });

  test.each<[string, string, string, string]>([
    ["3", "2", "failure", "It loosens pre-prod (approvals.count)."],
    ["2", "0", "success", "It loosens no gate."],
    ["0", "1", "success", "It loosens no gate."],
  ])(
    "a change of the config from %s approvals to %s is held against it on both sides",
    async (before, after, conclusion, words) => {
      const written = (count: string) =>
        ladderConfig({ pre: `    approvals: { count: ${count} }\n` });
      const h = await begin(written(before), TWO);
      const pull = await pullOf(h, "config", { [CONFIG]: written(after) });
      const check = checkOn(h, pull.headOid);
      expect(check).toMatchObject({ conclusion });
      expect(check?.summary).toContain(words);
    },
  );
});
