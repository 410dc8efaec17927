import { setImmediate as othersHeard } from "node:timers/promises";
import type { Delivery } from "../model/delivery.ts";
import type { Acceptance, Inbox } from "../model/inbox.ts";

/** The store could not take the delivery: the sender is to try again. */
export class InboxDown extends Error {
  override readonly name = "InboxDown";
}

interface Waiting {
  readonly delivery: Delivery;
  settle(acceptance: Acceptance | Error): void;
}

const MAX_BATCH = 256;
const MAX_WAITING = 2048;
/** So many must wait before another commit runs beside one. */
const WORTH_ANOTHER = 8;

/**
 * Groups deliveries that came in together, and those that arrive while a commit runs into the next one. Without a timer: a
 * lone delivery is committed at once, a burst costs few transactions, also where several may run beside each other.
 *
 * @param atOnce commits that may run at the same time: more than one pays where the store is another process.
 * @returns takes one delivery; resolves when it is kept, rejects with `InboxDown` when it is not.
 */
export function createGroupCommit(
  inbox: Pick<Inbox, "accept">,
  atOnce = 1,
): (delivery: Delivery) => Promise<Acceptance> {
  const waiting: Waiting[] = [];
  let committing = 0;

  /** What waits for the end of the commit that runs is taken with it; a second one costs as much however few it takes. */
  function isWorth(running: number): boolean {
    return waiting.length >= (running === 0 ? 1 : WORTH_ANOTHER);
  }

  async function commitAll(): Promise<void> {
    committing += 1;
    do {
      // Those that came in with the first one share its commit.
      await othersHeard();
      const batch = waiting.splice(0, MAX_BATCH);
      if (batch.length > 0) await commit(inbox, batch);
    } while (isWorth(committing - 1));
    committing -= 1;
  }

  return (delivery) => {
    if (waiting.length >= MAX_WAITING) {
      return Promise.reject(new InboxDown("too many deliveries wait for the store"));
    }
    return new Promise((resolve, reject) => {
      waiting.push({
        delivery,
        settle: (result) => (result instanceof Error ? reject(result) : resolve(result)),
      });
      if (committing < atOnce && isWorth(committing)) void commitAll();
    });
  };
}

/** Never rejects: each of the batch is told. */
async function commit(inbox: Pick<Inbox, "accept">, batch: readonly Waiting[]): Promise<void> {
  try {
    const results = await inbox.accept(batch.map(({ delivery }) => delivery));
    for (const [at, { settle }] of batch.entries()) {
      settle(results[at] ?? new InboxDown("the store answered for fewer deliveries than it got"));
    }
  } catch (cause) {
    for (const { settle } of batch) settle(new InboxDown("the store is down", { cause }));
  }
}
