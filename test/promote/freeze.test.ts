import { describe, expect, test } from "@jest/globals";
import { Cron } from "croner";
import fc from "fast-check";
import type { Freeze } from "../../src/model/config.ts";
import { freezeAt } from "../../src/promote/freeze.ts";

const HOUR = 3_600_000;

function freeze(cron: string, hours: number, more: Partial<Freeze> = {}): Freeze {
  return { cron, for: hours * HOUR, tz: "Europe/London", except: [], override: null, ...more };
}

const weekend = freeze("0 15 * * 5", 65);

/** `frozen until …` or `open until …`, the state at an instant in short. */
function at(freezes: readonly Freeze[], instant: string, component: string | null = null): string {
  const state = freezeAt(freezes, component, new Date(instant));
  if (state.kind === "frozen") return `frozen until ${short(state.until)}`;
  return state.next === null ? "open" : `open until ${short(state.next)}`;
}

function short(instant: Date): string {
  return instant.toISOString().replace(/:00\.000Z$|\.000Z$/, "Z");
}

describe("a weekly window", () => {
  test.each([
    ["before", "2026-11-20T14:59:59.999Z", "open until 2026-11-20T15:00Z"],
    ["its first instant", "2026-11-20T15:00:00.000Z", "frozen until 2026-11-23T08:00Z"],
    ["within", "2026-11-22T12:34:56.789Z", "frozen until 2026-11-23T08:00Z"],
    ["its last millisecond", "2026-11-23T07:59:59.999Z", "frozen until 2026-11-23T08:00Z"],
    ["its end", "2026-11-23T08:00:00.000Z", "open until 2026-11-27T15:00Z"],
  ])("%s", (_name, instant, state) => {
    expect(at([weekend], instant)).toBe(state);
  });
});

describe("when the clocks change", () => {
  // Europe/London: 2026-03-29 01:00 → 02:00 and 2026-10-25 02:00 → 01:00.
  const night = freeze("30 1 * * *", 1);
  const newYork = freeze("0 2 * * *", 2, { tz: "America/New_York" });
  const lordHowe = freeze("0 2 * * *", 1, { tz: "Australia/Lord_Howe" });
  test.each<[string, Freeze, string, string]>([
    [
      "spring: it lasts as long as ever",
      weekend,
      "2026-03-28T12:00:00Z",
      "frozen until 2026-03-30T08:00Z",
    ],
    [
      "spring: the week after it begins by the new clock",
      weekend,
      "2026-03-30T08:00:00Z",
      "open until 2026-04-03T14:00Z",
    ],
    [
      "autumn: it lasts as long as ever",
      weekend,
      "2026-10-24T12:00:00Z",
      "frozen until 2026-10-26T07:00Z",
    ],
    [
      "autumn: the week after it begins by the new clock",
      weekend,
      "2026-10-26T07:00:00Z",
      "open until 2026-10-30T15:00Z",
    ],
    [
      "a time that is skipped begins when the clocks go on",
      night,
      "2026-03-29T00:59:59Z",
      "open until 2026-03-29T01:00Z",
    ],
    ["… and holds", night, "2026-03-29T01:00:00Z", "frozen until 2026-03-29T02:00Z"],
    ["… once", night, "2026-03-29T02:00:00Z", "open until 2026-03-30T00:30Z"],
    [
      "a time that comes twice begins the first time",
      night,
      "2026-10-25T00:30:00Z",
      "frozen until 2026-10-25T01:30Z",
    ],
    ["… not the second", night, "2026-10-25T01:30:00Z", "open until 2026-10-26T01:30Z"],
    ["New York, spring", newYork, "2026-03-08T07:00:00Z", "frozen until 2026-03-08T09:00Z"],
    ["New York, autumn", newYork, "2026-11-01T07:00:00Z", "frozen until 2026-11-01T09:00Z"],
    [
      "half an hour on Lord Howe Island",
      lordHowe,
      "2026-10-03T15:30:00Z",
      "frozen until 2026-10-03T16:30Z",
    ],
  ])("%s", (_name, window, instant, state) => {
    expect(at([window], instant)).toBe(state);
  });
});

