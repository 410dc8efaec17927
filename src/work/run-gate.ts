import type { Config } from "../model/config.ts";
import { ForgeUnavailable } from "../model/forge.ts";
import type { GateReport } from "../model/gate.ts";
import type { PullGlance, PullLook } from "../model/gate-reads.ts";
import type { LaneItem, LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { PullFacts } from "../model/pulls.ts";
import { type CheckAbout, promotionCheck } from "../promote/check-text.ts";
import { nextLook } from "../promote/gates/evaluate.ts";
import { jointReport, type Member } from "../promote/joint-report.ts";
import { WORD_LABEL } from "../promote/words.ts";
import { afterPull } from "./after-pull.ts";
import { isOutdated, lookAgainByConfig } from "./config-in-force.ts";
import { type Judged, judgeLook, lookToJudge } from "./judge.ts";
import { hasConfig, type KnownRepo } from "./known-repo.ts";
import { mendInGate, wantsMending } from "./mend-in-gate.ts";
import { mergeItem } from "./merge-wish.ts";
import { delayAll, leadingTo, type Ran, settleAbout, settleAll } from "./ran.ts";
import type { RunParts } from "./run-place.ts";

type GateTask = Extract<LaneTask, { kind: "gate" }>;

/** A merged proposal's branch is deleted, and the next command offered. */
const MOST_WRITES = 2;

/** Reads, judges, reports. A gate that opens or closes by itself is looked at again then. */
export async function runGate(
  parts: RunParts,
  task: GateTask,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null || !hasConfig(known)) return settleAll(group, gated(task, NO_CONFIG));
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "person", signal);
  let writes = 0;
  try {
    const look = await lookAt(parts, known, task.pull);
    if (look === null) return settleAll(group, gated(task, `#${task.pull} is gone`));
    const { facts, glance } = look;
    if (isOutdated(known, glance)) return await lookAgainByConfig(parts, known, group, glance);
    if (glance.state !== "open") {
      writes = MOST_WRITES;
      return await endOf(parts, known, { task, group, look });
    }
    const mends = facts !== null && wantsMending(known, facts);
    const mended = mends ? await mendInGate(parts, known, facts, signal) : null;
    // A head that moved is looked at by its own webhook.
    if (mended !== null) return settleAbout(group, mended);
    writes = 1;
    const judged = await judgeHead(parts, known, look);
    await tell(parts, known, look, { ...judged, asked: isAsked(group) });
    if (facts !== null && isToLeave(facts, judged)) await takeBack(parts, known, facts);
    return ranOf(parts, known, { task, group, look, judged });
  } finally {
    turn.used(writes);
  }
}

/** What follows the end of a pull request. */
async function endOf(
  parts: RunParts,
  known: KnownRepo,
  about: {
    readonly task: GateTask;
    readonly group: readonly LaneItem[];
    readonly look: PullLook;
  },
): Promise<Ran> {
  const { group, look, task } = about;
  const items = look.facts === null ? [] : await afterPull(parts, known, look.facts);
  return leadingTo(items, settleAll(group, gated(task, `#${task.pull} is ${look.glance.state}`)));
}

/** Why a repo without a config has no check. */
export const NO_CONFIG = "no config: nothing is gated here";

/** Without a config nothing is judged: of an open one that is enough, what is over leaves a branch behind. */
function lookAt(parts: RunParts, known: KnownRepo, pull: number): Promise<PullLook | null> {
  const { config } = known;
  if (config !== null) return lookToJudge(parts, known, config, pull);
  return parts.gateReads.look(known.repo, {
    number: pull,
    counted: WORD_LABEL,
    isEnough: ({ state }) => state === "open",
  });
}

/** How many other pull requests of one head are judged; with more nobody passes. */
const MOST_OF_ONE_HEAD = 10;

interface JudgedHead extends Judged {
  /** Of all pull requests whose head it is: what the check says. */
  readonly joint: GateReport;
  readonly subject: string | null;
}

/**
 * A check belongs to a commit, not to a pull request: whoever opened another one of the same commits, into a branch without gates,
 * would let this one pass. Of several it says how the worst stands.
 */
async function judgeHead(parts: RunParts, known: KnownRepo, look: PullLook): Promise<JudgedHead> {
  const { config } = known;
  if (config === null) return { report: UNREADABLE, facts: null, joint: UNREADABLE, subject: null };
  const judged = await judgeLook(parts, known, config, look);
  const { number, sameHead } = look.glance;
  const own = { ...judged, joint: judged.report, subject: null };
  if (sameHead.length === 0) return own;
  if (sameHead.length > MOST_OF_ONE_HEAD)
    return { ...judged, joint: CROWDED_HEAD, subject: CROWDED };
  const members: Member[] = [{ pull: number, report: judged.report }];
  for (const twin of sameHead) members.push(...(await judgeTwin(parts, known, config, twin, look)));
  if (members.length === 1) return own;
  // Whoever of them is looked at, the check says the same: else each look would write it anew.
  members.sort((a, b) => a.pull - b.pull);
  const names = members.map(({ pull }) => `#${pull}`).join(", ");
  const subject = `The same commit is the head of ${names}. A check speaks for a commit, and so for all of them: a further commit on one parts it from the others.`;
  const gatedOnes = members.filter(({ report }) => report.states.length > 0);
  return { ...judged, joint: jointReport(gatedOnes), subject };
}

