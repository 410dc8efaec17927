import { covers } from "../world/accounts.ts";
import type { App, Installation, Repo } from "../world/entities.ts";
import type { World, WorldEvent } from "../world/world.ts";
import type { HookTarget } from "./delivery.ts";

/** A webhook that somebody set up on a repo, or on an organisation for all its repos. */
export interface RepoHook {
  readonly id: number;
  readonly owner: string;
  /** `null`: all repos of the owner. */
  readonly repo: string | null;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
}

/** A receiver of one event, and the installation by which an App hears of it. */
export interface Receiver {
  readonly target: HookTarget;
  readonly installation: Installation | null;
}

export function appTarget(app: App): HookTarget | null {
  if (app.webhookUrl === null) return null;
  return {
    hook: app.id,
    targetType: "integration",
    targetId: app.id,
    url: app.webhookUrl,
    secret: app.webhookSecret,
  };
}

/** Who is told: as things stand when it happens, not when it is sent. */
export function receiversOf(
  world: World,
  hooks: readonly RepoHook[],
  event: WorldEvent,
): readonly Receiver[] {
  if (event.kind === "installation" || event.kind === "installation_repositories") {
    const app = world.apps.get(event.installation.app);
    const target = app === undefined ? null : appTarget(app);
    return target === null ? [] : [{ target, installation: event.installation }];
  }
  const receivers = receiversIn(world, hooks, event.repo, event.kind);
  if (event.kind !== "check_run" || event.action !== "rerequested") return receivers;
  // Only the App that made the check may run it again.
  return receivers.filter((receiver) => receiver.installation?.app === event.check.appId);
}

/** Apps and hooks that hear of `event` in a repo. */
export function receiversIn(
  world: World,
  hooks: readonly RepoHook[],
  repo: Repo,
  event: string,
): readonly Receiver[] {
  const receivers: Receiver[] = [];
  for (const installation of world.installations.values()) {
    const app = world.apps.get(installation.app);
    const target = app === undefined ? null : appTarget(app);
    if (target === null || app?.events.includes(event) !== true) continue;
    if (covers(installation, repo)) receivers.push({ target, installation });
  }
  for (const hook of hooks) {
    if (hook.events.includes(event) && hookCovers(hook, repo)) {
      receivers.push({ target: hookTarget(world, hook, repo), installation: null });
    }
  }
  return receivers;
}

function hookCovers(hook: RepoHook, repo: Repo): boolean {
  return hook.owner === repo.owner && (hook.repo === null || hook.repo === repo.name);
}

function hookTarget(world: World, hook: RepoHook, repo: Repo): HookTarget {
  const ofRepo = hook.repo !== null;
  return {
    hook: hook.id,
    targetType: ofRepo ? "repository" : "organization",
    targetId: ofRepo ? repo.id : (world.accounts.get(hook.owner.toLowerCase())?.id ?? 0),
    url: hook.url,
    secret: hook.secret,
  };
}
