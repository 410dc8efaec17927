import * as z from "zod";
import type { Delivery } from "../model/delivery.ts";

/** What a webhook of the App means for the index and the lanes. */
export type GithubNews =
  /** `paths`: files that changed; `null`: unknown, take all. */
  | {
      readonly kind: "pushed";
      readonly repo: string;
      readonly branch: string;
      readonly paths: ReadonlySet<string> | null;
    }
  | {
      readonly kind: "proposal";
      readonly repo: string;
      readonly branch: string;
      readonly base: string | null;
      readonly why: string;
    }
  | {
      readonly kind: "pull-changed";
      readonly repo: string;
      readonly pull: number;
      readonly headBranch: string;
    }
  /** `repos`: those that came or went, full names in lower case; `null`: any. */
  | {
      readonly kind: "access-changed";
      readonly owner: string;
      readonly repos: readonly string[] | null;
    }
  /** A person wrote something that begins as a command does. What they may, and what it says now, is asked before anything is done. */
  | {
      readonly kind: "command";
      readonly repo: string;
      readonly pull: number;
      readonly pullNodeId: string;
      readonly comment: WrittenComment;
    }
  | { readonly kind: "none"; readonly what: string };

/** A comment as its webhook tells of it. */
export interface WrittenComment {
  readonly id: number;
  readonly nodeId: string;
  readonly login: string;
  readonly userId: number;
  /** RFC 3339. */
  readonly at: string;
  readonly body: string;
}

const repository = z.object({ full_name: z.string() });
const push = z.object({
  ref: z.string(),
  deleted: z.boolean().optional(),
  forced: z.boolean().optional(),
  repository,
  commits: z
    .array(
      z.object({
        added: z.array(z.string()),
        modified: z.array(z.string()),
        removed: z.array(z.string()),
      }),
    )
    .optional(),
});
const pullRequest = z.object({
  action: z.string(),
  repository,
  pull_request: z.object({
    number: z.number(),
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
    base: z.object({ ref: z.string() }),
  }),
});
const checkRun = z.object({
  action: z.string(),
  repository,
  check_run: z.object({
    conclusion: z.string().nullable(),
    pull_requests: z.array(
      z.object({ head: z.object({ ref: z.string() }), base: z.object({ ref: z.string() }) }),
    ),
  }),
});
const repos = z.array(repository).optional();
const installation = z.object({
  installation: z.object({ account: z.object({ login: z.string() }) }),
  repositories_added: repos,
  repositories_removed: repos,
});

/** GitHub lists at most this many commits in a push; with that many some may be missing. */
const COMMITS_LISTED = 2048;

/** Reads a stored `github` delivery. Never throws: what is not understood is `none`. */
export function readGithubNews(delivery: Delivery): GithubNews {
  const event = delivery.headers["x-github-event"] ?? "";
  const payload = parseJson(delivery.body);
  return readers[event]?.(payload) ?? { kind: "none", what: event };
}

const readers: Readonly<Record<string, (payload: unknown) => GithubNews | null>> = {
  push: readPush,
  pull_request: readPullRequest,
  pull_request_review: (payload) => readReview(payload),
  check_run: readCheckRun,
  issue_comment: readComment,
  installation: readAccess,
  installation_repositories: readAccess,
};

function readPush(payload: unknown): GithubNews | null {
  const read = push.safeParse(payload);
  if (!read.success || !read.data.ref.startsWith("refs/heads/")) return null;
  const { commits = [], forced, repository: repo, ref } = read.data;
  const unknown = forced === true || commits.length === 0 || commits.length >= COMMITS_LISTED;
  const paths = unknown
    ? null
    : new Set(commits.flatMap((c) => [...c.added, ...c.modified, ...c.removed]));
  return {
    kind: "pushed",
    repo: repo.full_name.toLowerCase(),
    branch: ref.slice("refs/heads/".length),
    paths,
  };
}

function readPullRequest(payload: unknown): GithubNews | null {
  const read = pullRequest.safeParse(payload);
  if (!read.success) return null;
  const { action, pull_request: pull } = read.data;
  const repo = read.data.repository.full_name.toLowerCase();
  if (action === "closed" || action === "reopened") {
    // A fork's branch of our name is not ours.
    if (pull.head.repo?.full_name.toLowerCase() !== repo) return null;
    return {
      kind: "proposal",
      repo,
      branch: pull.head.ref,
      base: pull.base.ref,
      why: `pull request #${pull.number} was ${action}`,
    };
  }
  return ["opened", "synchronize"].includes(action)
    ? { kind: "pull-changed", repo, pull: pull.number, headBranch: pull.head.ref }
    : null;
}

function readReview(payload: unknown): GithubNews | null {
  const read = pullRequest.safeParse(payload);
  if (!read.success) return null;
  const { pull_request: pull, repository: repo } = read.data;
  return {
    kind: "proposal",
    repo: repo.full_name.toLowerCase(),
    branch: pull.head.ref,
    base: pull.base.ref,
    why: `a review of #${pull.number} was ${read.data.action}`,
  };
}

function readCheckRun(payload: unknown): GithubNews | null {
  const read = checkRun.safeParse(payload);
  if (!read.success || read.data.action !== "completed") return null;
  const { conclusion, pull_requests: pulls } = read.data.check_run;
  const [pull] = pulls;
  if (
    pull === undefined ||
    conclusion === "success" ||
    conclusion === "neutral" ||
    conclusion === "skipped"
  )
    return null;
  return {
    kind: "proposal",
    repo: read.data.repository.full_name.toLowerCase(),
    branch: pull.head.ref,
    base: pull.base.ref,
    why: "a check failed",
  };
}

const account = z.object({ id: z.number(), login: z.string(), type: z.string() });
const issueComment = z.object({
  action: z.literal("created"),
  repository,
  sender: account,
  // What an App writes in a person's name is not a person's.
  comment: z.object({
    id: z.number(),
    node_id: z.string(),
    body: z.string().startsWith("/"),
    created_at: z.string(),
    user: account.extend({ type: z.literal("User") }),
    performed_via_github_app: z.null().optional(),
  }),
  issue: z.object({ number: z.number(), node_id: z.string(), pull_request: z.object({}) }),
});

/** Only a new comment on a pull request, by a person who is its author, that begins with a slash. */
function readComment(payload: unknown): GithubNews | null {
  const read = issueComment.safeParse(payload);
  if (!read.success || read.data.sender.id !== read.data.comment.user.id) return null;
  const { comment, issue, repository: repo } = read.data;
  return {
    kind: "command",
    repo: repo.full_name.toLowerCase(),
    pull: issue.number,
    pullNodeId: issue.node_id,
    comment: {
      id: comment.id,
      nodeId: comment.node_id,
      login: comment.user.login,
      userId: comment.user.id,
      at: comment.created_at,
      body: comment.body,
    },
  };
}

function readAccess(payload: unknown): GithubNews | null {
  const read = installation.safeParse(payload);
  if (!read.success) return null;
  const { installation: at, repositories_added: added, repositories_removed: removed } = read.data;
  const named = added === undefined && removed === undefined ? null : [added, removed].flat();
  const names = named?.flatMap((repo) => repo?.full_name.toLowerCase() ?? []) ?? null;
  return { kind: "access-changed", owner: at.account.login.toLowerCase(), repos: names };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
