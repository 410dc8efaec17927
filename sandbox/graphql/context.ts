import type { GraphQLResolveInfo } from "graphql";
import type { AccessCheck, Caller, Level } from "../api/caller.ts";
import type { Faults } from "../api/faults.ts";
import type { Recorder } from "../api/recorder.ts";
import type { Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { forbidden, notFound } from "./errors.ts";
import type { GitReads } from "./git-reads.ts";
import type { Memory } from "./memory.ts";

/** What the room is given. */
export interface GraphqlDeps {
  readonly world: World;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly access: AccessCheck;
  /** Where the pages stand, without a slash at the end; for the `url` fields. */
  readonly baseUrl?: string;
}

/** What the fields of one request share. */
export interface Context {
  readonly world: World;
  readonly access: AccessCheck;
  readonly caller: Caller;
  readonly login: string;
  readonly baseUrl: string;
  readonly reads: GitReads;
  readonly memory: Memory;
}

/**
 * One field of one of GitHub's types. `args: never` lets each field name the arguments that it reads: their shape is what
 * graphql-js has checked against the schema.
 */
export type Field<S> = (
  source: S,
  args: never,
  context: Context,
  info: GraphQLResolveInfo,
) => unknown;
export type Fields<S> = Readonly<Record<string, Field<S>>>;

/** @throws FieldFailure NOT_FOUND or FORBIDDEN unless the caller may. */
export function requireAccess(
  context: Context,
  repo: Repo,
  permission: string,
  level: Level,
): void {
  const access = context.access(context.caller, repo, permission, level);
  if (access === "not-found") throw repoNotFound(repo.owner, repo.name);
  if (access === "forbidden") throw forbidden();
}

/** GitHub lets an App with either of the two write into the conversation of a pull request. */
export function requireConversation(context: Context, repo: Repo): void {
  if (context.access(context.caller, repo, "issues", "write") === "allowed") return;
  requireAccess(context, repo, "pull_requests", "write");
}

export function isVisible(context: Context, repo: Repo): boolean {
  return context.access(context.caller, repo, "metadata", "read") !== "not-found";
}

export function repoNotFound(owner: string, name: string): Error {
  return notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
}
