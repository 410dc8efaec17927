import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { createGroupCommit, InboxDown } from "../../src/ingest/group-commit.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { Acceptance } from "../../src/model/inbox.ts";

function delivery(id: string): Delivery {
  return {
    id,
    source: "quay",
    owner: "acme",
    scope: { kind: "owner" },
    senderId: null,
    subjects: [],
    receivedAt: "2026-11-22T15:00:00.000Z",
    headers: {},
    body: "{}",
  };
}

/** A store whose commits end when the test says so. */
function heldInbox() {
  const commits: { ids: string[]; end(result?: readonly Acceptance[] | Error): void }[] = [];
  let wake: () => void = () => undefined;
  return {
    commits,
    /** The commit with that number, as soon as it began. */
    async commit(at: number) {
      for (;;) {
        const commit = commits[at];
        if (commit !== undefined) return commit;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    accept(batch: readonly Delivery[]): Promise<readonly Acceptance[]> {
      return new Promise((resolve, reject) => {
        const ids = batch.map(({ id }) => id);
        const end = (result: readonly Acceptance[] | Error = ids.map(() => "new")) =>
          result instanceof Error ? reject(result) : resolve(result);
        commits.push({ ids, end });
        wake();
      });
    },
  };
}

describe("group commit", () => {
  test("what came in together shares a commit, as does what arrives meanwhile", async () => {
    const inbox = heldInbox();
    const accept = createGroupCommit(inbox);
    const together = ["0", "1"].map((id) => accept(delivery(id)));
    const commit = await inbox.commit(0);
    const rest = ["2", "3", "4"].map((id) => accept(delivery(id)));
    expect(inbox.commits.map(({ ids }) => ids)).toEqual([["0", "1"]]);
    commit.end();
    expect(await Promise.all(together)).toEqual(["new", "new"]);
    const next = await inbox.commit(1);
    expect(next.ids).toEqual(["2", "3", "4"]);
    next.end(["new", "duplicate", "new"]);
    expect(await Promise.all(rest)).toEqual(["new", "duplicate", "new"]);
  });

  test("as many commits run at once as the store is to have, each worth its cost", async () => {
    const inbox = heldInbox();
    const accept = createGroupCommit(inbox, 2);
    const crowd = (name: string) =>
      Array.from({ length: 8 }, (_, at) => accept(delivery(`${name}${at}`)));
    const lone = accept(delivery("a"));
    const first = await inbox.commit(0);
    const others = ["b", "c"].map((id) => accept(delivery(id)));
    await nextTurn();
    expect(inbox.commits).toHaveLength(1);
    const crowded = crowd("d");
    const second = await inbox.commit(1);
    expect(second.ids).toHaveLength(10);
    const third = crowd("e");
    await nextTurn();
    expect(inbox.commits).toHaveLength(2);
    first.end();
    expect(await lone).toBe("new");
    expect((await inbox.commit(2)).ids).toHaveLength(8);
    const last = accept(delivery("f"));
    second.end();
    await Promise.all([...others, ...crowded]);
    await nextTurn();
    expect(inbox.commits).toHaveLength(3);
    inbox.commits[2]?.end();
    (await inbox.commit(3)).end();
    expect(await Promise.all([...third, last])).toEqual(Array(9).fill("new"));
  });

  test("a failed commit fails its own deliveries only", async () => {
    const inbox = heldInbox();
    const accept = createGroupCommit(inbox);
    const first = accept(delivery("1"));
    const lost = await inbox.commit(0);
    const second = accept(delivery("2"));
    lost.end(new Error("connection lost"));
    await expect(first).rejects.toBeInstanceOf(InboxDown);
    (await inbox.commit(1)).end();
    expect(await second).toBe("new");
    const third = accept(delivery("3"));
    (await inbox.commit(2)).end([]);
    await expect(third).rejects.toBeInstanceOf(InboxDown);
  });

  test("a store that hangs gathers neither deliveries without end nor one endless batch", async () => {
    const inbox = heldInbox();
    const accept = createGroupCommit(inbox);
    const taken: Promise<Acceptance>[] = [accept(delivery("first"))];
    await inbox.commit(0);
    for (let at = 0; at < 2048; at += 1) taken.push(accept(delivery(String(at))));
    await expect(accept(delivery("one too many"))).rejects.toBeInstanceOf(InboxDown);
    for (let at = 0; at < 9; at += 1) (await inbox.commit(at)).end();
    expect((await Promise.all(taken)).length).toBe(2049);
    expect(inbox.commits.map(({ ids }) => ids.length)).toEqual([1, ...Array(8).fill(256)]);
  });
});
