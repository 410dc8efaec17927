import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { hookToken } from "../../src/ingest/hook-token.ts";
import { createPromTally } from "../../src/ingest/metrics.ts";
import type { Depth } from "../../src/model/desk.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { type Edge, NOTHING_WAITS, SECRET, startEdge } from "./edge.ts";

const DEPTH: Depth = {
  deliveries: 3,
  items: 40,
  parked: 2,
  dead: 1,
  deadNotices: 5,
  oldest: "2026-11-22T08:59:30Z",
};

function tally(registries: readonly string[] = []) {
  const clock = new FakeClock("2026-11-22T09:00:00Z");
  const prom = createPromTally({ now: () => clock.now(), registries });
  return { ...prom, clock };
}

/** The samples of Tagboat's own metrics, but those that count nothing. */
async function samples(prom: Pick<ReturnType<typeof tally>, "render">, depth: Depth | null) {
  const { text } = await prom.render(depth);
  return text.split("\n").filter((line) => /^tagboat_/.test(line) && !/ 0$|_bucket/.test(line));
}

describe("metrics", () => {
  test("what was counted, by labels of closed sets", async () => {
    const prom = tally(["registry.acme.example:5000"]);
    const place = { repo: "acme/app-cd", base: "main", environment: "dev", component: null };
    prom.tally.received("quay", "new");
    prom.tally.received("quay", "duplicate");
    prom.tally.received("quay", "new");
    prom.tally.settled({ kind: "proposed", place, action: "opened", url: "https://x", number: 7 });
    prom.tally.settled({ kind: "committed", place, oid: "a".repeat(40) });
    prom.tally.settled({ kind: "skipped", place: null, reason: "older", detail: "v1 < v2" });
    prom.tally.settled({ kind: "refused", place: null, reason: "image-gone", detail: "gone" });
    prom.tally.settled({ kind: "failed", place: null, detail: "no", retryAt: null });
    prom.tally.proposedAfter(1500);
    prom.tally.proposedAfter(-20);
    prom.tally.asked("query", "viewer+repository", 200);
    prom.tally.asked("rest", "GET /app/hook/deliveries", null);
    prom.tally.budget(17, "rest", 4321);
    prom.tally.registryAsked("registry.acme.example:5000", "found");
    prom.tally.registryAsked("quay.io", "unavailable");
    prom.tally.registryAsked("evil-1.example", "missing");
    prom.tally.registryAsked("evil-2.example", "missing");
    expect(await samples(prom, DEPTH)).toEqual([
      'tagboat_deliveries_total{source="quay",acceptance="new"} 2',
      'tagboat_deliveries_total{source="quay",acceptance="duplicate"} 1',
      'tagboat_outcomes_total{kind="skipped",reason="older"} 1',
      'tagboat_outcomes_total{kind="refused",reason="image-gone"} 1',
      'tagboat_outcomes_total{kind="proposed",reason="opened"} 1',
      'tagboat_outcomes_total{kind="committed",reason=""} 1',
      'tagboat_outcomes_total{kind="failed",reason=""} 1',
      "tagboat_delivery_to_proposal_seconds_sum 1.5",
      "tagboat_delivery_to_proposal_seconds_count 2",
      'tagboat_github_requests_total{kind="query",what="viewer+repository",status="200"} 1',
      'tagboat_github_requests_total{kind="rest",what="GET /app/hook/deliveries",status="none"} 1',
      'tagboat_registry_reads_total{registry="registry.acme.example:5000",answer="found"} 1',
      'tagboat_registry_reads_total{registry="quay.io",answer="unavailable"} 1',
      'tagboat_registry_reads_total{registry="other",answer="missing"} 2',
      'tagboat_github_budget_remaining{installation="17",of="rest"} 4321',
      "tagboat_store_up 1",
      "tagboat_waiting_deliveries 3",
      "tagboat_waiting_items 40",
      "tagboat_parked 2",
      "tagboat_dead_letters 1",
      "tagboat_dead_notices 5",
      "tagboat_oldest_waiting_seconds 30",
    ]);
  });

  test("what may be counted begins at 0, and the process is told of", async () => {
    const { text, contentType } = await tally().render(NOTHING_WAITS);
    expect(contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain('\ntagboat_outcomes_total{kind="failed",reason=""} 0\n');
    expect(text).toContain('\ntagboat_outcomes_total{kind="refused",reason="branch-in-use"} 0\n');
    expect(text).toContain('\ntagboat_deliveries_total{source="generic",acceptance="again"} 0\n');
    expect(text).toContain("\ntagboat_oldest_waiting_seconds 0\n");
    expect(text).toMatch(/\nprocess_resident_memory_bytes \d/);
  });

  test("without the store no old number is shown, and new ones when it is back", async () => {
    const prom = tally();
    await prom.render(DEPTH);
    prom.tally.received("quay", "new");
    expect((await prom.render(null)).text).toContain("\ntagboat_store_up 0\n");
    expect(await samples(prom, null)).toEqual([
      'tagboat_deliveries_total{source="quay",acceptance="new"} 1',
    ]);
    expect(await samples(prom, DEPTH)).toContain("tagboat_dead_letters 1");
  });

  test("a budget is told for an hour", async () => {
    const prom = tally();
    prom.tally.budget(17, "graphql", 12);
    await prom.clock.advance(60 * 60_000);
    expect(await samples(prom, null)).toEqual([
      'tagboat_github_budget_remaining{installation="17",of="graphql"} 12',
    ]);
    await prom.clock.advance(1);
    expect(await samples(prom, null)).toEqual([]);
  });

  test("names beyond a hundred are one", async () => {
    const prom = tally();
    for (let at = 0; at < 300; at += 1) prom.tally.asked("rest", `GET /${at}`, 200);
    const lines = await samples(prom, null);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe(
      'tagboat_github_requests_total{kind="rest",what="other",status="200"} 200',
    );
  });

  test("numbers that are none are not counted as such, and never throw", async () => {
    const prom = tally();
    prom.tally.proposedAfter(Number.NaN);
    prom.tally.budget(1, "rest", Number.NaN);
    expect(await samples(prom, null)).toEqual([]);
  });
});

test("the operator's manual names every metric, and no other", async () => {
  const { text } = await tally().render(null);
  const told = [...text.matchAll(/^# TYPE (tagboat_\w+) /gm)].map(([, name]) => name);
  const manual = readFileSync("docs/operating.md", "utf8");
  const named = [...manual.matchAll(/^\| `(tagboat_\w+)` +\|/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(told.toSorted());
});

describe("GET /metrics", () => {
  let edge: Edge;
  afterEach(() => edge.stop());

  test("tells what the edge took in, with the store's depth", async () => {
    const prom = tally();
    edge = await startEdge({ metrics: prom, depth: async () => DEPTH });
    const token = hookToken(SECRET, {
      source: "quay",
      owner: "acme",
      scope: { kind: "owner" },
      generation: 1,
    });
    const body = JSON.stringify({ docker_url: "quay.io/acme/app", updated_tags: ["v1"] });
    await fetch(`${edge.url}/hooks/quay/acme/${token}`, { method: "POST", body });
    const answer = await fetch(`${edge.url}/metrics`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain('\ntagboat_deliveries_total{source="quay",acceptance="new"} 1\n');
    expect(text).toContain("\ntagboat_dead_letters 1\n");
    expect((await fetch(`${edge.url}/metrics`, { method: "POST" })).status).toBe(405);
  });

  test("answers without the store, asked once a second whoever scrapes", async () => {
    const clock = new FakeClock();
    let asked = 0;
    edge = await startEdge({
      clock,
      depth: async () => {
        asked += 1;
        throw new Error("ECONNREFUSED");
      },
    });
    const scrape = async () => (await fetch(`${edge.url}/metrics`)).text();
    expect(await scrape()).toContain("\ntagboat_store_up 0\n");
    await Promise.all([scrape(), scrape()]);
    expect(asked).toBe(1);
    await clock.advance(1001);
    await scrape();
    expect(asked).toBe(2);
  });
});
