import type { FileState, Target } from "../model/forge.ts";
import type { LaneItem } from "../model/inbox.ts";
import type { PullFacts } from "../model/pulls.ts";
import type { KnownRepo } from "./known-repo.ts";
import { delayAll, type Ran } from "./ran.ts";
import type { RunParts } from "./run-place.ts";

/** Whether the config is another than the index was made by. */
export function configChanged({ configState }: KnownRepo, { config }: Target): boolean {
  return configOid(configState) !== configOid(config);
}

/** Blob id of a config. Empty: there is none. */
function configOid(file: FileState | null): string {
  return file === null || file.kind === "absent" ? "" : file.oid;
}

/** Whether a pull request was read while another config stood than the one known: the webhook of its push is late, or lost. */
export function isOutdated(
  { configState }: KnownRepo,
  { configOid: standing }: Pick<PullFacts, "configOid">,
): boolean {
  return standing !== null && standing !== configOid(configState);
}

/** Reads the config that is in force, for a further look at once; where that is still another one, later. */
export async function lookAgainByConfig(
  { clock, indexes }: Pick<RunParts, "clock" | "indexes">,
  known: KnownRepo,
  group: readonly LaneItem[],
  seen: Pick<PullFacts, "configOid">,
): Promise<Ran> {
  const now = await indexes.refresh(known.fullName);
  const isRead = now !== null && !isOutdated(now, seen);
  const detail = "the config changed just now";
  return delayAll(group, { at: isRead ? clock.now() : null, failed: !isRead, detail });
}
