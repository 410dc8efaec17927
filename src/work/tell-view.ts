import { type CdRepo, type Forge, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Log } from "../model/log.ts";
import type { Pacer } from "../model/pacer.ts";
import type { ViewToTell } from "../render/proposal-view.ts";
import { reportView } from "../render/report.ts";
import type { ChangeViewer } from "../render/view-change.ts";

export interface TellParts {
  readonly forge: Forge;
  readonly pacer: Pacer;
  readonly log: Log;
  readonly viewer: ChangeViewer | null;
}

/**
 * Puts the check run with the built difference on a proposal's head: one request after a write, two later on. What is proposed
 * stands without it, so a host that cannot take it now is asked again when the place is next looked at.
 */
export async function tellView(
  { forge, pacer, log, viewer }: TellParts,
  repo: CdRepo,
  told: ViewToTell | null,
  signal: AbortSignal,
): Promise<void> {
  if (told === null || viewer === null || viewer.isTold(told.headOid)) return;
  const turn = await pacer.turn(repo.installation, 1, "tracking", signal);
  try {
    await forge.reportCheck(reportView(repo, told));
    viewer.told(told.headOid);
  } catch (error) {
    if (!(error instanceof ForgeUnavailable || error instanceof ForgeDenied)) throw error;
    log.warn({ repo: repo.id, detail: error.message }, "the rendered diff could not be reported");
    // Without the permission it never can: building again would be in vain.
    if (error instanceof ForgeDenied) viewer.told(told.headOid);
  } finally {
    turn.used(1);
  }
}
