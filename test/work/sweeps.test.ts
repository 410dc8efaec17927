import { describe, expect, test } from "@jest/globals";
import { type CdRepo, ForgeDenied, ForgeUnavailable } from "../../src/model/forge.ts";
import { MemoryPacer } from "../../src/store/memory-pacer.ts";
import { MemorySwitches } from "../../src/store/memory-switches.ts";
import { OperatorHolds } from "../../src/work/operator-holds.ts";
import { Sweeps } from "../../src/work/sweeps.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOUR = 3_600_000;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function repo(name: string, installation = 1): CdRepo {
  return { owner: "Acme", name, installation, id: name.length };
}

/** Sweeps over repos whose sweep answers as told; every call is noted with its cut-off. */
function stage(repos: readonly CdRepo[], answers: Readonly<Record<string, number | Error>> = {}) {
  const clock = new FakeClock();
  const pacer = new MemoryPacer(clock);
  const swept: string[] = [];
  const listed: (string | null)[] = [];
  const listing: { error: Error | null } = { error: null };
  const forge = {
    async cdRepos(owner: string | null) {
      listed.push(owner);
      if (listing.error !== null) throw listing.error;
      return repos;
    },
    async sweep({ name }: CdRepo, olderThan: Date) {
      swept.push(`${name} ${olderThan.toISOString()}`);
      const answer = answers[name] ?? 0;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const allowed = (name: string) => name !== "acme/secret";
  const switches = new MemorySwitches();
  const holds = new OperatorHolds(switches, clock);
  const sweeps = new Sweeps({ forge, allowed, pacer, holds, clock, log: silent });
  return { clock, pacer, swept, switches, listed, listing, sweeps };
}

describe("sweeps of temporary branches", () => {
  test("one round looks at every allowed repo, for what is an hour old", async () => {
    const { swept, listed, sweeps } = stage([repo("cd"), repo("secret"), repo("more")], { cd: 2 });
    expect(await sweeps.round()).toBe(2);
    expect(listed).toEqual([null]);
    expect(swept).toEqual(["cd 2026-11-22T08:00:00.000Z", "more 2026-11-22T08:00:00.000Z"]);
  });

  test("runs at the start and every hour until it is stopped", async () => {
    const { clock, swept, sweeps } = stage([repo("cd")]);
    sweeps.start();
    await clock.advance(0);
    expect(swept).toHaveLength(1);
    await clock.advance(HOUR - 1);
    expect(swept).toHaveLength(1);
    await clock.advance(1);
    expect(swept).toEqual(["cd 2026-11-22T08:00:00.000Z", "cd 2026-11-22T09:00:00.000Z"]);
    await sweeps.stop();
    await clock.advance(2 * HOUR);
    expect(swept).toHaveLength(2);
    expect(clock.nextWake()).toBeNull();
  });

  test.each([
    ["is out of reach", new ForgeDenied("suspended", "installation-revoked")],
    ["cannot be served", new ForgeUnavailable("502", "request", null)],
    ["breaks an assumption", new TypeError("undefined is not a function")],
  ])("a repo that %s keeps no other from its sweep", async (_, error) => {
    const { swept, sweeps } = stage([repo("cd"), repo("more")], { cd: error, more: 1 });
    expect(await sweeps.round()).toBe(1);
    expect(swept).toHaveLength(2);
  });

  test("a limit pauses the installation, and only that", async () => {
    const clock = new FakeClock();
    const until = new Date(clock.now().getTime() + 60_000);
    const limited = new ForgeUnavailable("403", "installation", until);
    const { pacer, sweeps, swept } = stage([repo("cd", 1), repo("more", 2)], { cd: limited });
    await sweeps.round();
    expect(swept).toHaveLength(2);
    const stop = new AbortController();
    const turn = pacer.turn(1, 1, "person", stop.signal).then(
      () => "granted",
      () => "waited",
    );
    (await pacer.turn(2, 1, "person")).used(1);
    stop.abort(new Error("enough"));
    expect(await turn).toBe("waited");
  });

  test("when the repos cannot be listed, the next hour tries again", async () => {
    const { clock, listing, swept, sweeps } = stage([repo("cd")]);
    listing.error = new ForgeUnavailable("502", "request", null);
    sweeps.start();
    await clock.advance(0);
    listing.error = null;
    await clock.advance(HOUR);
    expect(swept).toHaveLength(1);
    await sweeps.stop();
  });

  test("an operator's switch holds them", async () => {
    const { clock, sweeps, swept, switches } = stage([repo("cd"), repo("more")]);
    const held = { repo: "acme/cd", environment: null };
    await switches.put({ ...held, since: "2026-11-22T09:00:00Z", reason: "migration" });
    await sweeps.round();
    expect(swept).toEqual(["more 2026-11-22T08:00:00.000Z"]);
    await switches.lift(held);
    await clock.advance(1000);
    await sweeps.round();
    expect(swept).toHaveLength(3);
  });

  test("stopping does not wait for a paused installation", async () => {
    const { clock, pacer, swept, sweeps } = stage([repo("cd"), repo("more")]);
    await pacer.pause(1, new Date(clock.now().getTime() + HOUR));
    sweeps.start();
    await clock.advance(0);
    await sweeps.stop();
    expect(swept).toEqual([]);
  });
});
