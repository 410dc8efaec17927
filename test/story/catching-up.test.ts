import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import { round } from "../support/chores.ts";
import { say } from "../support/conversation.ts";
import type { Harbour } from "../support/harbour.ts";
import { beginLadder, proposalFor, pullOf } from "../support/ladder-story.ts";
import { patience } from "../support/patience.ts";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  onlyPull,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
  V4,
} from "../support/story.ts";

/** Nothing that was missed stays missed. */

const { start } = stories();
const HOUR = 3_600_000;
const LOST = { kind: "webhook-lost" } as const;

/** From now on: what Tagboat tells itself, by its body. */
function ownWords(h: Harbour): unknown[] {
  const words: unknown[] = [];
  const accept = h.inbox.accept.bind(h.inbox);
  h.inbox.accept = (batch) => {
    for (const { body, source } of batch) if (source === "tagboat") words.push(JSON.parse(body));
    return accept(batch);
  };
  return words;
}

/** The base takes over the proposed version, and GitHub's word of it is lost. */
async function mergedUnheard(h: Harbour): Promise<void> {
  await arrive(h, V2);
  h.stage.faults.arm({ fault: LOST, at: "push" });
  await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
  await h.settle();
  expect(h.open()).toHaveLength(1);
}

describe("webhooks that were lost", () => {
  test("are asked for again, and lead to what they would have led to", async () => {
    const h = await start();
    await mergedUnheard(h);
    await round(h, "hooks");
    expect(h.open()).toEqual([]);
    expect(await ourBranches(h)).toEqual([]);
  });

  test("that arrived at last are not asked for", async () => {
    const h = await start();
    await mergedUnheard(h);
    await round(h, "hooks");
    h.stage.recorder.clear();
    await round(h, "hooks");
    expect(h.stage.recorder.requests.filter(({ what }) => what.includes("attempts"))).toEqual([]);
  });
});

describe("open proposals, when nobody can tell any more what happened", () => {
  test("whose base has what they propose are closed", async () => {
    const h = await start();
    await mergedUnheard(h);
    await round(h, "proposals");
    expect(h.open()).toEqual([]);
    expect(await ourBranches(h)).toEqual([]);
  });

  test("whose place lost its files are closed, with a word", async () => {
    const h = await start();
    await arrive(h, V2);
    h.stage.faults.arm({ fault: LOST, at: "push" });
    await h.people.gitPush("ann", "main", {}, [DEV]);
    await h.settle();
    expect(h.open()).toHaveLength(1);
    await h.tagboat.indexes.refresh("acme/cd");
    await round(h, "proposals");
    const [pull] = h.stage.world.pulls(h.repo);
    expect(pull?.state).toBe("closed");
    expect(pull && h.stage.world.comments(pull).map(({ body }) => body)).toEqual([
      "Closed: `main` has no place any more for what this proposes.",
    ]);
  });

  test("that are right stay as they are, and are told of once", async () => {
    const h = await start();
    await arrive(h, V2);
    const { headOid } = onlyPull(h);
    const told = ownWords(h);
    await round(h, "proposals");
    expect(told).toMatchObject([{ kind: "look-again", places: [{ environment: "dev" }] }]);
    await round(h, "proposals");
    expect(told).toHaveLength(1);
    expect(onlyPull(h).headOid).toBe(headOid);
  });

  test("in a repo that GitHub cannot serve keep no other from its round", async () => {
    const ill = { files: { "README.md": "# ill\n" } };
    const h = await start(
      {},
      { before: async ({ world }) => void (await world.createRepo("acme", "aaa", ill)) },
    );
    await mergedUnheard(h);
    h.stage.faults.arm({ fault: { kind: "bad-gateway-before" }, repo: "acme/aaa", times: 99 });
    await round(h, "proposals");
    expect(h.open()).toEqual([]);
  });
});

describe("a promotion that ended, and nobody told of it", () => {
  /** Opened by a comment; what is told of its end is lost. */
  async function promoted(h: Harbour): Promise<Pull> {
    const talk = await pullOf(h, "topic");
    await say(h, "ann", talk, "/promote pre-prod");
    h.stage.faults.arm({ fault: LOST, at: "pull_request.closed" });
    return proposalFor(h, "pre-prod");
  }

  test.each<[string, (h: Harbour, pull: Pull) => Promise<void>, number]>([
    ["merged", (h, pull) => h.people.merge("ann", pull), 1],
    ["closed", (h, pull) => h.people.close("ann", pull), 0],
  ])("%s: its branch goes, and what follows is said once", async (_, end, said) => {
    const h = await beginLadder(start);
    const pull = await promoted(h);
    await end(h, pull);
    await patience(h, 60_000);
    expect(await ourBranches(h)).toEqual([pull.headBranch]);
    const told = ownWords(h);
    await round(h, "proposals");
    expect(await ourBranches(h)).toEqual([]);
    await round(h, "proposals");
    expect(told).toMatchObject([{ kind: "look-again", over: [pull.number] }]);
    const words = h.stage.world.comments(pull).filter(({ body }) => body.startsWith("Merged."));
    expect(words).toHaveLength(said);
  });

  test("closed with a person's work on its branch: that is theirs", async () => {
    const h = await beginLadder(start);
    const pull = await promoted(h);
    await h.people.gitPush("ann", pull.headBranch, { "notes.md": "mine\n" });
    await h.people.close("ann", pull);
    await patience(h, 60_000);
    await round(h, "proposals");
    expect(await ourBranches(h)).toEqual([pull.headBranch]);
  });
});