describe("several windows", () => {
  const monday = freeze("0 8 * * 1", 2);
  test("one that begins as another ends holds on", () => {
    expect(at([weekend, monday], "2026-11-22T12:00:00Z")).toBe("frozen until 2026-11-23T10:00Z");
  });

  test("one that begins while another holds", () => {
    const sunday = freeze("0 0 * * 0", 1);
    expect(at([sunday, weekend], "2026-11-22T00:30:00Z")).toBe("frozen until 2026-11-23T08:00Z");
  });

  test("the next of them ends the open time", () => {
    expect(at([weekend, monday], "2026-11-23T10:00:00Z")).toBe("open until 2026-11-27T15:00Z");
  });

  test("one that begins again before it ends is told for weeks, quickly", () => {
    const state = freezeAt([freeze("0 0 * * *", 48)], null, new Date("2026-01-01T00:00:00Z"));
    expect(state.kind === "frozen" && state.until > new Date("2026-01-29T00:00:00Z")).toBe(true);
    const always = freezeAt([freeze("* * * * *", 65)], null, new Date("2026-01-01T00:00:00Z"));
    expect(always.kind).toBe("frozen");
  });

  test("none is open for ever", () => {
    expect(at([], "2026-11-22T12:00:00Z")).toBe("open");
  });
});

describe("exceptions", () => {
  const excepting = freeze("0 15 * * 5", 65, { except: ["status-page"] });
  test.each<[string | null, string]>([
    ["status-page", "open"],
    ["api", "frozen until 2026-11-23T08:00Z"],
    [null, "frozen until 2026-11-23T08:00Z"],
  ])("%s", (component, state) => {
    expect(at([excepting], "2026-11-22T12:00:00Z", component)).toBe(state);
  });
});

describe("an override", () => {
  const now = new Date("2026-11-22T12:00:00Z");
  test.each<[string, string | null, string]>([
    ["none", null, "frozen"],
    ["given in this window", "2026-11-21T00:00:00Z", "open"],
    ["given at its first instant", "2026-11-20T15:00:00Z", "open"],
    ["given before it began", "2026-11-20T14:59:59Z", "frozen"],
    ["given in the window before", "2026-11-14T12:00:00Z", "frozen"],
  ])("%s", (_name, given, kind) => {
    const state = freezeAt([weekend], null, now, () => (given === null ? null : new Date(given)));
    expect(state.kind).toBe(kind);
  });

  test("opens the window until the next one begins", () => {
    const state = freezeAt([weekend], null, now, () => new Date("2026-11-21T00:00:00Z"));
    expect(state).toEqual({
      kind: "open",
      next: new Date("2026-11-27T15:00:00Z"),
      overridden: [weekend],
    });
  });

  test("of one freeze leaves another one standing", () => {
    const other = freeze("0 0 22 * *", 24, { tz: "UTC" });
    const given = new Date("2026-11-22T01:00:00Z");
    const state = freezeAt([weekend, other], null, now, (one) => (one === weekend ? given : null));
    expect(state).toEqual({
      kind: "frozen",
      freeze: other,
      until: new Date("2026-11-23T00:00:00Z"),
    });
  });
});

test("frozen is what lies within its length after a begin, whatever the clocks do", () => {
  const crons = ["30 1 * * *", "0 2 * * 0", "15 */7 * * *", "0 15 * * 5", "59 23 28 2 *"];
  const zones = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"];
  const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) });
  const hours = fc.constantFrom(0.5, 1, 7, 30, 65);
  fc.assert(
    fc.property(
      fc.constantFrom(...crons),
      fc.constantFrom(...zones),
      hours,
      instant,
      (cron, tz, length, time) => {
        const window = freeze(cron, length, { tz });
        const begin = new Cron(cron, { timezone: tz, paused: true }).nextRun(
          new Date(Math.floor(time / 1000) * 1000 - window.for),
        );
        const within =
          begin !== null && begin.getTime() <= time && time < begin.getTime() + window.for;
        expect(freezeAt([window], null, new Date(time)).kind).toBe(within ? "frozen" : "open");
      },
    ),
    { numRuns: 100 },
  );
});
