import type { Installation, Repo } from "../../world/entities.ts";
import { userPayload } from "./account.ts";
import { accountNamed, type Payload, type Scope } from "./scope.ts";

export function installationPayload(scope: Scope, installation: Installation): Payload {
  const app = scope.world.apps.get(installation.app);
  if (app === undefined) throw new Error(`The world has no App ${installation.app}`);
  const account = accountNamed(scope, installation.account);
  const api = `${scope.api}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    client_id: app.clientId,
    account: userPayload(scope, account),
    repository_selection: installation.selection,
    access_tokens_url: `${api}/access_tokens`,
    repositories_url: `${scope.api}/installation/repositories`,
    html_url: `${scope.html}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: { ...app.permissions },
    events: [...app.events],
    created_at: installation.createdAt,
    updated_at: installation.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspended ? userPayload(scope, account) : null,
    suspended_at: installation.suspended ? installation.createdAt : null,
  };
}

/** A repo as the installation events list it. */
export function briefRepositoryPayload(repo: Repo): Payload {
  return {
    id: repo.id,
    node_id: repo.nodeId,
    name: repo.name,
    full_name: `${repo.owner}/${repo.name}`,
    private: repo.private,
  };
}