describe("the index, when a push was not told of", () => {
  test("is read again: a new overlay is followed", async () => {
    const h = await start({ [CONFIG]: configText().replace("01-dev", "*") });
    await arrive(h, V2);
    const fresh = "env/overlays/dev-eu/kustomization.yaml";
    h.stage.faults.arm({ fault: LOST, at: "push" });
    await h.people.gitPush("ann", "main", { [fresh]: overlay(V1) });
    await h.clock.advance(HOUR);
    await round(h, "index");
    await arrive(h, V3);
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, fresh)).toBe(overlay(V3));
  });

  test("is read again, and places that moved are looked at as after a push", async () => {
    const h = await start();
    await mergedUnheard(h);
    await h.clock.advance(HOUR);
    await round(h, "index");
    expect(h.open()).toEqual([]);
  });

  test("finds repos that were made meanwhile", async () => {
    const h = await start();
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.faults.arm({ fault: LOST, at: "installation_repositories" });
    await h.stage.world.createRepo("acme", "new", {
      files: { [CONFIG]: configText(), [DEV]: overlay(V1) },
    });
    await h.settle();
    await round(h, "index");
    await arrive(h, V2);
    const repo = h.stage.world.repo("acme", "new");
    expect(repo && h.stage.world.pulls(repo)).toHaveLength(1);
  });

  test("stores nothing where nothing changed", async () => {
    const h = await start();
    await arrive(h, V2);
    const told = ownWords(h);
    await h.clock.advance(HOUR);
    await round(h, "index");
    expect(told).toEqual([]);
  });
});

describe("images that nobody told of, because the registry lost its queue", () => {
  const created = (day: number) => ({ created: `2026-11-${day}T10:00:00Z` });

  test("are found and proposed, the newest alone", async () => {
    const h = await start();
    h.registry.put(IMAGE, V2, created(21));
    const digest = h.registry.put(IMAGE, V3, created(22));
    const told = ownWords(h);
    await round(h, "images");
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
    expect(told).toMatchObject([{ kind: "event", event: { image: IMAGE, tag: V3, digest } }]);
  });

  test("lead to nothing a second time", async () => {
    const h = await start();
    h.registry.put(IMAGE, V2, created(21));
    const told = ownWords(h);
    await round(h, "images");
    const asked = h.registry.asked.length;
    await round(h, "images");
    expect(told).toHaveLength(1);
    expect(h.registry.asked.slice(asked)).toEqual([`${IMAGE} tags`, `${IMAGE} ${V1} named`]);
  });

  test.each([
    ["older ones", V2, "2026-11-19T10:00:00Z"],
    ["ones without a believable time", V2, "1970-01-01T00:00:00Z"],
    ["moving tags", "latest", "2026-11-22T08:00:00Z"],
    ["tags of another shape", "v2.0.1", "2026-11-22T08:00:00Z"],
    ["attachments", `sha256-${"a".repeat(64)}.sig`, "2026-11-22T08:00:00Z"],
  ])("%s are left alone, and nothing is stored", async (_, tag, at) => {
    const h = await start();
    h.registry.put(IMAGE, tag, { created: at });
    const told = ownWords(h);
    await round(h, "images");
    expect(h.open()).toEqual([]);
    expect(told).toEqual([]);
  });

  test.each([
    ["the image says so", ["reread: false"]],
    ["the registry is not believed", ["verify: none"]],
  ])("are not looked for where %s", async (_, image) => {
    const h = await start({ [CONFIG]: configText([], image) });
    h.registry.put(IMAGE, V2, created(21));
    await round(h, "images");
    expect(h.registry.asked).toEqual([]);
  });

  test("twenty are read in a round, those that are new in the list first", async () => {
    const h = await start();
    const tagOf = (at: number) => `${(0xa000 + at).toString(16)}-qqxr${"bcdfghjklm"[at % 10]}`;
    for (let at = 0; at < 50; at += 1) h.registry.put(IMAGE, tagOf(at), created(19));
    await round(h, "images");
    expect(h.registry.asked.filter((one) => one.startsWith(`${IMAGE} a0`))).toHaveLength(20);
    h.registry.put(IMAGE, "a000-bbbbb", created(21));
    h.registry.asked.length = 0;
    await round(h, "images");
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → a000-bbbbb`);
    expect(h.registry.asked[1]).toBe(`${IMAGE} a000-bbbbb`);
  });

  test("a registry that is away is asked again in the next round", async () => {
    const h = await start();
    h.registry.put(IMAGE, V2, created(21));
    h.registry.outage = { kind: "unavailable", detail: "500", retryAt: null };
    await round(h, "images");
    h.registry.outage = null;
    await round(h, "images");
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });

  test("what a person closed stays closed", async () => {
    const h = await start();
    await arrive(h, V2);
    await h.stage.world.closePull(h.repo, "ann", onlyPull(h));
    await h.settle();
    await round(h, "images");
    expect(h.open()).toEqual([]);
    await arrive(h, V4);
    expect(h.open()).toHaveLength(1);
  });
});
