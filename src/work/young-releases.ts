import { renderDuration } from "../decide/duration.ts";
import { trackedImage } from "../decide/image-pattern.ts";
import type { Config } from "../model/config.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { Place } from "../model/outcome.ts";
import { delayAll, type Ran, together } from "./ran.ts";
import { type RunParts, runPlace } from "./run-place.ts";

/** One run of a place with what is old enough for its image's rule; each of the others is put off until it is. */
export async function runGrown(
  parts: RunParts,
  place: Place,
  items: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(place.repo);
  const config = known?.config ?? null;
  const now = parts.clock.now();
  const grown: LaneItem[] = [];
  const rans: Ran[] = [];
  for (const item of items) {
    const wait = config === null ? null : waitOf(config, item);
    if (wait === null || wait.at <= now) grown.push(item);
    else rans.push(delayAll([item], { ...wait, failed: false }));
  }
  if (grown.length > 0) rans.push(await runPlace(parts, place, grown, signal));
  return together(rans);
}

/** Until the youngest of its images is old enough; `null`: no rule asks for an age. */
function waitOf(config: Config, item: LaneItem): { at: Date; detail: string } | null {
  if (item.task.kind !== "release") return null;
  let wait: { at: Date; detail: string } | null = null;
  for (const artifact of item.task.release.artifacts) {
    if (artifact.kind !== "image") continue;
    const age = trackedImage(config, artifact.image)?.rule.tags.age ?? 0;
    if (age === 0) continue;
    const at = new Date(bornAt(artifact.orderKey?.at ?? null, item) + age);
    const detail = `${artifact.tag} is younger than ${renderDuration(age)}, which \`tags.age\` asks for`;
    if (wait === null || at > wait.at) wait = { at, detail };
  }
  return wait;
}

/** Nothing is built after it was told of: a clock that is ahead makes nobody wait longer. */
function bornAt(built: string | null, { receivedAt }: LaneItem): number {
  const arrived = Date.parse(receivedAt);
  return built === null ? arrived : Math.min(Date.parse(built), arrived);
}
