import { expect, test } from "@jest/globals";
import type { Tagboat } from "../../src/compose.ts";
import { MemoryInbox } from "../../src/store/memory-inbox.ts";
import { MemoryIndexCache } from "../../src/store/memory-index-cache.ts";
import { MemoryLedger } from "../../src/store/memory-ledger.ts";
import type { Harbour } from "../support/harbour.ts";
import {
  arrive,
  DEV,
  IMAGE,
  onlyPull,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
} from "../support/story.ts";

/** A process that begins where another one ended. The first one gets GitHub's webhooks, and does nothing with them any more. */

const { start } = stories();
const created = "2026-11-22T07:00:00Z";

/** A process with an inbox and a history of its own. */
async function another(h: Harbour, indexCache?: MemoryIndexCache) {
  const ledger = new MemoryLedger();
  const inbox = new MemoryInbox(ledger, () => h.clock.now().getTime());
  const cache = indexCache === undefined ? {} : { indexCache };
  return { tagboat: await h.beside({ inbox, ledger, ...cache }), inbox, ledger };
}

async function catchUp({ chores, work }: Tagboat): Promise<void> {
  for (const chore of chores) {
    await chore.run(new AbortController().signal);
    await work.settled();
  }
}

test("an empty database next to living repos: all that is needed is found again", async () => {
  const h = await start();
  await arrive(h, V2);
  expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  h.registry.put(IMAGE, V3, { created });
  const { tagboat } = await another(h, new MemoryIndexCache());
  await catchUp(tagboat);
  expect(onlyPull(h)).toMatchObject({ number: 1, title: `dev: app ${V1} → ${V3}` });
});

test("an empty database, and the proposal's base has moved meanwhile: it is closed", async () => {
  const h = await start();
  await arrive(h, V2);
  h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "push" });
  await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
  const { tagboat } = await another(h, new MemoryIndexCache());
  await catchUp(tagboat);
  expect(h.open()).toEqual([]);
  expect(await ourBranches(h)).toEqual([]);
});

test("an index that an earlier process kept serves while GitHub cannot give another", async () => {
  const h = await start();
  await h.tagboat.indexes.ofOwner("acme");
  const { tagboat, inbox } = await another(h);
  const trees = "GET /repos/{owner}/{repo}/git/trees";
  h.stage.faults.arm({ fault: { kind: "bad-gateway-before" }, at: trees, times: 99 });
  const digest = h.registry.put(IMAGE, V2, { created });
  const body = JSON.stringify({ image: IMAGE, tag: V2, digest });
  const hook = {
    source: "generic",
    scope: { kind: "owner" },
    senderId: null,
    subjects: [],
  } as const;
  const headers = { "content-type": "application/json" };
  const receivedAt = h.clock.now().toISOString();
  await inbox.accept([{ id: "one", owner: "acme", ...hook, receivedAt, headers, body }]);
  await tagboat.work.settled();
  expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
});

test("an index from before the config moved: the write sees it, and goes by the new one", async () => {
  const h = await start();
  await h.tagboat.indexes.ofOwner("acme");
  h.stage.faults.arm({ fault: { kind: "webhook-lost" }, at: "push" });
  await h.people.gitPush("ann", "main", { [DEV]: overlay(V3) });
  h.registry.put(IMAGE, V3, { created });
  const { tagboat } = await another(h);
  h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z" });
  await catchUp(tagboat);
  expect(h.open()).toEqual([]);
});
