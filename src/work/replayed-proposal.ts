import type { PlanRow } from "../decide/tracking-plan.ts";
import type { Change, FileEdit } from "../model/change.ts";
import type { Config } from "../model/config.ts";
import type { Place } from "../model/outcome.ts";
import { nextCommand } from "../promote/next-command.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import type { CommitTrailers } from "../propose/trailers.ts";

/** A pinned proposal again from what its commit says, on another base; `null`: nothing is to be written, or it is none. */
export function replayedProposal(
  config: Config,
  place: Place,
  trailers: CommitTrailers,
  on: {
    readonly changes: readonly Change[];
    readonly rows: readonly PlanRow[];
    readonly edits: readonly FileEdit[];
  },
): PinnedProposal | null {
  const { artifacts, asked, changes, components, kind } = trailers;
  const environment = config.environments.find(({ name }) => name === place.environment);
  if (environment === undefined || asked === null || on.edits.length === 0) return null;
  if (kind !== "promotion" && kind !== "rollback") return null;
  const travelling = place.component === null ? components : [place.component];
  return {
    kind,
    place,
    environment,
    rows: on.rows,
    refs: on.changes.flatMap((one) => (one.kind === "ref" ? [one] : [])),
    artifacts,
    edits: on.edits,
    entryGone: false,
    releases: [],
    deliveries: [],
    orderUnknown: false,
    asked,
    changes,
    components,
    notes: [],
    next: kind === "rollback" ? null : nextCommand(config, environment.name, travelling),
  };
}
