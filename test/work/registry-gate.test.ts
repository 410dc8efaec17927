import { describe, expect, test } from "@jest/globals";
import type { Pauses } from "../../src/model/pauses.ts";
import type { Registry, RegistryAnswer, TagsAnswer } from "../../src/model/registry.ts";
import { noTally } from "../../src/model/tally.ts";
import { RegistryGate } from "../../src/work/registry-gate.ts";
import { FakeClock } from "../support/fake-clock.ts";

const IMAGE = "quay.io/acme/app";
const MISSING: Extract<RegistryAnswer, { kind: "missing" }> = {
  kind: "missing",
  detail: "no such manifest",
};

/** Pauses that processes share. */
function sharedPauses(): Pauses & { readonly set: Pauses["set"] } {
  const until = new Map<string, Date>();
  return {
    until: async (party) => until.get(party) ?? null,
    set: async (party, date) => void until.set(party, date),
  };
}

/** A registry whose reads end when they are told to. */
function slowRegistry() {
  const open: { reference: string; end: (answer: RegistryAnswer) => void }[] = [];
  const asked: string[] = [];
  const registry: Registry = {
    read(image, reference) {
      asked.push(`${image} ${reference}`);
      return new Promise((end) => open.push({ reference, end }));
    },
    async tags(image): Promise<TagsAnswer> {
      asked.push(`${image} tags`);
      return { kind: "listed", tags: [], whole: true };
    },
    names: async () => MISSING,
  };
  return { registry, open, asked };
}

