import { setImmediate as turn } from "node:timers/promises";
import type { Harbour } from "../support/harbour.ts";

/** So many turns of the event loop with nobody asleep mean that what is awaited never comes. */
const MOST_TURNS = 1_000_000;

/** Plays something, then ends the harbour, which must come to its end. @throws what the play throws, before what its end throws. */
export async function thenClosed<T>(harbour: Harbour, play: () => Promise<T>): Promise<T> {
  let played: T;
  try {
    played = await play();
  } catch (error) {
    // What went wrong first is the cause, and is told.
    await close(harbour).catch(() => null);
    throw error;
  }
  await close(harbour);
  return played;
}

async function close(harbour: Harbour): Promise<void> {
  // Whoever still sleeps is woken, so that nothing is left behind.
  harbour.stage.faults.clear();
  let closed = false;
  const closing = harbour.close().finally(() => {
    closed = true;
  });
  for (let turns = 0; !closed; turns += 1) {
    if (turns > MOST_TURNS) throw new Error("work does not come to its end");
    await turn();
    const wake = harbour.clock.nextWake();
    if (wake !== null) await harbour.clock.advance(wake);
  }
  await closing;
}
