import { covers } from "../world/accounts.ts";
import type { App, Installation, Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { WorldEvent } from "../world/world-event.ts";
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
  const org = organizationOf(event);
  if (org !== null) return receiversInOrganization(world, hooks, org, event.kind);
  if (!("repo" in event) || event.repo === null) return [];
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
  const told = hooks
    .filter((hook) => hook.events.includes(event) && hookCovers(hook, repo))
    .map((hook) => ({ target: hookTarget(world, hook, repo), installation: null }));
  return [...appsThatHear(world, event, (one) => covers(one, repo)), ...told];
}

/** Of an organisation as a whole every App on it hears, whichever repos it was given. */
function receiversInOrganization(
  world: World,
  hooks: readonly RepoHook[],
  org: string,
  event: string,
): readonly Receiver[] {
  const told = hooks
    .filter(({ events, owner, repo }) => events.includes(event) && owner === org && repo === null)
    .map((hook) => ({ target: organizationTarget(world, hook), installation: null }));
  const isThere = ({ account, suspended }: Installation) => account === org && !suspended;
  return [...appsThatHear(world, event, isThere), ...told];
}

function appsThatHear(
  world: World,
  event: string,
  reaches: (installation: Installation) => boolean,
): readonly Receiver[] {
  return [...world.installations.values()].filter(reaches).flatMap((installation) => {
    const app = world.apps.get(installation.app);
    const target = app === undefined ? null : appTarget(app);
    return target === null || app?.events.includes(event) !== true
      ? []
      : [{ target, installation }];
  });
}

/** The organisation that an event is about as a whole; `null`: it is about a repo. */
function organizationOf(event: WorldEvent): string | null {
  if (event.kind === "organization") return event.org;
  return event.kind === "membership" || event.kind === "team" ? event.team.org : null;
}

function organizationTarget(world: World, { id, owner, secret, url }: RepoHook): HookTarget {
  const targetId = world.accounts.get(owner.toLowerCase())?.id ?? 0;
  return { hook: id, targetType: "organization", targetId, url, secret };
}

function hookCovers(hook: RepoHook, repo: Repo): boolean {
  return hook.owner === repo.owner && (hook.repo === null || hook.repo === repo.name);
}

function hookTarget(world: World, hook: RepoHook, repo: Repo): HookTarget {
  if (hook.repo === null) return organizationTarget(world, hook);
  const { id, secret, url } = hook;
  return { hook: id, targetType: "repository", targetId: repo.id, url, secret };
}
