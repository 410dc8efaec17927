import type { Harbour } from "./harbour.ts";

/** Turns of the event loop without a request or a delivery after which only the clock can bring anything on. */
const QUIET_TURNS = 40;

/**
 * Lets everything come to its end that is due within `ms` from now, moving the clock wherever the work itself waits for it: a
 * pause that the host asked for, a second look, a late webhook, work that was put back.
 */
export async function patience(harbour: Harbour, ms: number): Promise<void> {
  const { clock, inbox } = harbour;
  const end = clock.now().getTime() + ms;
  for (;;) {
    await settled(harbour);
    const due = await inbox.nextDue();
    if (due === null || due.getTime() > end) return;
    await clock.advance(Math.max(due.getTime() - clock.now().getTime(), 1));
  }
}

async function settled(harbour: Harbour): Promise<void> {
  const { clock, stage } = harbour;
  let done = false;
  const settling = harbour.settle().finally(() => {
    done = true;
  });
  let seen = -1;
  let quiet = 0;
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    const moves = stage.recorder.requests.length + stage.webhooks.deliveries().length;
    quiet = moves === seen ? quiet + 1 : 0;
    seen = moves;
    if (quiet < QUIET_TURNS) continue;
    quiet = 0;
    const wake = clock.nextWake();
    if (wake !== null) await clock.advance(Math.max(wake, 0));
  }
  await settling;
}
