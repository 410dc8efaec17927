import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { EARLIER_COMMENTS, LABELLED_NOTES } from "../../src/github/labelled-notes.ts";
import { ForgeUnavailable } from "../../src/model/forge.ts";
import { problemsOf } from "./official-schema.ts";
import { REPO } from "./samples.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";
import { scriptedHost } from "./scripted-host.ts";

const LABEL = "tagboat:hold";
const note = (text: string) => `${text}\n\n<!-- tagboat:words v1.${text} -->`;

/** So many labelled pull requests, the oldest first. */
async function labelled(stage: SandboxStage, count: number): Promise<Pull[]> {
  const { cd, world } = stage;
  const oid = (await stage.tip("main")) ?? "";
  const pulls: Pull[] = [];
  for (let number = 1; number <= count; number += 1) {
    const branch = `b${number}`;
    await stage.branch(branch, oid);
    await stage.push(branch, { [`${branch}.md`]: branch });
    const head = { repo: cd, branch };
    const wish = { title: branch, body: "", head, base: "main", draft: false };
    const pull = await world.openPull(cd, "ana", wish);
    await world.label(cd, "ana", pull, [LABEL]);
    pulls.push(pull);
  }
  stage.requests();
  return pulls;
}

/** What our App says, between much talk of others. */
async function talk(stage: SandboxStage, pull: Pull, before: number, said: string, after: number) {
  const { app, cd, world } = stage;
  for (let count = 0; count < before; count += 1) await world.comment(cd, "ana", pull, "talk");
  await world.comment(cd, app.bot.login, pull, note(said));
  for (let count = 0; count < after; count += 1) await world.comment(cd, "ana", pull, "talk");
}

describe("what was said on labelled pull requests", () => {
  test("is one request for a few of them", async () => {
    const stage = await sandboxStage();
    const [first] = await labelled(stage, 3);
    if (first === undefined) throw new Error("no pull request");
    await talk(stage, first, 1, "hold", 1);
    await stage.world.comment(stage.cd, "ana", first, note("forged"));
    const notes = await stage.pulls.labelledNotes(stage.repo, LABEL);
    expect(notes.map(({ note: { body }, pull }) => [pull, body])).toEqual([[1, note("hold")]]);
    expect(stage.requests()).toEqual(["repository"]);
    await stage.close();
  });

  test("is found on the 60th pull request and before 250 comments", async () => {
    const stage = await sandboxStage();
    const pulls = await labelled(stage, 60);
    const [first, second] = pulls;
    const last = pulls.at(-1);
    if (first === undefined || second === undefined || last === undefined)
      throw new Error("no pull request");
    await talk(stage, first, 0, "oldest", 250);
    await talk(stage, second, 120, "middle", 120);
    await talk(stage, last, 0, "newest", 0);
    const notes = await stage.pulls.labelledNotes(stage.repo, LABEL);
    expect(notes.map(({ note: { body }, pull }) => [pull, body])).toEqual([
      [60, note("newest")],
      [2, note("middle")],
      [1, note("oldest")],
    ]);
    // Two pages of pull requests, two more of the first one's comments and of the second one's.
    expect(stage.requests()).toHaveLength(6);
    await stage.close();
  });

  test("is not known by half: what is too much to read is told", async () => {
    const endless = {
      body: {
        data: {
          repository: {
            databaseId: REPO.id,
            pullRequests: { pageInfo: { hasNextPage: true, endCursor: "c" }, nodes: [] },
          },
        },
      },
    };
    const host = scriptedHost(Array.from({ length: 100 }, () => endless));
    const reading = host.pulls.labelledNotes(REPO, LABEL);
    await expect(reading).rejects.toThrow(ForgeUnavailable);
    await expect(reading).rejects.toThrow(/Take the label off those whose words/);
    expect(host.seen).toHaveLength(60);
  });

  test.each([LABELLED_NOTES, EARLIER_COMMENTS])("$what: GitHub's own schema has it", ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  });
});
