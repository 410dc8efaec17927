import type { App, Installation } from "../../world/entities.ts";
import { ApiError, notFound } from "../api-error.ts";
import type { Caller } from "../caller.ts";
import type { LoggedDelivery } from "../delivery-log.ts";
import type { BodyOf, Handlers } from "../operation.ts";
import { grants } from "../permissions.ts";
import type { Room } from "../room.ts";
import type { Schemas } from "../shapes/account.ts";
import { appShape, installationShape } from "../shapes/app.ts";
import { repository } from "../shapes/repo.ts";
import { reachOf } from "../tokens.ts";

type AppHandlers = Pick<
  Handlers,
  | "apps/get-authenticated"
  | "apps/list-installations"
  | "apps/get-installation"
  | "apps/create-installation-access-token"
  | "apps/list-webhook-deliveries"
  | "apps/get-webhook-delivery"
  | "apps/redeliver-webhook-delivery"
  | "apps/get-repo-installation"
  | "apps/get-org-installation"
  | "apps/get-user-installation"
  | "apps/list-repos-accessible-to-installation"
>;

function appOf(caller: Caller): App {
  if (caller.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
  return caller.app;
}

function installationsOf(room: Room, app: App): Installation[] {
  return [...room.world.installations.values()].filter((i) => i.app === app.id);
}

/** In this list the description wants an account that is a user and an enterprise at once: it gets what both have. */
function listedInstallation(room: Room, app: App, installation: Installation) {
  const shape = installationShape(room, app, installation);
  const { login } = shape.account;
  const { created_at, updated_at } = shape;
  return {
    ...shape,
    account: { ...shape.account, name: login, slug: login, created_at, updated_at },
  };
}

function installationOf(room: Room, app: App, id: number): Installation {
  const found = installationsOf(room, app).find((i) => i.id === id);
  if (found === undefined) throw notFound();
  return found;
}

function installationOn(room: Room, app: App, account: string): Installation {
  const wanted = account.toLowerCase();
  const found = installationsOf(room, app).find((i) => i.account.toLowerCase() === wanted);
  if (found === undefined) throw notFound();
  return found;
}

type TokenRequest = BodyOf<"apps/create-installation-access-token"> | undefined;

/** Never more than the App has: GitHub refuses the whole request. */
function narrowedPermissions(app: App, body: TokenRequest): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = { ...body?.permissions };
  if (Object.keys(wanted).length === 0) return { ...app.permissions };
  for (const [permission, level] of Object.entries(wanted)) {
    if (grants(app.permissions, permission, level === "read" ? "read" : "write")) continue;
    throw new ApiError(422, "The permissions requested are not granted to this installation.");
  }
  return { metadata: "read", ...wanted };
}

/** Ids of the repos that a token is narrowed to; null: all. */
function narrowedRepos(
  room: Room,
  installation: Installation,
  body: TokenRequest,
): ReadonlySet<number> | null {
  if (body?.repositories === undefined && body?.repository_ids === undefined) return null;
  const reach = reachOf(room.world, installation);
  const named = (body.repositories ?? []).map(
    (name) => room.world.repo(installation.account, name)?.id,
  );
  const ids = [...named, ...(body.repository_ids ?? []).map(Number)];
  const reached = ids.filter((id) => id !== undefined && reach.has(id));
  if (reached.length < ids.length)
    throw new ApiError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  return new Set(reached.flatMap((id) => id ?? []));
}

function mint(
  room: Room,
  app: App,
  installation: Installation,
  body: TokenRequest,
): Schemas["installation-token"] {
  if (installation.suspended) throw new ApiError(403, "This installation has been suspended");
  const permissions = narrowedPermissions(app, body);
  const repos = narrowedRepos(room, installation, body);
  const minted = room.tokens.mint(installation, permissions, repos);
  const token = {
    token: minted.token,
    expires_at: minted.expiresAt.toISOString().replace(/\.\d+Z$/, "Z"),
    permissions: { ...permissions } as Schemas["app-permissions"],
  };
  if (repos === null) return { ...token, repository_selection: installation.selection };
  const repositories = [...repos].flatMap((id) => {
    const repo = room.world.repos.get(id);
    return repo === undefined ? [] : [repository(room.world, room.urls, repo)];
  });
  return { ...token, repository_selection: "selected", repositories };
}

