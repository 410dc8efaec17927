import type { LaneTask, NewItem } from "../model/inbox.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";

/** A look at the gates of one pull request. @param asked a person asked for it: it is reported, be it the same. */
export function gateItem(
  { fullName: repo }: KnownRepo,
  pull: number,
  why: string,
  asked?: true,
): NewItem {
  const task: LaneTask = {
    kind: "gate",
    repo,
    pull,
    why,
    ...(asked === undefined ? {} : { asked }),
  };
  return { lane: laneOf(task, false), task };
}
