import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { NoticeFailed } from "../../src/model/notices.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import { openStore, type Store } from "../../src/store/open-store.ts";
import { systemClock } from "../../src/store/system-clock.ts";
import { recordOf } from "../support/desk-of-records.ts";

let folder: string;
let store: Store;
/** Details of what was sent, in order, and who waits for the next. */
const sent: string[] = [];
let onSent = (): void => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "notices-"));
  store = await openStore({
    url: null,
    folder,
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retention: 60_000,
    notices: {
      wants: ({ outcome }) => outcome.kind === "failed",
      async send({ outcome }) {
        const detail = outcome.kind === "failed" ? outcome.detail : "";
        sent.push(detail);
        onSent();
        const inAnHour = new Date(Date.now() + 3_600_000);
        if (detail === "gone") throw new NoticeFailed("410", null, true);
        if (detail === "busy") throw new NoticeFailed("429", inAnHour, false);
        if (detail === "broken" && sent.filter((one) => one === detail).length === 1)
          throw new NoticeFailed("500", null, false);
      },
    },
    onLost(problem) {
      throw problem;
    },
  });
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function settled(details: readonly string[]): Promise<void> {
  const { delivery } = recordOf({ id: "0199-1" });
  await store.inbox.accept([delivery]);
  await store.inbox.takeDeliveries(new Date(Date.now() + 60_000), 1);
  const outcomes = details.map((detail) => {
    const outcome: Outcome = { kind: "failed", place: null, detail, retryAt: null };
    return { subject: null, outcome };
  });
  expect(await store.inbox.route(delivery.id, { items: [], outcomes })).toBe(true);
}

/** When `count` notices were sent, tries included. */
async function whenSent(count: number): Promise<void> {
  while (sent.length < count) {
    await new Promise<void>((resolve) => {
      onSent = resolve;
    });
  }
}

test("a notice is tried again; one that is refused for good is given up at once, one for later is left for later", async () => {
  await settled(["gone", "busy", "broken", "fine"]);
  await whenSent(5);
  expect(sent.toSorted()).toEqual(["broken", "broken", "busy", "fine", "gone"]);
  expect((await store.desk.depth()).deadNotices).toBe(1);
});
