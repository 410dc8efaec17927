import type { Oid } from "../git/object-store.ts";
import type { Comment, Pull, Repo, Review } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { WorldEvent } from "../world/world-event.ts";

export type PullMoment = {
  readonly at: string;
  readonly actor: string | null;
} & (
  | { readonly kind: "CLOSED_EVENT" | "REOPENED_EVENT" | "MERGED_EVENT" }
  | {
      readonly kind: "REMOVED_FROM_MERGE_QUEUE_EVENT" | "AUTO_MERGE_DISABLED_EVENT";
      readonly reason: string | null;
    }
  | { readonly kind: "HEAD_REF_FORCE_PUSHED_EVENT"; readonly before: Oid; readonly after: Oid }
);

/** What GraphQL shows and the world does not keep: the timelines of pull requests, hidden comments. */
export interface Memory {
  /** Oldest first. */
  timeline(pull: Pull): readonly PullMoment[];
  readonly minimized: WeakMap<Comment | Review, string>;
}

const memories = new WeakMap<World, Memory>();

/**
 * The memory of a world. It starts to listen with the first call, so make it when the world is made:
 * what happened before is told only as far as the state of a pull request shows it.
 */
export function memoryOf(world: World): Memory {
  const known = memories.get(world);
  if (known !== undefined) return known;
  const moments = new WeakMap<Pull, PullMoment[]>();
  const add = (pull: Pull, moment: PullMoment) => {
    moments.set(pull, [...(moments.get(pull) ?? []), moment]);
  };
  world.on((event) => remember(world, event, add));
  const memory: Memory = {
    timeline: (pull) => withState(pull, moments.get(pull) ?? []),
    minimized: new WeakMap(),
  };
  memories.set(world, memory);
  return memory;
}

function withState(pull: Pull, seen: readonly PullMoment[]): readonly PullMoment[] {
  const closed = seen.some((moment) => moment.kind === "CLOSED_EVENT");
  if (closed || pull.state === "open") return seen;
  return [...seen, ...closing(pull)];
}

function closing(pull: Pull): PullMoment[] {
  const closed: PullMoment = {
    kind: "CLOSED_EVENT",
    at: pull.closedAt ?? pull.updatedAt,
    actor: pull.closedBy,
  };
  if (pull.mergedAt === null) return [closed];
  return [{ kind: "MERGED_EVENT", at: pull.mergedAt, actor: pull.mergedBy }, closed];
}

const stops: Readonly<
  Record<string, "REMOVED_FROM_MERGE_QUEUE_EVENT" | "AUTO_MERGE_DISABLED_EVENT">
> = {
  dequeued: "REMOVED_FROM_MERGE_QUEUE_EVENT",
  auto_merge_disabled: "AUTO_MERGE_DISABLED_EVENT",
};

type Add = (pull: Pull, moment: PullMoment) => void;

function remember(world: World, event: WorldEvent, add: Add): void {
  if (event.kind === "push") rememberPush(world, event, add);
  if (event.kind !== "pull_request") return;
  const { pull, actor } = event;
  const stopped = stops[event.action];
  if (stopped !== undefined)
    add(pull, { kind: stopped, at: instant(world), actor, reason: event.reason ?? null });
  if (event.action === "reopened") add(pull, { kind: "REOPENED_EVENT", at: instant(world), actor });
  if (event.action === "closed") for (const moment of closing(pull)) add(pull, moment);
}

function rememberPush(
  world: World,
  event: Extract<WorldEvent, { readonly kind: "push" }>,
  add: Add,
): void {
  const { before, after, actor, forced } = event;
  if (!forced || before === null || after === null) return;
  const at = instant(world);
  for (const pull of openPullsFrom(world, event.repo, event.ref)) {
    add(pull, { kind: "HEAD_REF_FORCE_PUSHED_EVENT", at, actor, before, after });
  }
}

function openPullsFrom(world: World, head: Repo, ref: string): readonly Pull[] {
  const pulls = [...world.repos.values()].flatMap((repo) => world.pulls(repo));
  return pulls.filter(
    (pull) =>
      pull.state === "open" && pull.headRepo === head.id && ref === `refs/heads/${pull.headBranch}`,
  );
}

/** GitHub writes no fractions of a second. */
function instant(world: World): string {
  return world
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}