async function judgeTwin(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  twin: number,
  { glance: { headOid } }: PullLook,
): Promise<readonly Member[]> {
  const look = await lookToJudge(parts, known, config, twin);
  if (look === null || look.glance.state !== "open" || look.glance.headOid !== headOid) return [];
  const { report } = await judgeLook(parts, known, config, look);
  return [{ pull: twin, report }];
}

/** A config that was never seen in force: nobody knows what it gated. */
const UNREADABLE = closedBy(
  "config",
  "The config on the default branch cannot be read, and none is known that was in force before it, so what is gated is not known. Mend .github/tagboat.yml there.",
);
const CROWDED = "The same commit is the head of many pull requests.";
const CROWDED_HEAD = closedBy(
  "content",
  `More than ${MOST_OF_ONE_HEAD} other pull requests have this commit as their head, and share its checks: close some of them.`,
);

function closedBy(gate: "content" | "config", detail: string): GateReport {
  const states = [{ gate, verdict: "closed", detail, until: null }] as const;
  return { verdict: "closed", title: `Closed: ${gate}`, states };
}

/**
 * The check of its group was made when it came to the queue, and is not made again: whose gates close since then has to leave,
 * where the check is required, and where it was we who wished the merge. Auto-merge waits on what the rules require alone.
 */
function isToLeave(pull: PullFacts, { facts, report: { verdict } }: Judged): boolean {
  if (verdict === "open" || facts === null) return false;
  if (pull.queue !== "queued" && pull.autoMerge !== "on") return false;
  if (pull.queue === "queued" && pull.gateRequired) return true;
  return pull.ours && facts.places.every(({ environment }) => environment.merge !== "manual");
}

async function takeBack({ pulls }: RunParts, known: KnownRepo, pull: PullFacts): Promise<void> {
  const stopped = await pulls.stopMerge(known.repo, pull);
  if (stopped.kind === "unsure")
    throw new ForgeUnavailable(
      `#${pull.number} may merge by itself still: ${stopped.detail}`,
      "request",
      null,
    );
}

/** GitHub holds the checks of a commit for unfinished from a "Re-run" until its App reports again. */
function isAsked(group: readonly LaneItem[]): boolean {
  return group.some(({ task }) => task.kind === "gate" && task.asked === true);
}

async function tell(
  { forge }: RunParts,
  known: KnownRepo,
  { facts: pull, glance }: PullLook,
  { asked, facts, joint, subject }: JudgedHead & { readonly asked: boolean },
): Promise<void> {
  const about: CheckAbout = {
    base: glance.base,
    // Of several, some may be into branches without rules.
    required: subject !== null || glance.required,
    facts,
    ...(subject === null ? {} : { subject }),
  };
  const check = promotionCheck(joint, about);
  if (pull === null && !asked && isTold(glance, joint)) return;
  await forge.reportCheck({
    repo: known.repo,
    headOid: glance.headOid,
    ...check,
    unlessSame: !asked,
    fresh: glance.check === null,
  });
}

/** What the check of a pull request that touches nothing says is all in its title. */
function isTold({ check }: PullGlance, { states, title }: GateReport): boolean {
  return states.length === 0 && check?.verdict === "passing" && check.title === title;
}

function ranOf(
  parts: RunParts,
  known: KnownRepo,
  {
    group,
    judged,
    look,
    task,
  }: {
    readonly task: GateTask;
    readonly group: readonly LaneItem[];
    readonly look: PullLook;
    readonly judged: JudgedHead;
  },
): Ran {
  const { joint } = judged;
  const at = nextLook(joint);
  const merge = look.facts === null ? null : mergeItem(known, look.facts, judged);
  const items: readonly NewItem[] = merge === null ? [] : [merge];
  if (at !== null && merge === null && at > parts.clock.now())
    return delayAll(group, { at, failed: false, detail: `#${task.pull}: ${joint.title}` });
  return leadingTo(items, settleAll(group, gated(task, `#${task.pull}: ${joint.title}`)));
}

/** What came of a look at gates. */
export function gated(task: { readonly repo: string }, detail: string): Outcome {
  const place: Place = { repo: task.repo, base: "", environment: "", component: null };
  return { kind: "skipped", place, reason: "gated", detail };
}
