import { expect, test } from "@jest/globals";
import { registryOf } from "../../src/model/image.ts";
import type { Harbour } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, stories, V1, V2 } from "../support/story.ts";

/** A registry that takes 20 s for each answer, beside one that answers at once. */

const { start } = stories();
const SECOND = 1000;
const SLOW = "slow.example";
const many = Array.from({ length: 30 }, (_, at) => `slow${String(at).padStart(2, "0")}`);
const imageOf = (component: string) =>
  component === "fast" ? "quay.io/acme/fast" : `${SLOW}/acme/${component}`;
const config = `version: 1
images:
  - name: quay.io/acme/*
  - name: ${SLOW}/acme/*
environments:
  - name: dev
    path: dev/{component}
    on: push
`;

/** 31 components in one repo; `isSlow` says which reads of the slow registry are. */
async function open(isSlow: (reference: string) => boolean): Promise<Harbour> {
  const overlays = ["fast", ...many].map((name) => [
    `dev/${name}/kustomization.yaml`,
    `images:\n- name: ${imageOf(name)}\n  newTag: ${V1}\n`,
  ]);
  const h = await start({}, { files: { [CONFIG]: config, ...Object.fromEntries(overlays) } });
  for (const name of ["fast", ...many])
    h.registry.put(imageOf(name), V1, { created: "2026-11-20T10:00:00Z" });
  const read = h.registry.read.bind(h.registry);
  h.registry.read = async (image, reference) => {
    if (registryOf(image) === SLOW && isSlow(reference)) await h.clock.sleep(20 * SECOND);
    return read(image, reference);
  };
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

const push = (h: Harbour, name: string) =>
  h.push(imageOf(name), V2, { created: "2026-11-21T10:00:00Z" });
const isOpen = (h: Harbour, name: string) => h.open().some(({ title }) => title.includes(name));

/** Turns of the loop until the fast one has its proposal, moving the clock by `ms` at most. */
async function untilFast(h: Harbour, ms: number): Promise<void> {
  let moved = 0;
  for (let turn = 1; turn < 20_000 && !isOpen(h, "fast"); turn += 1) {
    await new Promise((next) => setImmediate(next));
    if (turn % 300 === 0 && moved < ms) await h.clock.advance(250);
    moved += turn % 300 === 0 ? 250 : 0;
  }
}

test.each([
  ["what an event tells of", (reference: string) => reference !== V1, 0],
  // Each of the 30 keeps a turn to write for a quarter of a second, five at a time.
  ["what stands in git", (reference: string) => reference === V1, 3 * SECOND],
])("asked for %s, it keeps no other waiting", async (_, isSlow, ms) => {
  const h = await open(isSlow);
  for (const name of many) await push(h, name);
  await push(h, "fast");
  const settling = h.settle();
  await untilFast(h, ms);
  expect(h.open().map(({ title }) => title)).toEqual([`dev/fast: fast ${V1} → ${V2}`]);
  for (let at = 0; at < 60; at += 1) await h.clock.advance(5 * SECOND);
  await settling;
  await patience(h, 600 * SECOND);
  expect(h.open()).toHaveLength(31);
  const failed = (await h.entries()).filter(({ outcome }) => outcome.kind === "failed");
  expect(failed).toEqual([]);
});

test("a burst of 200 on it comes to its end: what is turned away is no failed try", async () => {
  const h = await open(() => true);
  const tags = Array.from({ length: 200 }, (_, at) => `${(0xa000 + at).toString(16)}-bcdfg`);
  const image = imageOf("slow00");
  const deliveries: string[] = [];
  for (const [at, tag] of tags.entries()) {
    const created = new Date(Date.UTC(2026, 10, 21, 10, 0, at)).toISOString();
    deliveries.push(await h.push(image, tag, { created }));
  }
  await patience(h, 3600 * SECOND);
  expect(h.open().map(({ title }) => title)).toEqual([`dev/slow00: slow00 ${V1} → ${tags.at(-1)}`]);
  const outcomes = await Promise.all(deliveries.map((delivery) => h.outcomesOf(delivery)));
  expect(outcomes.every(([one]) => one?.kind === "proposed" || one?.kind === "skipped")).toBe(true);
});

test.each([
  ["an event tells of", V2],
  ["stands in git", V1],
])("what %s may be turned away for longer than anything is tried", async (_, awaited) => {
  const h = await open(() => false);
  const read = h.registry.read.bind(h.registry);
  let left = 40;
  h.registry.read = async (image, reference) => {
    if (reference !== awaited || left === 0) return read(image, reference);
    left -= 1;
    const retryAt = new Date(h.clock.now().getTime() + 60 * SECOND);
    return { kind: "unavailable", detail: "busy", retryAt, unasked: true };
  };
  await push(h, "fast");
  await patience(h, 3600 * SECOND);
  expect([left, h.open().length]).toEqual([0, 1]);
});
