import type { Overlay } from "../decide/repo-index.ts";
import type { Config, Environment } from "../model/config.ts";
import { code } from "../model/outside-text.ts";
import type { Refused } from "../promote/choose-release.ts";
import { maySkip } from "../promote/gates/rights.ts";
import { allBefore, stepsBefore } from "../promote/ladder.ts";
import { namesWords } from "../promote/reply.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { Permitted } from "./permitted.ts";

/** Overlays that a release comes from. */
export interface Sources {
  readonly kind: "sources";
  readonly overlays: readonly Overlay[];
  /** Why a step is left out; `null`: none is. */
  readonly skip: string | null;
}

/** Where a component's release for an environment comes from, by the ladder or by `--from`. */
export function sourcesFor(
  known: KnownRepo,
  asking: Pick<Permitted, "command" | "config" | "environment" | "standing">,
  component: string | null,
): Sources | Refused {
  const { command, config, environment } = asking;
  const own = known.index.overlays.filter(
    (overlay) => overlay.component === component && overlay.environment !== null,
  );
  const has = (one: Environment): boolean =>
    own.some((overlay) => overlay.environment === one.name);
  const steps = stepsBefore(config, environment, has).map(({ name }) => name);
  const before = own.filter((overlay) => steps.includes(overlay.environment ?? ""));
  const { from } = command;
  if (from === null) {
    if (before.length > 0) return { kind: "sources", overlays: before, skip: null };
    return nowhere(config, environment);
  }
  const named = own.filter((overlay) => isNamed(config, overlay, from));
  const near = named.filter((overlay) => before.includes(overlay));
  if (near.length > 0) return { kind: "sources", overlays: near, skip: null };
  return leavingOut(asking, named, steps);
}

function isNamed(config: Config, { environment, folder }: Overlay, from: string): boolean {
  if (config.environments.some(({ name }) => name === from)) return environment === from;
  const path = from.replace(/\/+$/, "");
  return folder === path || folder.endsWith(`/${path}`);
}

function nowhere(config: Config, environment: Environment): Refused {
  const first = config.environments.filter(({ after }) => after.includes(environment.name));
  const hint =
    first.length === 0
      ? ""
      : ` From it one promotes to ${namesWords(first.map(({ name }) => name))}.`;
  const message =
    environment.after.length === 0
      ? `No environment comes before ${code(environment.name)}: nothing is promoted to it.${hint}`
      : `No environment before ${code(environment.name)} has an overlay of it.`;
  return { kind: "refused", reason: "source-unknown", message };
}

/** A step of the ladder is left out: only from what comes before, with a reason, by those who may. */
function leavingOut(
  {
    command,
    config,
    environment,
    standing,
  }: Pick<Permitted, "command" | "config" | "environment" | "standing">,
  named: readonly Overlay[],
  steps: readonly string[],
): Sources | Refused {
  const names = allBefore(config, environment).map(({ name }) => name);
  const earlier = named.filter((overlay) => names.includes(overlay.environment ?? ""));
  const from = code(command.from ?? "");
  if (earlier.length === 0) {
    const message = `${from} is no environment before ${code(environment.name)}, nor a folder of one: ${namesWords(names)}.`;
    return { kind: "refused", reason: "source-unknown", message };
  }
  const left = `${from} is not the step before ${code(environment.name)} (${namesWords(steps)} is)`;
  if (command.reason === null) {
    const message = `${left}: to leave a step out, give a reason: ${code('--reason "…"')}.`;
    return { kind: "refused", reason: "ladder-skipped", message };
  }
  if (maySkip(standing, environment))
    return { kind: "sources", overlays: earlier, skip: command.reason };
  const teams = environment.allow.skip;
  const who = `maintainers of the repo may leave a step out${teams.length === 0 ? "" : `, and ${namesWords(teams)}`}`;
  return { kind: "refused", reason: "not-permitted", message: `${left}: ${who}.` };
}
