import type { Config } from "../model/config.ts";
import type { GateReport } from "../model/gate.ts";
import type { LaneItem, LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { PullFacts } from "../model/pulls.ts";
import { promotionCheck } from "../promote/check-text.ts";
import { evaluateGates, nextLook, nothingToGate } from "../promote/gates/evaluate.ts";
import type { GateFacts } from "../promote/gates/facts.ts";
import { afterPull } from "./after-pull.ts";
import { readGateFacts } from "./gate-facts.ts";
import type { KnownRepo } from "./known-repo.ts";
import { mergeItem } from "./merge-wish.ts";
import { delayAll, type Ran, settleAll } from "./ran.ts";
import type { RunParts } from "./run-place.ts";

type GateTask = Extract<LaneTask, { kind: "gate" }>;
type GroupTask = Extract<LaneTask, { kind: "gate-group" }>;

/** A merged proposal's branch is deleted, and the next command offered. */
const MOST_WRITES = 2;

/** Whether a config knows promotion at all: where it does not, nothing is gated and no check is reported. */
export function knowsGates(config: Config): boolean {
  return config.environments.some(
    ({ after, approvals, freeze, on, require }) =>
      after.length > 0 ||
      on !== "push" ||
      approvals.count > 0 ||
      freeze.length > 0 ||
      require.checks.length > 0,
  );
}

/** Reads, judges, reports. A gate that opens or closes by itself is looked at again then. */
export async function runGate(
  parts: RunParts,
  task: GateTask,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null || known.config === null || !knowsGates(known.config))
    return settleAll(group, gated(task, "nothing is gated here"));
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "person", signal);
  let writes = 0;
  try {
    const pull = await parts.pulls.read(known.repo, task.pull);
    if (pull === null) return settleAll(group, gated(task, `#${task.pull} is gone`));
    if (pull.state !== "open") {
      writes = MOST_WRITES;
      await afterPull(parts, known, pull);
      return settleAll(group, gated(task, `#${task.pull} is ${pull.state}`));
    }
    const judged = await judge(parts, known, known.config, pull);
    writes = 1;
    await report(parts, known, pull, judged);
    return ranOf(parts, known, pull, { task, group, judged });
  } finally {
    turn.used(writes);
  }
}

interface Judged {
  readonly report: GateReport;
  /** `null`: it touches nothing that is tracked. */
  readonly facts: GateFacts | null;
}

/** The verdict of now, from facts that are read afresh. */
export async function judge(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  pull: PullFacts,
): Promise<Judged> {
  const read = await readGateFacts(parts, known, config, pull);
  if (read === null) return { report: nothingToGate, facts: null };
  return { report: evaluateGates(read.facts), facts: read.facts };
}

async function report(
  { forge }: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  { facts, report: verdict }: Judged,
): Promise<void> {
  const about = { base: pull.base.branch, required: pull.gateRequired, facts };
  const check = promotionCheck(verdict, about);
  await forge.reportCheck({
    repo: known.repo,
    headOid: pull.head.oid,
    ...check,
    unlessSame: true,
  });
}

function ranOf(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  {
    group,
    judged,
    task,
  }: {
    readonly task: GateTask;
    readonly group: readonly LaneItem[];
    readonly judged: Judged;
  },
): Ran {
  const { report: verdict } = judged;
  const at = nextLook(verdict);
  const merge = mergeItem(known, pull, judged);
  const items: readonly NewItem[] = merge === null ? [] : [merge];
  if (at !== null && merge === null && at > parts.clock.now())
    return delayAll(group, { at, failed: false, detail: `#${task.pull}: ${verdict.title}` });
  const ran = settleAll(group, gated(task, `#${task.pull}: ${verdict.title}`));
  return { ...ran, done: ran.done.map((done, n) => (n === 0 ? { ...done, items } : done)) };
}

function gated(task: { readonly repo: string }, detail: string): Outcome {
  const place: Place = { repo: task.repo, base: "", environment: "", component: null };
  return { kind: "skipped", place, reason: "gated", detail };
}

/**
 * A group of the merge queue is made of heads whose own gates were open when they were queued; they are judged again, each by
 * itself, and the group is as open as the worst of them.
 */
export async function runGroupGate(
  parts: RunParts,
  task: GroupTask,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null || known.config === null || !knowsGates(known.config))
    return settleAll(group, gated(task, "nothing is gated here"));
  const turn = await parts.pacer.turn(known.repo.installation, 1, "person", signal);
  try {
    const number = pullOfGroup(task.branch);
    const pull = number === null ? null : await parts.pulls.read(known.repo, number);
    const judged =
      pull === null
        ? { report: UNKNOWN_GROUP, facts: null }
        : await judge(parts, known, known.config, pull);
    const base = pull?.base.branch ?? "";
    const about = { base, required: true, facts: judged.facts };
    await parts.forge.reportCheck({
      repo: known.repo,
      headOid: task.oid,
      ...promotionCheck(judged.report, about),
    });
    return settleAll(group, gated(task, `group ${task.branch}: ${judged.report.title}`));
  } finally {
    turn.used(1);
  }
}

const UNKNOWN_GROUP: GateReport = {
  verdict: "closed",
  title: "Closed: content",
  states: [
    {
      gate: "content",
      verdict: "closed",
      detail:
        "Which pull requests are in this group is not known: take them out of the queue and add them again.",
      until: null,
    },
  ],
};

// gh-readonly-queue/<base>/pr-<number>-<oid>: each entry of the queue has a group of its own, built on those before it.
function pullOfGroup(branch: string): number | null {
  const number = /\/pr-(\d+)-[0-9a-f]{40}$/.exec(branch)?.[1];
  return number === undefined ? null : Number(number);
}
