import type { Config } from "../model/config.ts";
import type { GateReport } from "../model/gate.ts";
import type { LaneItem, LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { PullFacts } from "../model/pulls.ts";
import { promotionCheck } from "../promote/check-text.ts";
import { evaluateGates, nextLook, nothingToGate } from "../promote/gates/evaluate.ts";
import type { GateFacts } from "../promote/gates/facts.ts";
import { worstOf } from "../promote/gates/finding.ts";
import { afterPull } from "./after-pull.ts";
import { readGateFacts } from "./gate-facts.ts";
import type { KnownRepo } from "./known-repo.ts";
import { mendInGate, wantsMending } from "./mend-in-gate.ts";
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
      const items = await afterPull(parts, known, pull);
      return leadingTo(items, settleAll(group, gated(task, `#${task.pull} is ${pull.state}`)));
    }
    const mended = wantsMending(known, pull) ? await mendInGate(parts, known, pull, signal) : null;
    // A head that moved is looked at by its own webhook.
    if (mended !== null) return settleAll(group, mended);
    const judged = await judge(parts, known, known.config, pull);
    writes = 1;
    await report(
      parts,
      known,
      pull,
      await ofHead(parts, known, { config: known.config, pull, judged }),
    );
    if (isToLeave(pull, judged)) {
      writes = 2;
      await parts.pulls.stopMerge(known.repo, pull);
    }
    return ranOf(parts, known, pull, { task, group, judged });
  } finally {
    turn.used(writes);
  }
}

/**
 * The queue looks at its groups alone, and auto-merge at what the rules require: what may not merge any more is taken back where
 * our check is to be heeded, and where it was we who wished the merge.
 */
function isToLeave(pull: PullFacts, { facts, report: { verdict } }: Judged): boolean {
  if (verdict === "open" || facts === null) return false;
  if (pull.queue !== "queued" && pull.autoMerge !== "on") return false;
  if (pull.queue === "queued" && pull.gateRequired) return true;
  return pull.ours && facts.places.every(({ environment }) => environment.merge !== "manual");
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

/** How many other pull requests of one head are judged; with more nobody passes. */
const MOST_OF_ONE_HEAD = 10;

/**
 * What is to be said on the head: a check belongs to a commit, not to a pull request, so that whoever opened another one of the same
 * commits, into a branch without gates, would let this one pass. The worst of all of them is said.
 */
async function ofHead(
  parts: RunParts,
  known: KnownRepo,
  about: { readonly config: Config; readonly pull: PullFacts; readonly judged: Judged },
): Promise<Judged> {
  const { config, judged, pull } = about;
  if (judged.report.verdict === "closed" || pull.sameHead.length === 0) return judged;
  if (pull.sameHead.length > MOST_OF_ONE_HEAD) return { ...judged, report: CROWDED_HEAD };
  let worst = judged;
  for (const number of pull.sameHead) {
    const other = await parts.pulls.read(known.repo, number);
    if (other === null || other.state !== "open" || other.head.oid !== pull.head.oid) continue;
    const one = await judge(parts, known, config, other);
    const verdicts = [worst.report.verdict, one.report.verdict];
    if (worstOf(verdicts) !== worst.report.verdict) worst = one;
  }
  return worst;
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
  return leadingTo(items, settleAll(group, gated(task, `#${task.pull}: ${verdict.title}`)));
}

/** Work that follows, once for the whole group. */
function leadingTo(items: readonly NewItem[], ran: Ran): Ran {
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

const UNKNOWN_GROUP = closedContent(
  "Which pull requests are in this group is not known: take them out of the queue and add them again.",
);
const CROWDED_HEAD = closedContent(
  `More than ${MOST_OF_ONE_HEAD} other pull requests have this commit as their head, and share its checks: close some of them.`,
);

function closedContent(detail: string): GateReport {
  const states = [{ gate: "content", verdict: "closed", detail, until: null }] as const;
  return { verdict: "closed", title: "Closed: content", states };
}

// gh-readonly-queue/<base>/pr-<number>-<oid>: each entry of the queue has a group of its own, built on those before it.
function pullOfGroup(branch: string): number | null {
  const number = /\/pr-(\d+)-[0-9a-f]{40}$/.exec(branch)?.[1];
  return number === undefined ? null : Number(number);
}
