import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";

/** A look at the gates of one pull request. */
export function gateItem({ fullName: repo }: KnownRepo, pull: number, why: string): NewItem {
  const task: LaneTask = { kind: "gate", repo, pull, why };
  return { lane: laneOf(task, false), task };
}