function gateOn(registry: Registry, pauses = sharedPauses(), clock = new FakeClock()) {
  const told: string[] = [];
  const tally = {
    ...noTally,
    registryAsked: (host: string, answer: string) => void told.push(`${host} ${answer}`),
  };
  return { gate: new RegistryGate({ registry, pauses, clock, tally }), clock, told };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("the gate before the registries", () => {
  test("lets eight through at once, a hundred wait, others are told when to come again", async () => {
    const { registry, open } = slowRegistry();
    const { gate, clock } = gateOn(registry);
    const routing = gate.as("routing");
    const reads = Array.from({ length: 111 }, (_, at) => routing.read(IMAGE, `v${at}`, "acme"));
    await turn();
    expect(open.map(({ reference }) => reference)).toEqual(
      Array.from({ length: 8 }, (_, at) => `v${at}`),
    );
    const away = await Promise.all(reads.slice(108));
    const times = away.map((answer) => {
      expect(answer).toMatchObject({ kind: "unavailable", unasked: true });
      return answer.kind === "unavailable" ? (answer.retryAt?.getTime() ?? 0) : 0;
    });
    const [first = 0, second = 0, third = 0] = times;
    expect(first - clock.now().getTime()).toBe(2000);
    expect([second - first, third - second]).toEqual([20, 20]);
    for (let at = 0; at < 108; at += 1) {
      open[at]?.end(MISSING);
      await turn();
    }
    expect(await Promise.all(reads.slice(0, 108))).toEqual(Array(108).fill(MISSING));
    expect(open).toHaveLength(108);
  });

  test("the slower a registry, the later what is turned away comes again; at most 30 s", async () => {
    const { registry, open } = slowRegistry();
    const { gate, clock } = gateOn(registry);
    const read = () => gate.as("routing").read(IMAGE, "v1", "acme");
    for (let at = 0; at < 108; at += 1) void read();
    await turn();
    for (let at = 0; at < 68; at += 1) {
      await clock.advance(4000);
      open[at]?.end(MISSING);
      await turn();
    }
    // The hundred of the first moment have shrunk to 32 places that wait, all taken.
    const answer = await read();
    const wait = answer.kind === "unavailable" && answer.retryAt ? answer.retryAt.getTime() : 0;
    expect(wait - clock.now().getTime()).toBe(30_000);
  });

  test("at a fast one as many wait as get their turn in two seconds, at most 256", async () => {
    const { registry, open } = slowRegistry();
    const { gate, clock } = gateOn(registry);
    const read = () => gate.as("routing").read(IMAGE, "v1", "acme");
    for (let at = 0; at < 60; at += 1) void read();
    await turn();
    for (let at = 0; at < 50; at += 1) {
      await clock.advance(4);
      open[at]?.end(MISSING);
      await turn();
    }
    const reads = Array.from({ length: 300 }, read);
    await turn();
    for (let at = 50; at < open.length; at += 1) {
      open[at]?.end(MISSING);
      await turn();
    }
    const answers = await Promise.all(reads);
    expect(answers.filter(({ kind }) => kind === "missing")).toHaveLength(254);
  });

  test("one registry's crowd is not in another's way", async () => {
    const { registry, open } = slowRegistry();
    const routing = gateOn(registry).gate.as("routing");
    for (let at = 0; at < 50; at += 1) void routing.read(IMAGE, "v1", "acme");
    const other = routing.read("ghcr.io/acme/app", "v1", "acme");
    await turn();
    open.at(-1)?.end(MISSING);
    expect(await other).toEqual(MISSING);
  });

  test("lanes go before routing, routing before sweeps", async () => {
    const { registry, open } = slowRegistry();
    const { gate } = gateOn(registry);
    for (let at = 0; at < 8; at += 1) void gate.as("routing").read(IMAGE, "first", "acme");
    await turn();
    void gate.as("sweep").read(IMAGE, "sweep", "acme");
    void gate.as("routing").read(IMAGE, "routing", "acme");
    void gate.as("lane").read(IMAGE, "lane", "acme");
    for (let at = 0; at < 3; at += 1) {
      await turn();
      open[at]?.end(MISSING);
    }
    await turn();
    expect(open.slice(8).map(({ reference }) => reference)).toEqual(["lane", "routing", "sweep"]);
  });

  test("a registry that asks for rest is left alone by every process until then", async () => {
    const { registry, open, asked } = slowRegistry();
    const pauses = sharedPauses();
    const { gate, clock, told } = gateOn(registry, pauses);
    const retryAt = new Date(clock.now().getTime() + 60_000);
    const limited: RegistryAnswer = { kind: "unavailable", detail: "429", retryAt };
    const first = gate.as("routing").read(IMAGE, "v1", "acme");
    await turn();
    open[0]?.end(limited);
    expect(await first).toEqual(limited);
    const elsewhere = gateOn(registry, pauses, clock).gate.as("lane");
    const told2 = { kind: "unavailable", retryAt, unasked: true };
    expect(await elsewhere.read(IMAGE, "v2", "acme")).toMatchObject(told2);
    expect(await elsewhere.tags(IMAGE, "acme")).toMatchObject(told2);
    expect(asked).toEqual([`${IMAGE} v1`]);
    await clock.advance(60_000);
    expect(await elsewhere.tags(IMAGE, "acme")).toMatchObject({ kind: "listed" });
    expect(told).toEqual(["quay.io unavailable"]);
  });

  test("those that waited when it asked for rest do not ask", async () => {
    const { registry, open, asked } = slowRegistry();
    const { gate, clock } = gateOn(registry);
    const routing = gate.as("routing");
    const reads = Array.from({ length: 10 }, (_, at) => routing.read(IMAGE, `v${at}`, "acme"));
    await turn();
    const retryAt = new Date(clock.now().getTime() + 60_000);
    for (const { end } of open) end({ kind: "unavailable", detail: "503", retryAt });
    expect((await Promise.all(reads)).filter((a) => "unasked" in a)).toHaveLength(2);
    expect(asked).toHaveLength(8);
  });

  test("an outage without a time pauses nobody", async () => {
    const { registry, open } = slowRegistry();
    const { gate } = gateOn(registry);
    const first = gate.as("routing").read(IMAGE, "v1", "acme");
    await turn();
    open[0]?.end({ kind: "unavailable", detail: "500", retryAt: null });
    expect(await first).not.toHaveProperty("unasked");
    expect(await gate.as("routing").tags(IMAGE, "acme")).toMatchObject({ kind: "listed" });
  });
});
