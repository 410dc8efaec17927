import { setTimeout as wait } from "node:timers/promises";
import type { Faults } from "../api/faults.ts";
import { fullNameOf } from "../api/named-repos.ts";
import type { Recorder } from "../api/recorder.ts";
import type { App } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import type { WorldEvent } from "../world/world-event.ts";
import { attempt, guidOf, type HookDelivery, type Outgoing, type Send } from "./delivery.ts";
import { userPayload } from "./payload/account.ts";
import { aboutRepo, payloadOf } from "./payload/of-event.ts";
import { type PublishedPackage, packagePayload } from "./payload/package.ts";
import { accountNamed, type Payload, type Scope } from "./payload/scope.ts";
import { snapshot } from "./snapshot.ts";
import { appTarget, type Receiver, type RepoHook, receiversIn, receiversOf } from "./targets.ts";
import type { WebhookSchemas } from "./webhook-schemas.ts";

export interface WebhooksOptions {
  readonly world: World;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly schemas: WebhookSchemas;
  readonly send: Send;
  /** Base address of the pages and of the API, without a slash at the end. */
  readonly html: string;
  readonly api: string;
  /** Waits for `webhook-late`; default: a timer. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** The webhooks of a world: sent in order, one after another, behind whatever caused them. */
export interface Webhooks {
  /** Every attempt, oldest first; of one App's hook, or of all. */
  deliveries(app?: number): readonly HookDelivery[];
  /** Sends an attempt again with the same GUID and body, and resolves when it was answered. `null`: no such delivery. */
  redeliver(id: number): Promise<HookDelivery | null>;
  addHook(hook: Omit<RepoHook, "id">): RepoHook;
  /** A container image was pushed to GitHub's registry from a workflow of `repo`. */
  emitRegistryPackage(published: PublishedPackage): void;
  /** What GitHub sends when an App's hook is set up. */
  ping(app: App): void;
  /** Resolves when everything that happened so far was handed over or given up. */
  idle(): Promise<void>;
  /** Tells nothing of what happens from now on. */
  stop(): void;
}

interface Line {
  readonly options: WebhooksOptions;
  readonly log: HookDelivery[];
  readonly late: Set<Promise<unknown>>;
  tail: Promise<unknown>;
  lastGuid: number;
  lastId: number;
}

interface Message {
  readonly event: string;
  readonly receivers: readonly Receiver[];
  readonly repositoryId: number | null;
  readonly payload: () => Promise<Payload>;
}

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { world, html, api } = options;
  const scope: Scope = { world, html, api };
  const hooks: RepoHook[] = [];
  const line: Line = {
    options,
    log: [],
    late: new Set(),
    tail: Promise.resolve(),
    lastGuid: 0,
    lastId: 0,
  };
  const stop = world.on((event) => queue(line, messageOf(scope, hooks, event)));
  return {
    stop,
    deliveries: (app) => line.log.filter((one) => app === undefined || one.target.hook === app),
    redeliver: (id) => redeliver(line, id),
    addHook(hook) {
      const added = { ...hook, id: 900_000 + hooks.length + 1 };
      hooks.push(added);
      return added;
    },
    emitRegistryPackage(published) {
      line.lastId += 2;
      queue(line, packageMessage(scope, hooks, published, 700_000 + line.lastId));
    },
    ping: (app) => queue(line, pingMessage(app)),
    idle: () => idle(line),
  };
}

function messageOf(scope: Scope, hooks: readonly RepoHook[], event: WorldEvent): Message {
  const now = snapshot(event);
  return {
    event: event.kind,
    receivers: receiversOf(scope.world, hooks, event),
    repositoryId: "repo" in event ? (event.repo?.id ?? null) : null,
    payload: () => payloadOf(scope, now),
  };
}

function packageMessage(
  scope: Scope,
  hooks: readonly RepoHook[],
  published: PublishedPackage,
  id: number,
): Message {
  const { repo, event, action } = published;
  return {
    event,
    receivers: receiversIn(scope.world, hooks, repo, event),
    repositoryId: repo.id,
    payload: async () => ({
      action,
      [event]: packagePayload(scope, published, id),
      ...aboutRepo(scope, repo),
      sender: userPayload(scope, accountNamed(scope, published.sender)),
    }),
  };
}

