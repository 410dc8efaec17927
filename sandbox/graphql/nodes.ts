import type {
  Account,
  CheckRun,
  Comment,
  CommitStatus,
  Label,
  Pull,
  Repo,
  Review,
  Team,
} from "../world/entities.ts";
import { type Context, isVisible } from "./context.ts";
import { notFound } from "./errors.ts";
import { type GitId, parseGitId } from "./git-ids.ts";
import { commitOf, objectOf, refOf } from "./git-objects.ts";
import {
  actorSource,
  type CheckRunSource,
  type CommentSource,
  type LabelSource,
  type PullSource,
  pullSource,
  type RefSource,
  type RepoSource,
  type ReviewSource,
  repoSource,
  type StatusSource,
} from "./sources.ts";

export interface NodeSource {
  readonly __typename: string;
}

/** The thing behind a node id that the caller may see. @throws FieldFailure NOT_FOUND. */
export async function nodeOf(context: Context, id: string): Promise<NodeSource> {
  const own = parseGitId(id);
  const source = own === null ? await worldNode(context, id) : await gitNode(context, own);
  const repo = source === null ? null : repoOf(source);
  if (source === null || (repo !== null && !isVisible(context, repo))) {
    throw notFound(`Could not resolve to a node with the global id of '${id}'`);
  }
  return source;
}

function repoOf(source: NodeSource): Repo | null {
  if ("repo" in source) return (source as RepoSource).repo;
  return "of" in source ? (source as ReviewSource).of.repo : null;
}

async function gitNode(context: Context, id: GitId): Promise<NodeSource | null> {
  const repo = context.world.repos.get(id.repo);
  if (repo === undefined) return null;
  if (id.kind === "REF") return refOf(repo, id.rest);
  return ["C", "T", "B"].includes(id.kind) ? objectOf(context, repo, id.rest) : null;
}

async function worldNode(context: Context, id: string): Promise<NodeSource | null> {
  const node = context.world.node(id);
  if (node === null) return null;
  const read = readers[node.type];
  return read === undefined ? null : read(context, node.value as never);
}

type Reader = (context: Context, value: never) => NodeSource | Promise<NodeSource | null> | null;

/** By the types that the world gives its ids. */
const readers: Readonly<Record<string, Reader>> = {
  User: (_context, account: Account) => actorSource(account),
  Bot: (_context, account: Account) => actorSource(account),
  Organization: (_context, account: Account) => actorSource(account),
  Team: (_context, team: Team) => ({ __typename: "Team", team }),
  Repository: (_context, repo: Repo) => repoSource(repo),
  PullRequest: (context, pull: Pull) => pullById(context, pull.id),
  PullRequestReview: (context, review: Review): ReviewSource | null => {
    const of = pullById(context, review.pull);
    return of === null ? null : { __typename: "PullRequestReview", of, review };
  },
  IssueComment: (context, comment: Comment): CommentSource | null => {
    const of = pullById(context, comment.pull);
    return of === null ? null : { __typename: "IssueComment", of, comment };
  },
  Label: (context, label: Label): LabelSource | null => {
    for (const repo of context.world.repos.values()) {
      for (const one of repo.labels.values()) {
        if (one.id === label.id) return { __typename: "Label", repo, label };
      }
    }
    return null;
  },
  CheckRun: (context, check: CheckRun): CheckRunSource | null => {
    const repo = context.world.repos.get(check.repo);
    return repo === undefined ? null : { __typename: "CheckRun", repo, check };
  },
  StatusContext: (context, status: CommitStatus): StatusSource | null => {
    const repo = context.world.repos.get(status.repo);
    return repo === undefined ? null : { __typename: "StatusContext", repo, status };
  },
  Ref: (_context, { repo, name }: { repo: Repo; name: string }) => refOf(repo, name),
  Commit: (context, { repo, oid }: { repo: Repo; oid: string }) => commitOf(context, repo, oid),
};

function pullById(context: Context, id: number): PullSource | null {
  for (const repo of context.world.repos.values()) {
    for (const pull of context.world.pulls(repo)) if (pull.id === id) return pullSource(repo, pull);
  }
  return null;
}

interface NamedNodes {
  readonly Repository: RepoSource;
  readonly Ref: RefSource;
  readonly PullRequest: PullSource;
  readonly PullRequestReview: ReviewSource;
  readonly IssueComment: CommentSource;
  readonly Label: LabelSource;
}

/** A node that must be of a certain type, as mutations want it. @throws FieldFailure NOT_FOUND. */
export async function nodeOfType<T extends keyof NamedNodes>(
  context: Context,
  id: string,
  type: T,
): Promise<NamedNodes[T]> {
  const source = await nodeOf(context, id);
  if (isOfType(source, type)) return source;
  throw notFound(`Could not resolve to ${type} node with the global id of '${id}'.`);
}

function isOfType<T extends keyof NamedNodes>(
  source: NodeSource,
  type: T,
): source is NamedNodes[T] {
  return source.__typename === type;
}
