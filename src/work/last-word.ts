import type { CdRepo } from "../model/forge.ts";
import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import { PROMOTION_CHECK } from "../model/gate.ts";
import type { LaneItem, LaneTask } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { cell } from "../model/outside-text.ts";
import { isLate } from "../promote/request.ts";
import { WORD_LABEL } from "../promote/words.ts";
import { MAX_TRIES } from "./backoff.ts";
import { delayAll, type Ran, settleAll } from "./ran.ts";
import type { RunParts } from "./run-place.ts";

type Awaited = Extract<LaneTask, { kind: "command" | "gate" | "gate-group" }>;

/** While the host cannot be reached, what somebody waits for is not given up: looked at again after so long, in milliseconds, */
const LOOK_AGAIN = 10 * 60_000;
/** and given up without a word after so long. */
const LONGEST = 24 * 3_600_000;

/** The task of a group that somebody waits for, in a comment or in a check; `null`: nobody does. */
export function awaited(group: readonly LaneItem[]): Awaited | null {
  const task = group[0]?.task;
  const waits = task?.kind === "command" || task?.kind === "gate" || task?.kind === "gate-group";
  return waits ? task : null;
}

/**
 * Where a run has failed for good, whoever waits is told so in words: as the reply to the command, or as the check. Said once, since
 * a reply is known by its comment, and a check by its name. Where the host cannot be reached it is said when it can be again.
 */
export async function lastWord(
  parts: RunParts,
  group: readonly LaneItem[],
  error: unknown,
  ran: Ran,
): Promise<Ran> {
  const task = awaited(group);
  if (task === null || !isOver(group, ran)) return ran;
  const said = isStale(group) ? "never" : await tell(parts, task, whyOf(error));
  if (said === "told" && task.kind === "command" && ran.parked.length > 0) {
    // Told to write it again: done later, it would come as a surprise.
    return settleAll(group, refused(error));
  }
  const received = Math.min(...group.map(({ receivedAt }) => Date.parse(receivedAt)));
  const now = parts.clock.now().getTime();
  if (said !== "later" || ran.later.length === 0 || now - received > LONGEST) return ran;
  const detail = ran.later[0]?.detail ?? "";
  return delayAll(group, { at: new Date(now + LOOK_AGAIN), failed: false, detail });
}

/** A comment that was old when its webhook came is never answered. */
function isStale([item]: readonly LaneItem[]): boolean {
  if (item?.task.kind !== "command") return false;
  return isLate(item.task.comment, new Date(item.receivedAt));
}

/** Parked, refused, or tried for the last time. */
function isOver(group: readonly LaneItem[], ran: Ran): boolean {
  if (ran.later.length === 0) return true;
  const tries = new Map(group.map((item) => [item.id, item.tries]));
  return ran.later.some(({ failed, item }) => failed && (tries.get(item) ?? 0) + 1 >= MAX_TRIES);
}

/** What may be said to strangers: a fault of ours is for the log. */
function whyOf(error: unknown): string {
  const known = error instanceof ForgeUnavailable || error instanceof ForgeDenied;
  return known ? cell(error.message, 300) : "an error inside Tagboat, which its log tells of";
}

function refused(error: unknown): Outcome {
  const reason = error instanceof ForgeDenied ? error.reason : "permission-missing";
  const detail = error instanceof Error ? error.message : "failed";
  return { kind: "refused", place: null, reason, detail };
}

async function tell(
  parts: RunParts,
  task: Awaited,
  why: string,
): Promise<"told" | "later" | "never"> {
  try {
    return task.kind === "command"
      ? await reply(parts, task, why)
      : await conclude(parts, task, why);
  } catch (error) {
    if (error instanceof ForgeUnavailable) return "later";
    parts.log.warn({ err: error, task: task.kind, repo: task.repo }, "nobody could be told");
    return "never";
  }
}

async function reply(
  { indexes, pulls }: RunParts,
  { comment, pull, repo: name }: Extract<Awaited, { kind: "command" }>,
  why: string,
): Promise<"told" | "never"> {
  const repo = indexes.reach(name);
  if (repo === null) return "never";
  await pulls.say({
    repo,
    pull,
    key: `command:${comment.id}`,
    body: `This came to no end and is not tried again: ${why}. What it began may stand. Once that is mended, write the command again.`,
    react: { comment: comment.id, reaction: "confused" },
  });
  return "told";
}

/** A check that nobody concludes would keep people waiting; one from an earlier look may say what holds no more. */
async function conclude(
  parts: RunParts,
  task: Extract<Awaited, { kind: "gate" | "gate-group" }>,
  why: string,
): Promise<"told" | "never"> {
  const repo = parts.indexes.reach(task.repo);
  const headOid = repo === null ? null : await headOf(parts, repo, task);
  if (repo === null || headOid === null) return "never";
  await parts.forge.reportCheck({
    repo,
    headOid,
    name: PROMOTION_CHECK,
    conclusion: "failure",
    title: "Not judged",
    summary: `The gates could not be looked at: ${why}. Once that is mended, re-run this check.`,
    annotations: [],
  });
  return "told";
}

async function headOf(
  { gateReads }: RunParts,
  repo: CdRepo,
  task: Extract<Awaited, { kind: "gate" | "gate-group" }>,
): Promise<string | null> {
  if (task.kind === "gate-group") return task.oid;
  const wanted = { number: task.pull, counted: WORD_LABEL, isEnough: () => true };
  const look = await gateReads.look(repo, wanted);
  return look?.glance.state === "open" ? look.glance.headOid : null;
}