function pingMessage(app: App): Message {
  const target = appTarget(app);
  const config = { url: app.webhookUrl, content_type: "json", insecure_ssl: "0" };
  const times = { created_at: "2026-01-01T00:00:00Z", updated_at: "2026-01-01T00:00:00Z" };
  const hook = {
    ...times,
    type: "App",
    id: app.id,
    name: "web",
    active: true,
    events: [...app.events],
  };
  return {
    event: "ping",
    receivers: target === null ? [] : [{ target, installation: null }],
    repositoryId: null,
    payload: async () => ({
      zen: "Keep it logically awesome.",
      hook_id: app.id,
      hook: { ...hook, config, app_id: app.id },
    }),
  };
}

function queue(line: Line, message: Message): void {
  if (message.receivers.length === 0) return;
  const { recorder } = line.options;
  line.tail = line.tail
    .then(() => deliver(line, message))
    .catch((error: unknown) => recorder.complain(`webhook ${message.event}: ${error}`));
}

async function deliver(line: Line, message: Message): Promise<void> {
  const payload = await message.payload();
  const action = typeof payload.action === "string" ? payload.action : null;
  for (const { target, installation } of message.receivers) {
    const own =
      installation === null || payload.installation !== undefined
        ? payload
        : { ...payload, installation: { id: installation.id, node_id: installation.nodeId } };
    judge(line, message.event, action, own);
    line.lastGuid += 1;
    await transmit(line, {
      guid: guidOf(line.lastGuid),
      target,
      event: message.event,
      action,
      installationId: installation?.id ?? null,
      repositoryId: message.repositoryId,
      body: JSON.stringify(own),
    });
  }
}

function judge(line: Line, event: string, action: string | null, payload: Payload): void {
  const { schemas, recorder } = line.options;
  const name = action === null ? event : `${event}.${action}`;
  const problems = schemas.problemsOf(event, action, payload);
  if (problems === null) recorder.complain(`webhook ${name}: GitHub has no such webhook`);
  for (const problem of problems ?? []) recorder.complain(`webhook ${name}: ${problem}`);
}

async function transmit(line: Line, outgoing: Outgoing): Promise<void> {
  const { faults, world } = line.options;
  const what = outgoing.action === null ? outgoing.event : `${outgoing.event}.${outgoing.action}`;
  const repo = world.repos.get(outgoing.repositoryId ?? 0);
  const fault = faults.strike(
    what,
    ["webhook-lost", "webhook-doubled", "webhook-late"],
    repo === undefined ? [] : [fullNameOf(repo)],
  );
  if (fault?.kind === "webhook-late") {
    const pause = line.options.wait ?? wait;
    const late = pause(fault.ms).then(() => once(line, outgoing));
    line.late.add(late);
    void late.finally(() => line.late.delete(late));
    return;
  }
  await once(line, outgoing, { lost: fault?.kind === "webhook-lost" });
  if (fault?.kind === "webhook-doubled") await once(line, outgoing);
}

async function once(
  line: Line,
  outgoing: Outgoing,
  how: { lost?: boolean; redelivery?: boolean } = {},
): Promise<HookDelivery> {
  line.lastId += 1;
  const delivery = await attempt(line.options.send, outgoing, {
    id: line.lastId,
    deliveredAt: line.options.world.now().toISOString(),
    redelivery: how.redelivery ?? false,
    lost: how.lost ?? false,
  });
  line.log.push(delivery);
  return delivery;
}

async function redeliver(line: Line, id: number): Promise<HookDelivery | null> {
  const known = line.log.find((delivery) => delivery.id === id);
  if (known === undefined) return null;
  const { guid, target, event, action, installationId, repositoryId, body } = known;
  const outgoing = { guid, target, event, action, installationId, repositoryId, body };
  return await once(line, outgoing, { redelivery: true });
}

async function idle(line: Line): Promise<void> {
  for (;;) {
    const { tail } = line;
    await tail;
    await Promise.all(line.late);
    if (tail === line.tail && line.late.size === 0) return;
  }
}
