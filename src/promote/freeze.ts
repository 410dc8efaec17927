import { Cron } from "croner";
import type { Freeze } from "../model/config.ts";

/** How the freezes of an environment stand for one component at one instant. */
export type FreezeState =
  /** `until`: when nothing holds it any more, if no other override is given; of one without end, when to look again. */
  | { readonly kind: "frozen"; readonly freeze: Freeze; readonly until: Date }
  /** `next`: when the next window begins; `null`: none ever does. `overridden`: a window holds, and was opened. */
  | { readonly kind: "open"; readonly next: Date | null; readonly overridden: readonly Freeze[] };

// A freeze that never ends, because it begins again before it ends, is told in steps of so many windows.
const MOST_WINDOWS = 30;

/**
 * Whether anything may be promoted now.
 * @param component `null`: the repo is one component.
 * @param opened when the last override was given that counts for this freeze; `null`: none was. It opens the windows that
 *   had begun by then, and no later one.
 */
export function freezeAt(
  freezes: readonly Freeze[],
  component: string | null,
  now: Date,
  opened: (freeze: Freeze) => Date | null = () => null,
): FreezeState {
  const binding = freezes.filter(({ except }) => component === null || !except.includes(component));
  const standing = binding.filter((freeze) => windowBegin(freeze, now) !== null);
  const overridden = standing.filter((freeze) => isOpened(freeze, now, opened(freeze)));
  const [freeze] = standing.filter((one) => !overridden.includes(one));
  if (freeze !== undefined) {
    return { kind: "frozen", freeze, until: thawOf(binding, now, opened) };
  }
  const starts = binding.flatMap((one) => cronOf(one).nextRun(now) ?? []);
  return { kind: "open", next: earliest(starts), overridden };
}

/** Begin of the last window that has begun and not ended at `at`; `null`: none stands. A window does not hold its last instant. */
function windowBegin(freeze: Freeze, at: Date): Date | null {
  const begin = lastBegin(freeze, at);
  return begin !== null && at.getTime() < begin.getTime() + freeze.for ? begin : null;
}

function isOpened(freeze: Freeze, at: Date, given: Date | null): boolean {
  const begin = windowBegin(freeze, at);
  return given !== null && begin !== null && begin <= given;
}

function thawOf(
  freezes: readonly Freeze[],
  now: Date,
  opened: (freeze: Freeze) => Date | null,
): Date {
  let at = now;
  for (let windows = 0; windows < MOST_WINDOWS; windows++) {
    const ends = freezes.flatMap((freeze) => {
      const begin = windowBegin(freeze, at);
      const holds = begin !== null && !isOpened(freeze, at, opened(freeze));
      return holds ? [begin.getTime() + freeze.for] : [];
    });
    if (ends.length === 0) return at;
    at = new Date(Math.max(...ends));
  }
  return at;
}

/** croner knows whole seconds, and gives runs before an instant, not at it. */
function lastBegin(freeze: Freeze, at: Date): Date | null {
  const after = new Date(Math.floor(at.getTime() / 1000) * 1000 + 1000);
  return cronOf(freeze).previousRuns(1, after)[0] ?? null;
}

/** A time that the clocks skip is that at which they go on; one that they show twice is the first of the two (as in cron). */
function cronOf({ cron, tz }: Freeze): Cron {
  return new Cron(cron, { paused: true, timezone: tz, mode: "5-part" });
}

function earliest(instants: readonly Date[]): Date | null {
  return instants.reduce<Date | null>((first, one) => (first && first <= one ? first : one), null);
}
