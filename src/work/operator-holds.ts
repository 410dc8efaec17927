import type { Clock } from "../model/clock.ts";
import type { LaneItem } from "../model/inbox.ts";
import { heldBy, type Switch, type Switches } from "../model/switches.ts";
import { delayAll, type Ran } from "./ran.ts";

/** How long what is held waits before the switches are looked at again, in milliseconds. */
const HELD_FOR = 30_000;

/** What an operator holds comes again until they let go of it; it never fails for it. */
export function heldBack(
  clock: Clock,
  items: readonly LaneItem[],
  why: string,
  lookAfter = HELD_FOR,
): Ran {
  const at = new Date(clock.now().getTime() + lookAfter);
  return delayAll(items, { at, failed: false, detail: why });
}

/** How old what is known of the switches may be, in milliseconds. */
const FRESH = 1000;

/** The operator's switches as the work asks for them: before every write, so they are read once a second at most. */
export class OperatorHolds {
  readonly #switches: Switches;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly switches: Promise<readonly Switch[]> } | null = null;

  constructor(switches: Switches, clock: Clock) {
    this.#switches = switches;
    this.#clock = clock;
  }

  /** Why nothing is written at a place now; `null`: it may be. `environment: null`: what belongs to the repo as a whole. */
  async why(place: {
    readonly repo: string;
    readonly environment: string | null;
  }): Promise<string | null> {
    const held = heldBy(await this.#read(), place);
    return held === null ? null : `paused by the operator: ${held.reason}`;
  }

  async #read(): Promise<readonly Switch[]> {
    const now = this.#clock.now().getTime();
    const known = this.#known;
    if (known !== null && now >= known.at && now - known.at < FRESH) return known.switches;
    const switches = this.#switches.all();
    this.#known = { at: now, switches };
    // A store that is down is asked again at once.
    switches.catch(() => {
      if (this.#known?.switches === switches) this.#known = null;
    });
    return switches;
  }
}
