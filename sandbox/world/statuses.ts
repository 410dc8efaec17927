import { accountOf } from "./accounts.ts";
import type { CommitStatus, Repo } from "./entities.ts";
import {
  assertWritable,
  emit,
  instant,
  listOf,
  newIds,
  type State,
  unprocessable,
} from "./state.ts";

export type NewStatus = Pick<CommitStatus, "oid" | "context" | "state"> &
  Partial<Pick<CommitStatus, "description" | "targetUrl">>;

/** @throws Rejection when the commit is unknown. */
export async function createStatus(
  state: State,
  repo: Repo,
  actor: string,
  wanted: NewStatus,
): Promise<CommitStatus> {
  assertWritable(repo);
  if ((await repo.store.typeOf(wanted.oid)) !== "commit") {
    throw unprocessable(`No commit found for SHA: ${wanted.oid}`);
  }
  const status: CommitStatus = {
    ...newIds(state, "StatusContext"),
    repo: repo.id,
    oid: wanted.oid,
    context: wanted.context,
    state: wanted.state,
    description: wanted.description ?? null,
    targetUrl: wanted.targetUrl ?? null,
    creator: accountOf(state, actor).login,
    at: instant(state),
  };
  listOf(state.statuses, repo.id).push(status);
  emit(state, { kind: "status", repo, status, actor: status.creator });
  return status;
}

/** The newest status of every context, oldest context first. */
export function latestOfEach(statuses: readonly CommitStatus[]): readonly CommitStatus[] {
  return [...new Map(statuses.map((status) => [status.context, status])).values()];
}
