import type { LaneItem } from "../model/inbox.ts";
import type { Outcome, Place, RefuseReason } from "../model/outcome.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { Permitted } from "./permitted.ts";
import { promotePlaces } from "./promote-place.ts";
import { delayAll, type Ran, settleAbout, settleAll } from "./ran.ts";
import { LOOK_AT_HOLD, type RunParts } from "./run-place.ts";
import { tellView } from "./tell-view.ts";

/** A proposal with its labels and reviewers, and one that is superseded. */
const MOST_WRITES = 4;

/** What time alone may end; nobody would ask again. */
const PASSING: readonly RefuseReason[] = ["release-held", "soak-too-short"];

/** `on: merge`: what the environment before holds is proposed without anybody's asking. Nobody is told where nothing comes of it. */
export async function promoteByItself(
  parts: RunParts,
  place: Place,
  group: readonly LaneItem[],
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(place.repo);
  const asking = known === null ? null : askedByMerge(parts, known, place);
  if (known === null || asking === null) return settleAll(group, notFollowing(place));
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "tracking", signal);
  let writes = MOST_WRITES;
  try {
    const { outcomes, settled, views = [] } = await promotePlaces(parts, known, asking, [place]);
    const [outcome = notFollowing(place)] = outcomes;
    writes = outcome.kind === "proposed" ? 1 : 0;
    for (const view of views) await tellView(parts, known.repo, view, signal);
    if (outcome.kind !== "refused" || !PASSING.includes(outcome.reason))
      return settled === undefined ? settleAll(group, outcome) : settleAbout(group, settled);
    const at = new Date(parts.clock.now().getTime() + LOOK_AT_HOLD);
    return delayAll(group, { at, failed: false, detail: outcome.detail });
  } finally {
    turn.used(writes);
  }
}

function askedByMerge({ clock }: RunParts, { config }: KnownRepo, place: Place): Permitted | null {
  const environment = config?.environments.find(({ name }) => name === place.environment);
  if (config === null || environment?.on !== "merge" || config.mode !== "act") return null;
  return {
    command: {
      verb: "promote",
      plan: false,
      environment: environment.name,
      components: place.component === null ? [] : [place.component],
      to: null,
      from: null,
      reason: null,
      for: null,
      together: false,
    },
    request: { comment: null, pull: 0, login: "", userId: 0, at: clock.now().toISOString() },
    right: "none",
    config,
    environment,
    standing: { right: "none", teams: [] },
  };
}

function notFollowing(place: Place): Outcome {
  const detail = `${place.environment} does not follow merges`;
  return { kind: "skipped", place, reason: "nothing-to-do", detail };
}
