import type { App, CheckRun, Installation, Repo } from "../../world/entities.ts";
import type { Room } from "../room.ts";
import { repoApi, repoWeb } from "../urls.ts";
import { accountOf, type Schemas, simpleUser } from "./account.ts";

type Integration = NonNullable<Schemas["integration"]>;

/** The sandbox's Apps were always there. */
const CREATED = "2020-01-01T00:00:00Z";

export function appShape(room: Room, app: App): Integration {
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.clientId,
    node_id: app.bot.nodeId,
    owner: simpleUser(room.urls, app.bot),
    name: app.slug,
    description: null,
    external_url: `${room.urls.web}/apps/${app.slug}`,
    html_url: `${room.urls.web}/apps/${app.slug}`,
    created_at: CREATED,
    updated_at: CREATED,
    permissions: { ...app.permissions },
    events: [...app.events],
  };
}

export function installationShape(room: Room, app: App, installation: Installation) {
  const { world, urls } = room;
  const account = accountOf(world, installation.account);
  return {
    id: installation.id,
    account: simpleUser(urls, account),
    repository_selection: installation.selection,
    access_tokens_url: `${urls.api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${urls.api}/installation/repositories`,
    html_url: `${urls.web}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type === "Organization" ? "Organization" : "User",
    permissions: { ...app.permissions } as Schemas["app-permissions"],
    events: [...app.events],
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: installation.suspended ? installation.createdAt : null,
  } satisfies Schemas["installation"];
}

/** GitHub's description lists fewer conclusions than GitHub has: `stale` is one that only the host sets. */
export function checkRunShape(room: Room, repo: Repo, check: CheckRun): Schemas["check-run"] {
  const api = `${repoApi(room.urls, repo)}/check-runs/${check.id}`;
  const app = room.world.apps.get(check.appId);
  return {
    id: check.id,
    node_id: check.nodeId,
    head_sha: check.headOid,
    external_id: check.externalId,
    url: api,
    html_url: `${repoWeb(room.urls, repo)}/runs/${check.id}`,
    details_url: check.detailsUrl,
    status: check.status,
    conclusion: check.conclusion as Schemas["check-run"]["conclusion"],
    started_at: check.startedAt,
    completed_at: check.completedAt,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: check.annotations.length,
      annotations_url: `${api}/annotations`,
    },
    name: check.name,
    check_suite: { id: check.appId },
    app: app === undefined ? null : appShape(room, app),
    pull_requests: [],
  };
}
