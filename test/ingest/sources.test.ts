import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Seed, seeds } from "../../scripts/hook-seeds.ts";
import { type Credentials, createSenders, senderOptions } from "../../scripts/hook-senders.ts";
import type { SourceOptions } from "../../src/normalise/source-options.ts";
import { defaultOptions, sourceTable } from "../../src/normalise/sources.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type Edge, SECRET, startEdge } from "./edge.ts";

/* Every source through the HTTP edge, with bodies of our own: with its proof, with another's and without. */
const senders = createSenders(SECRET);
const clock = new FakeClock("2026-11-22T15:00:00Z");
const sources: Record<string, SourceOptions> = { ...senderOptions };
const options = { ...defaultOptions, sources };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ outside: senders.outside, options, clock });
});
afterAll(() => edge.stop());

async function send(seed: Seed, credentials: Credentials, owner: string) {
  const shared = senderOptions[seed.source];
  sources[`${seed.source}/${owner}`] = { ...shared, ...seed.own };
  const headers = { "content-type": "application/json", ...seed.headers };
  const letter = { source: seed.source, owner, headers, body: JSON.stringify(seed.body) };
  const post = await senders.post(letter, credentials, clock.now());
  const answer = await fetch(edge.url + post.path, {
    method: "POST",
    body: post.body,
    headers: post.headers,
  });
  const body = (await answer.json()) as { readonly status: string; readonly dropped?: string[] };
  return { status: answer.status, body };
}

const rows = seeds.map((seed, index) => [`${seed.source}: ${seed.about}`, seed, index] as const);

test("there is one of every source", () => {
  expect(new Set(seeds.map(({ source }) => source))).toEqual(new Set(Object.keys(sourceTable)));
});

describe("what a sender tells", () => {
  test.each(rows)("%s", async (_name, seed, index) => {
    const before = edge.batches.length;
    const { body, status } = await send(seed, "right", `row-${index}`);
    const isUnreadable = seed.reasons[0] === "unreadable";
    expect(status).toBe(isUnreadable ? sourceTable[seed.source].unreadableStatus : 202);
    const stored = edge.batches.slice(before).flat();
    expect(stored.length).toBe(status === 202 ? 1 : 0);
    const subjects = stored.flatMap((delivery) => delivery.subjects);
    const refs = subjects.map(({ digest, image, tag }) =>
      [image, tag === null ? "" : `:${tag}`, digest === null ? "" : `@${digest}`].join(""),
    );
    expect(refs).toEqual(seed.refs);
    const dropped = [...new Set(seed.reasons)];
    if (isUnreadable) expect(body.status).toBe("unreadable");
    else expect(body.dropped ?? []).toEqual(dropped);
  });
});

describe("without its proof or with another's, nothing is stored and everybody is told the same", () => {
  const ofEach = rows.filter(
    ([, { source }], index) => rows.findIndex(([, one]) => one.source === source) === index,
  );
  test.each(ofEach)("%s", async (_name, seed) => {
    const before = edge.batches.length;
    for (const credentials of ["wrong", "missing"] as const) {
      const refused = await send(seed, credentials, "acme");
      expect(refused).toEqual({ status: 401, body: { status: "unauthorised" } });
    }
    expect(edge.batches.length).toBe(before);
  });
});

describe("while the operator's secret is changed, both are good", () => {
  let rotating: Edge;
  beforeAll(async () => {
    const secrets = ["fedcba9876543210fedcba9876543210", SECRET];
    rotating = await startEdge({ outside: senders.outside, options, clock, secrets });
  });
  afterAll(() => rotating.stop());

  const ofEach = new Map(seeds.map((seed) => [seed.source, seed]));
  test.each([...ofEach])("%s", async (source, seed) => {
    const headers = { "content-type": "application/json", ...seed.headers };
    const letter = { source, owner: "acme", headers, body: JSON.stringify(seed.body) };
    sources[`${source}/acme`] = { ...senderOptions[source] };
    for (const one of [senders, createSenders("fedcba9876543210fedcba9876543210", senders)]) {
      const post = await one.post(letter, "right", clock.now());
      const { body, headers: sent, path } = post;
      const answer = await fetch(rotating.url + path, { method: "POST", body, headers: sent });
      expect([202, 400]).toContain(answer.status);
    }
  });
});

test("nobody was asked but SNS and Google", () => {
  const hosts = new Set(senders.asked.map((url) => new URL(url).host));
  expect(hosts).toEqual(new Set(["sns.us-west-2.amazonaws.com", "www.googleapis.com"]));
});
