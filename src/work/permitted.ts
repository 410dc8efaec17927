import type { Config, Environment } from "../model/config.ts";
import type { Outcome, Place, RefuseReason } from "../model/outcome.ts";
import type { Standing } from "../promote/gates/facts.ts";
import type { Answer } from "../promote/reply.ts";
import type { Asking } from "../promote/request.ts";
import type { KnownRepo } from "./known-repo.ts";

/** A command whose author may command here, in an environment that there is. */
export interface Permitted extends Asking {
  readonly config: Config;
  readonly environment: Environment;
  readonly standing: Standing;
}

/** A refusal that says why and what to do. */
export function refuse(
  known: KnownRepo,
  place: Omit<Place, "repo"> | null,
  reason: RefuseReason,
  message: string,
): Answer {
  const at = place ?? { base: "", environment: "", component: null };
  const outcome: Outcome = {
    kind: "refused",
    place: { repo: known.fullName, ...at },
    reason,
    detail: message,
  };
  return { body: message, reaction: "confused", outcomes: [outcome] };
}
