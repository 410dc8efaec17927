import type { LaneItem, LaneTask } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { GateFacts } from "../promote/gates/facts.ts";
import { parseTrailers } from "../propose/trailers.ts";
import { isOutdated, lookAgainByConfig } from "./config-in-force.ts";
import { judge } from "./judge.ts";
import type { KnownRepo } from "./known-repo.ts";
import { wantsMerge } from "./merge-wish.ts";
import { heldBack } from "./operator-holds.ts";
import { delayAll, type Ran, settleAll } from "./ran.ts";
import type { RunParts } from "./run-place.ts";

type MergeTask = Extract<LaneTask, { kind: "merge" }>;

/** How long GitHub is given to find out whether a pull request merges, in milliseconds. */
const COMPUTING = 5_000;

/** Merges exactly the head that was judged, if a look of now says the same. One after the other on a base. */
export async function runMerge(
  parts: RunParts,
  task: MergeTask,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null || known.config === null)
    return settleAll(group, told(task, "the repo is gone"));
  const turn = await parts.pacer.turn(known.repo.installation, 2, "person", signal);
  let writes = 0;
  try {
    const pull = await parts.pulls.read(known.repo, task.pull);
    if (pull === null || pull.state !== "open" || pull.head.oid !== task.headOid)
      return settleAll(group, told(task, `#${task.pull} is not as it was judged`));
    if (isOutdated(known, pull)) return await lookAgainByConfig(parts, known, group, pull);
    const { facts, report } = await judge(parts, known, known.config, pull);
    if (facts === null || !wantsMerge(known, pull, facts, report))
      return settleAll(
        group,
        told(task, `#${task.pull} is not to be merged any more: ${report.title}`),
      );
    const paused = await pausedBy(parts, known, facts);
    if (paused !== null) return heldBack(parts.clock, group, paused);
    if (pull.mergeable === "unknown") return soon(parts, task, group);
    if (pull.mergeable === "conflicting")
      return settleAll(group, told(task, `#${task.pull} is in conflict with its base`));
    writes = 2;
    return await merge(parts, known, { task, group, pull });
  } finally {
    turn.used(writes);
  }
}

/** Why the operator lets nothing come to one of its environments. */
async function pausedBy(
  { holds }: RunParts,
  { fullName: repo }: KnownRepo,
  { places }: GateFacts,
): Promise<string | null> {
  for (const { environment } of places) {
    const why = await holds.why({ repo, environment: environment.name });
    if (why !== null) return why;
  }
  return null;
}

async function merge(
  { pulls }: RunParts,
  known: KnownRepo,
  {
    group,
    pull,
    task,
  }: {
    readonly task: MergeTask;
    readonly group: readonly LaneItem[];
    readonly pull: Parameters<RunParts["pulls"]["merge"]>[0]["pull"];
  },
): Promise<Ran> {
  const title = `${pull.title} (#${pull.number})`;
  const result = await pulls.merge({ repo: known.repo, pull, title, message: messageOf(pull) });
  if (result.kind === "unsure")
    return delayAll(group, { at: null, failed: true, detail: result.detail });
  const { value } = result;
  const detail = value.kind === "refused" ? `not merged: ${value.detail}` : value.kind;
  return settleAll(group, told(task, `#${task.pull}: ${detail}`));
}

/** What the proposal's own commit says goes along: a squashed one would forget which digests it brought. */
function messageOf({ commits }: Parameters<RunParts["pulls"]["merge"]>[0]["pull"]): string {
  const own = commits.find(({ message }) => parseTrailers(message) !== null);
  return own?.message.replace(/^.*\n+/, "") ?? "";
}

function soon({ clock }: RunParts, task: MergeTask, group: readonly LaneItem[]): Ran {
  const at = new Date(clock.now().getTime() + COMPUTING);
  const detail = `GitHub is still computing whether #${task.pull} merges`;
  return delayAll(group, { at, failed: false, detail });
}

function told({ base, repo }: MergeTask, detail: string): Outcome {
  const place: Place = { repo, base, environment: "", component: null };
  return { kind: "skipped", place, reason: "gated", detail };
}