function isDelivered(delivery: LoggedDelivery): boolean {
  return delivery.statusCode >= 200 && delivery.statusCode < 300;
}

function deliveryItem(from: LoggedDelivery) {
  return {
    id: from.id,
    guid: from.guid,
    delivered_at: from.deliveredAt,
    redelivery: from.redelivery,
    duration: from.duration,
    status: from.status,
    status_code: from.statusCode,
    event: from.event,
    action: from.action,
    installation_id: from.installation,
    repository_id: from.repo,
    throttled_at: null,
  } satisfies Schemas["hook-delivery-item"];
}

/** An App sees its own log only. */
function deliveryOf(room: Room, app: App, id: number): LoggedDelivery {
  const found = room.deliveries?.list(app.id).find((delivery) => delivery.id === id);
  if (found === undefined) throw notFound();
  return found;
}

export const APPS: AppHandlers = {
  "apps/get-authenticated": ({ room, caller }) => ({
    status: 200,
    body: appShape(room, appOf(caller)),
  }),
  "apps/list-installations": ({ room, caller, page }) => {
    const app = appOf(caller);
    const shown = page(installationsOf(room, app));
    return { status: 200, body: shown.map((i) => listedInstallation(room, app, i)) };
  },
  "apps/get-installation": ({ room, caller, params }) => {
    const app = appOf(caller);
    const found = installationOf(room, app, Number(params.installation_id));
    return { status: 200, body: installationShape(room, app, found) };
  },
  "apps/create-installation-access-token": ({ room, caller, params, body }) => {
    const app = appOf(caller);
    const installation = installationOf(room, app, Number(params.installation_id));
    return { status: 201, body: mint(room, app, installation, body) };
  },
  "apps/get-repo-installation": ({ room, caller, params }) => {
    const app = appOf(caller);
    const repo = room.world.repo(params.owner, params.repo);
    if (repo === null) throw notFound();
    const installation = installationOn(room, app, repo.owner);
    if (!reachOf(room.world, installation).has(repo.id)) throw notFound();
    return { status: 200, body: installationShape(room, app, installation) };
  },
  "apps/get-org-installation": ({ room, caller, params }) => {
    const app = appOf(caller);
    const found = installationOn(room, app, params.org);
    return { status: 200, body: installationShape(room, app, found) };
  },
  "apps/get-user-installation": ({ room, caller, params }) => {
    const app = appOf(caller);
    const found = installationOn(room, app, params.username);
    return { status: 200, body: installationShape(room, app, found) };
  },
  "apps/list-repos-accessible-to-installation": ({ room, caller, page }) => {
    if (caller.kind !== "installation") throw notFound();
    const repos = [...caller.repos].flatMap((id) => room.world.repos.get(id) ?? []);
    const repositories = page(repos).map((repo) => repository(room.world, room.urls, repo));
    return { status: 200, body: { total_count: repos.length, repositories } };
  },
  "apps/list-webhook-deliveries": ({ room, caller, query, cursorPage }) => {
    const newest = room.deliveries?.list(appOf(caller).id) ?? [];
    const shown = newest.filter(
      (d) => query.status === undefined || isDelivered(d) === (query.status === "success"),
    );
    return { status: 200, body: cursorPage(shown).map(deliveryItem) };
  },
  "apps/get-webhook-delivery": ({ room, caller, params }) => {
    const found = deliveryOf(room, appOf(caller), Number(params.delivery_id));
    const request = { headers: { ...found.requestHeaders }, payload: { ...found.payload } };
    const response = { headers: {}, payload: null };
    return { status: 200, body: { ...deliveryItem(found), request, response } };
  },
  "apps/redeliver-webhook-delivery": ({ room, caller, params }) => {
    const app = appOf(caller);
    const found = deliveryOf(room, app, Number(params.delivery_id));
    // GitHub answers before the receiver does; what becomes of it is in the log.
    room.deliveries?.redeliver(app.id, found.id).catch(() => undefined);
    return { status: 202, body: {} };
  },
};
