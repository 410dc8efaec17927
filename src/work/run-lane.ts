import { type DenyReason, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { Place } from "../model/outcome.ts";
import type { Attempt } from "../propose/upsert.ts";
import { keepWords } from "./keep-words.ts";
import { awaited, lastWord } from "./last-word.ts";
import { heldBack } from "./operator-holds.ts";
import { promoteByItself } from "./promote-by-itself.ts";
import { delayAll, parkAll, type Ran, settleAll, together } from "./ran.ts";
import { runCommand } from "./run-command.ts";
import { runOnboarding, runPreview } from "./run-config.ts";
import { runEvents } from "./run-events.ts";
import { runGate } from "./run-gate.ts";
import { runGroupGate } from "./run-group-gate.ts";
import { runMerge } from "./run-merge.ts";
import type { RunParts } from "./run-place.ts";
import { runRights } from "./run-rights.ts";
import { runGrown } from "./young-releases.ts";

/** One run of a lane with all its items, place by place. Faults of the host become `later`, `parked` or refusals; others are thrown. */
export async function runLane(
  parts: RunParts,
  items: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const rans: Ran[] = [];
  for (const group of groupsOf(items))
    rans.push(await guarded(parts, group, signal, () => runGroup(parts, group, signal)));
  return together(rans);
}

async function runGroup(
  parts: RunParts,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const [first] = group;
  if (first === undefined) return together([]);
  const { task } = first;
  switch (task.kind) {
    case "release":
    case "recheck":
      return runGrown(parts, task.place, group, signal);
    case "event":
      return runEvents(parts, task.repo, group);
    case "preview":
      return unlessHeld(parts, task.repo, group, async () =>
        settleAll(group, await runPreview(parts, task.repo, task.pull)),
      );
    case "onboard":
      return unlessHeld(parts, task.repo, group, () => onboard(parts, task, group));
    case "promote":
      return unlessHeld(parts, task.place, group, () =>
        promoteByItself(parts, task.place, group, signal),
      );
    case "gate":
      return unlessHeld(parts, task.repo, group, () => runGate(parts, task, group, signal));
    case "rights":
      return unlessHeld(parts, task.repo, group, () => runRights(parts, task, group));
    case "gate-group":
      return unlessHeld(parts, task.repo, group, () => runGroupGate(parts, task, group, signal));
    case "merge":
      return unlessHeld(parts, task.repo, group, () => runMerge(parts, task, group, signal));
    case "words":
      return unlessHeld(parts, task.repo, group, () => keepWords(parts, task, first, signal));
    case "command":
      return unlessHeld(parts, task.repo, group, () => runCommand(parts, task, first, signal));
  }
}

async function unlessHeld(
  parts: RunParts,
  where: string | { readonly repo: string; readonly environment: string },
  group: readonly LaneItem[],
  run: () => Promise<Ran>,
): Promise<Ran> {
  const place = typeof where === "string" ? { repo: where, environment: null } : where;
  const held = await parts.holds.why(place);
  return held === null ? run() : heldBack(parts.clock, group, held);
}

async function onboard(
  parts: RunParts,
  { repo, image }: Extract<LaneItem["task"], { kind: "onboard" }>,
  group: readonly LaneItem[],
): Promise<Ran> {
  const known = await parts.indexes.get(repo);
  const place: Place = { repo, base: "", environment: "onboarding", component: null };
  const attempt: Attempt =
    known === null
      ? {
          kind: "settled",
          outcome: { kind: "refused", place, reason: "repo-gone", detail: `${repo} is gone` },
        }
      : await runOnboarding(parts, known, image);
  if (attempt.kind === "settled") return settleAll(group, attempt.outcome);
  const at = attempt.kind === "waits" ? attempt.until : attempt.at;
  return delayAll(group, { at, failed: true, detail: attempt.detail });
}

/** Items of one place together, and events of one repo; each preview and onboarding by itself. */
function groupsOf(items: readonly LaneItem[]): LaneItem[][] {
  const groups = new Map<string, LaneItem[]>();
  for (const item of items) {
    const key = JSON.stringify(groupKey(item.task));
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

function groupKey(task: LaneItem["task"]): unknown {
  if (task.kind === "release" || task.kind === "recheck") return task.place;
  if (task.kind === "promote") return ["promote", task.place];
  if (task.kind === "rights") return ["rights", task.repo];
  if (task.kind === "gate") return ["gate", task.repo, task.pull];
  if (task.kind === "merge") return ["merge", task.repo, task.pull];
  return task.kind === "event" ? task.repo : task;
}

async function guarded(
  parts: RunParts,
  group: readonly LaneItem[],
  signal: AbortSignal,
  run: () => Promise<Ran>,
): Promise<Ran> {
  try {
    return await run();
  } catch (error) {
    const ran = await afterFault(parts, group, error);
    if (ran !== null) return lastWord(parts, group, error, ran);
    if (signal.aborted || awaited(group) === null) throw error;
    // What others asked for in the same lane is no worse for it.
    parts.log.error({ err: error, task: group[0]?.task.kind }, "a run failed");
    const detail = error instanceof Error ? error.message : "failed";
    return lastWord(parts, group, error, delayAll(group, { at: null, failed: true, detail }));
  }
}

/** `null`: no fault of the host. */
async function afterFault(
  parts: RunParts,
  group: readonly LaneItem[],
  error: unknown,
): Promise<Ran | null> {
  if (error instanceof ForgeUnavailable) return unavailable(parts, group, error);
  return error instanceof ForgeDenied ? denied(group, error) : null;
}

async function unavailable(
  parts: RunParts,
  group: readonly LaneItem[],
  error: ForgeUnavailable,
): Promise<Ran> {
  const [first] = group;
  const repo = first === undefined ? null : parts.indexes.reach(repoOf(first.task));
  if (error.scope === "installation" && repo !== null && error.retryAt !== null) {
    await parts.pacer.pause(repo.installation, error.retryAt);
  }
  // A limit is no fault of the work: it does not use up its tries.
  const failed = error.scope !== "installation";
  return delayAll(group, { at: error.retryAt, failed, detail: error.message });
}

function repoOf(task: LaneItem["task"]): string {
  return "place" in task ? task.place.repo : task.repo;
}

/** What the owner can give back is worth waiting for. */
const PARKED: readonly DenyReason[] = ["installation-revoked", "permission-missing"];

function denied(group: readonly LaneItem[], { message, reason }: ForgeDenied): Ran {
  if (PARKED.includes(reason)) return parkAll(group, message);
  return together(
    group.map((item) => {
      const place = "place" in item.task ? item.task.place : null;
      return settleAll([item], { kind: "refused", place, reason, detail: message });
    }),
  );
}
