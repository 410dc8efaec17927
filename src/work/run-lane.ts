import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { Place } from "../model/outcome.ts";
import type { Attempt } from "../propose/upsert.ts";
import { runOnboarding, runPreview } from "./run-config.ts";
import { type Ran, type RunParts, runPlace } from "./run-place.ts";

/** One run of a lane with all its items, place by place. Faults of the host become `later` or refusals; others are thrown. */
export async function runLane(
  parts: RunParts,
  items: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const done: Ran["done"][number][] = [];
  const later: Ran["later"][number][] = [];
  for (const group of groupsOf(items)) {
    const ran = await guarded(parts, group, () => runGroup(parts, group, signal));
    done.push(...ran.done);
    later.push(...ran.later);
  }
  return { done, later };
}

function runGroup(parts: RunParts, group: readonly LaneItem[], signal: AbortSignal): Promise<Ran> {
  const [first] = group;
  if (first === undefined) return Promise.resolve({ done: [], later: [] });
  const { task } = first;
  switch (task.kind) {
    case "release":
    case "recheck":
      return runPlace(parts, task.place, group, signal);
    case "preview":
      return runPreview(parts, task.repo, task.pull).then((outcome) => ({
        done: group.map((i) => ({ item: i.id, outcome })),
        later: [],
      }));
    case "onboard":
      return onboard(parts, task, group);
    case "event":
      throw new Error("events of unread repos are routed, not run");
  }
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
  if (attempt.kind === "settled")
    return { done: group.map((i) => ({ item: i.id, outcome: attempt.outcome })), later: [] };
  const at = attempt.kind === "again" ? attempt.at : attempt.until;
  return {
    done: [],
    later: group.map((i) => ({ item: i.id, at, failed: true, detail: attempt.detail })),
  };
}

/** Items of one place together; each preview and onboarding by itself. */
function groupsOf(items: readonly LaneItem[]): LaneItem[][] {
  const groups = new Map<string, LaneItem[]>();
  for (const item of items) {
    const { task } = item;
    const key =
      task.kind === "release" || task.kind === "recheck"
        ? JSON.stringify(task.place)
        : JSON.stringify(task);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

async function guarded(
  parts: RunParts,
  group: readonly LaneItem[],
  run: () => Promise<Ran>,
): Promise<Ran> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ForgeUnavailable) return unavailable(parts, group, error);
    if (error instanceof ForgeDenied) return denied(group, error);
    throw error;
  }
}

async function unavailable(
  parts: RunParts,
  group: readonly LaneItem[],
  error: ForgeUnavailable,
): Promise<Ran> {
  const [first] = group;
  const repo =
    first === undefined || !("place" in first.task)
      ? null
      : await parts.indexes.get(first.task.place.repo);
  if (error.scope === "installation" && repo !== null && error.retryAt !== null) {
    await parts.pacer.pause(repo.repo.installation, error.retryAt);
  }
  // A limit is no fault of the work: it does not use up its tries.
  const failed = error.scope !== "installation";
  return {
    done: [],
    later: group.map((i) => ({ item: i.id, at: error.retryAt, failed, detail: error.message })),
  };
}

function denied(group: readonly LaneItem[], error: ForgeDenied): Ran {
  const done = group.map((item) => {
    const place = "place" in item.task ? item.task.place : null;
    return {
      item: item.id,
      outcome: {
        kind: "refused",
        place,
        reason: error.reason,
        detail: error.message,
      } as const,
    };
  });
  return { done, later: [] };
}
