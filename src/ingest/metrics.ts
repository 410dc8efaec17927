import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { sources } from "../model/delivery.ts";
import type { Depth } from "../model/desk.ts";
import type { Acceptance } from "../model/inbox.ts";
import { type Outcome, refuseReasons, skipReasons } from "../model/outcome.ts";
import type { Tally } from "../model/tally.ts";

/** What Prometheus is given. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Counts in memory, told in Prometheus' text format. */
export interface PromTally {
  readonly tally: Tally;
  /** `depth`: what the store says now; `null`: it says nothing, which is told as `tagboat_store_up 0`. */
  render(depth: Depth | null): Promise<Exposition>;
}

export interface PromTallyOptions {
  now(): Date;
  /** Registry hosts that get a name of their own beside the large public ones; all others are counted as `other`. */
  readonly registries: readonly string[];
}

/** GitHub counts an installation's requests by the hour: what was left an hour ago says nothing. */
const BUDGET_KEPT = 60 * 60_000;

/** Names of requests are our own, but routes come from a library: no more of them than this become series. */
const MOST_NAMES = 100;

/** Seconds. A lone push takes one or two; a registry that is down, or a queue at GitHub's limits, minutes to hours. */
const PROPOSAL_BUCKETS = [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 1800, 3600, 7200];

const PUBLIC_REGISTRIES = ["docker.io", "ghcr.io", "quay.io", "registry.gitlab.com"];

const ACCEPTANCES: readonly Acceptance[] = ["new", "duplicate", "again"];

/** Metrics of this process. Labels are of closed or bounded sets: no image, repo or other name from outside becomes one. */
export function createPromTally({ now, registries }: PromTallyOptions): PromTally {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const counts = createCounts(register);
  const budgets = createBudgets(register, now);
  const showDepth = createDepthGauges(register, now);
  const nameOf = firstNames(MOST_NAMES);
  const named = new Set([...PUBLIC_REGISTRIES, ...registries]);
  const tally: Tally = {
    received: (source, acceptance) => counts.deliveries.inc({ source, acceptance }),
    settled: (outcome) => counts.outcomes.inc({ kind: outcome.kind, reason: reasonOf(outcome) }),
    proposedAfter(ms) {
      // A clock that was set back must not stop what is counted here.
      if (Number.isFinite(ms)) counts.proposal.observe(Math.max(0, ms) / 1000);
    },
    asked: (kind, what, status) =>
      counts.github.inc({ kind, what: nameOf(what), status: status ?? "none" }),
    budget: budgets.note,
    registryAsked: (host, answer) =>
      counts.registry.inc({ registry: named.has(host) ? host : "other", answer }),
  };
  return {
    tally,
    async render(depth) {
      showDepth(depth);
      budgets.show();
      return { contentType: register.contentType, text: await register.metrics() };
    },
  };
}

function createCounts(register: Registry) {
  const registers = [register];
  const deliveries = new Counter({
    name: "tagboat_deliveries_total",
    help: "Deliveries taken in, by source and whether they were new.",
    labelNames: ["source", "acceptance"],
    registers,
  });
  const outcomes = new Counter({
    name: "tagboat_outcomes_total",
    help: "What became of events, by kind and reason.",
    labelNames: ["kind", "reason"],
    registers,
  });
  // A series that begins at 1 shows no increase: what is known to be countable begins at 0.
  for (const source of sources)
    for (const acceptance of ACCEPTANCES) deliveries.inc({ source, acceptance }, 0);
  for (const reason of skipReasons) outcomes.inc({ kind: "skipped", reason }, 0);
  for (const reason of refuseReasons) outcomes.inc({ kind: "refused", reason }, 0);
  for (const reason of ["opened", "updated", "adopted"])
    outcomes.inc({ kind: "proposed", reason }, 0);
  for (const kind of ["committed", "closed", "failed"]) outcomes.inc({ kind, reason: "" }, 0);
  const proposal = new Histogram({
    name: "tagboat_delivery_to_proposal_seconds",
    help: "From the arrival of a delivery to the proposal or commit that carries its release.",
    buckets: PROPOSAL_BUCKETS,
    registers,
  });
  const github = new Counter({
    name: "tagboat_github_requests_total",
    help: "Requests to GitHub by kind (query, mutation, rest), what was asked, and HTTP status (none: no answer).",
    labelNames: ["kind", "what", "status"],
    registers,
  });
  const registry = new Counter({
    name: "tagboat_registry_reads_total",
    help: "Reads of registries, by registry and answer.",
    labelNames: ["registry", "answer"],
    registers,
  });
  return { deliveries, outcomes, proposal, github, registry };
}

interface Left {
  readonly installation: number;
  readonly of: "rest" | "graphql";
  readonly remaining: number;
  readonly at: number;
}

function createBudgets(register: Registry, now: () => Date) {
  const gauge = new Gauge({
    name: "tagboat_github_budget_remaining",
    help: "What an installation has left of its hour (of: rest requests, graphql points), as GitHub said last; not told when that was over an hour ago.",
    labelNames: ["installation", "of"],
    registers: [register],
  });
  const left = new Map<string, Left>();
  return {
    note(installation: number, of: Left["of"], remaining: number): void {
      if (!Number.isFinite(remaining)) return;
      left.set(`${of}/${installation}`, { installation, of, remaining, at: now().getTime() });
    },
    show(): void {
      gauge.reset();
      for (const [key, { installation, of, remaining, at }] of left) {
        if (now().getTime() - at > BUDGET_KEPT) left.delete(key);
        else gauge.set({ installation, of }, remaining);
      }
    },
  };
}

function createDepthGauges(register: Registry, now: () => Date): (depth: Depth | null) => void {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [register] });
  const up = gauge("tagboat_store_up", "1 when the store answered this scrape, else 0.");
  const told: readonly [Gauge, (depth: Depth) => number][] = [
    [
      gauge("tagboat_waiting_deliveries", "Deliveries that are not routed yet."),
      (depth) => depth.deliveries,
    ],
    [
      gauge("tagboat_waiting_items", "Pieces of deliveries that wait in lanes."),
      (depth) => depth.items,
    ],
    [gauge("tagboat_parked", "Work that waits for access to a repo."), (depth) => depth.parked],
    [gauge("tagboat_dead_letters", "Work that was given up."), (depth) => depth.dead],
    [
      gauge("tagboat_dead_notices", "Notices to the operator's webhook that were given up."),
      (depth) => depth.deadNotices,
    ],
    [
      gauge("tagboat_oldest_waiting_seconds", "Age of the oldest delivery that is not done."),
      ({ oldest }) =>
        oldest === null ? 0 : Math.max(0, now().getTime() - Date.parse(oldest)) / 1000,
    ],
  ];
  return (depth) => {
    up.set(depth === null ? 0 : 1);
    // An old number would look like a good one.
    for (const [one, read] of told) depth === null ? one.remove() : one.set(read(depth));
  };
}

function reasonOf(outcome: Outcome): string {
  if (outcome.kind === "skipped" || outcome.kind === "refused") return outcome.reason;
  return outcome.kind === "proposed" ? outcome.action : "";
}

/** The first `most` different names as they are, all later ones as `other`. */
function firstNames(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.size < most) known.add(name);
    return known.has(name) ? name : "other";
  };
}
