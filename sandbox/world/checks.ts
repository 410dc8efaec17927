import type { Oid } from "../git/object-store.ts";
import { covers } from "./accounts.ts";
import type { App, CheckRun, Repo } from "./entities.ts";
import {
  assertWritable,
  emit,
  instant,
  listOf,
  newIds,
  type State,
  unprocessable,
} from "./state.ts";
import { Rejection } from "./world.ts";

export type NewCheck = Partial<CheckRun> & { name: string; headOid: Oid };

/** @throws Rejection when the commit is unknown. A run with a conclusion is completed, whatever `status` says. */
export async function createCheck(
  state: State,
  repo: Repo,
  app: App,
  wanted: NewCheck,
): Promise<CheckRun> {
  assertWritable(repo);
  if ((await repo.store.typeOf(wanted.headOid)) !== "commit") {
    throw unprocessable(`No commit found for SHA: ${wanted.headOid}`);
  }
  const check: CheckRun = {
    ...newIds(state, "CheckRun"),
    repo: repo.id,
    headOid: wanted.headOid,
    name: wanted.name,
    appId: app.id,
    status: "queued",
    conclusion: null,
    startedAt: instant(state),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    detailsUrl: null,
    externalId: "",
    annotations: [],
  };
  apply(state, check, wanted);
  listOf(state.checks, repo.id).push(check);
  const told = { kind: "check_run", repo, check, actor: app.bot.login } as const;
  emit(state, { ...told, action: "created" });
  if (check.status === "completed") emit(state, { ...told, action: "completed" });
  return check;
}

/** @throws Rejection 403 for a run of another App. */
export function updateCheck(
  state: State,
  repo: Repo,
  app: App,
  check: CheckRun,
  change: Partial<CheckRun>,
): void {
  assertWritable(repo);
  if (check.appId !== app.id) {
    const message = `Invalid app_id \`${app.id}\` - check run can only be modified by the GitHub App that created it.`;
    throw new Rejection(403, "FORBIDDEN", message);
  }
  apply(state, check, change);
  if (check.status !== "completed") return;
  const told = { kind: "check_run", action: "completed" } as const;
  emit(state, { ...told, repo, check, actor: app.bot.login });
}

/** @throws Rejection when the check's App is not installed on the repo any more. */
export function rerequestCheck(state: State, repo: Repo, actor: string, check: CheckRun): void {
  assertWritable(repo);
  const installed = [...state.installations.values()].some(
    (installation) => installation.app === check.appId && covers(installation, repo),
  );
  if (!installed) throw unprocessable("This check run is not rerequestable");
  emit(state, { kind: "check_run", action: "rerequested", repo, check, actor });
}

function apply(state: State, check: CheckRun, change: Partial<CheckRun>): void {
  applyStatus(state, check, change);
  for (const key of ["title", "summary", "text", "detailsUrl"] as const) {
    const value = change[key];
    if (value !== undefined) check[key] = value;
  }
  check.externalId = change.externalId ?? check.externalId;
  check.startedAt = change.startedAt ?? check.startedAt;
  // GitHub appends: each request may carry 50 annotations, and more follow in further updates.
  check.annotations = [...check.annotations, ...(change.annotations ?? [])];
}

function applyStatus(state: State, check: CheckRun, change: Partial<CheckRun>): void {
  const concluded = change.conclusion !== undefined && change.conclusion !== null;
  const status = concluded ? "completed" : (change.status ?? check.status);
  const conclusion = change.conclusion ?? check.conclusion;
  if (status === "completed" && conclusion === null) {
    throw unprocessable("A completed check run needs a conclusion");
  }
  const completed = status === "completed";
  check.status = status;
  check.conclusion = completed ? conclusion : null;
  check.completedAt = completed
    ? (change.completedAt ?? check.completedAt ?? instant(state))
    : null;
}
