import * as z from "zod";
import type { Delivery } from "../model/delivery.ts";
import { type RightsNews, readRights } from "./rights-news.ts";

/** What a webhook of the App means for the promotion check. Repos are full names in lower case. */
export type GateNews =
  /** A pull request is to be looked at again. */
  | {
      readonly kind: "pull";
      readonly repo: string;
      readonly pull: number;
      readonly why: string;
      /** Somebody's check ended: it moves only a gate that asks for checks, and a merge that waited for them. */
      readonly check?: { readonly branch: string | null };
      /** A person asked for it: the host awaits a report, be it the same. */
      readonly asked?: true;
    }
  /** All open pull requests with this head: the host did not name them (those of forks, those of a status). */
  | {
      readonly kind: "head";
      readonly repo: string;
      readonly oid: string;
      readonly why: string;
      /** A person asked for it. */
      readonly asked?: true;
    }
  /** The merge queue asks about a group: a commit that nobody reviewed, made of pull requests that were. */
  | {
      readonly kind: "group";
      readonly repo: string;
      readonly oid: string;
      /** Branch of the group, `gh-readonly-queue/…`. */
      readonly branch: string;
    }
  | RightsNews
  /** A pull request is over. */
  | {
      readonly kind: "closed";
      readonly repo: string;
      readonly pull: number;
      readonly merged: boolean;
      readonly base: string;
      /** Branch of the same repo; `null`: a fork's. */
      readonly branch: string | null;
    };

/** Reads a stored `github` delivery. Never throws: what is not understood, or changes no gate, is none. */
export function readGateNews(delivery: Delivery): readonly GateNews[] {
  const event = delivery.headers["x-github-event"] ?? "";
  return readers[event]?.(parseJson(delivery.body), event) ?? [];
}

const readers: Readonly<Record<string, (payload: unknown, event: string) => readonly GateNews[]>> =
  {
    pull_request: readPullRequest,
    pull_request_review: readReview,
    check_run: readCheckRun,
    check_suite: readCheckSuite,
    status: readStatus,
    merge_group: readMergeGroup,
    member: readRights,
    membership: readRights,
    team: readRights,
    organization: readRights,
  };

/** Where GitHub keeps the branches of its merge queue. */
const QUEUE = "gh-readonly-queue/";
/** Our own checks and labels. */
const OURS = /^tagboat[/:]/;

const repository = z
  .object({ full_name: z.string() })
  .transform(({ full_name }) => full_name.toLowerCase());

const pullRequest = z.object({
  action: z.string(),
  repository,
  pull_request: z.object({
    number: z.number(),
    merged: z.boolean().nullish(),
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullable() }),
    base: z.object({ ref: z.string() }),
  }),
  label: z.object({ name: z.string() }).nullish(),
  changes: z.object({ base: z.unknown().optional() }).nullish(),
});
type PullRequestEvent = z.infer<typeof pullRequest>;

/** Actions after which the facts of a gate may be others, whatever else the payload says. */
const MOVING: Readonly<Record<string, string>> = {
  opened: "it was opened",
  synchronize: "it got other commits",
  reopened: "it was reopened",
  ready_for_review: "it became ready for review",
  converted_to_draft: "it became a draft",
  dequeued: "it left the merge queue",
};

function readPullRequest(payload: unknown): readonly GateNews[] {
  const read = pullRequest.safeParse(payload);
  if (!read.success) return [];
  const { action, repository: repo, pull_request: pull } = read.data;
  if (action === "closed") return [closed(read.data)];
  const why = MOVING[action] ?? movingChange(read.data);
  return why === null ? [] : [{ kind: "pull", repo, pull: pull.number, why }];
}

/** Title and body decide nothing; the base does. Of the labels those do that are ours. */
function movingChange({ action, label, changes }: PullRequestEvent): string | null {
  if (action === "edited") return changes?.base === undefined ? null : "its base changed";
  if (action !== "labeled" && action !== "unlabeled") return null;
  return OURS.test(label?.name ?? "") ? `it was ${action}` : null;
}

function closed({ repository: repo, pull_request: pull }: PullRequestEvent): GateNews {
  const own = pull.head.repo?.full_name.toLowerCase() === repo;
  return {
    kind: "closed",
    repo,
    pull: pull.number,
    merged: pull.merged === true,
    base: pull.base.ref,
    branch: own ? pull.head.ref : null,
  };
}

const review = z.object({
  action: z.string(),
  repository,
  pull_request: z.object({ number: z.number() }),
  review: z.object({ state: z.string() }),
});

/** A review that only comments, and one whose text was edited, change no approval. */
function readReview(payload: unknown): readonly GateNews[] {
  const read = review.safeParse(payload);
  if (!read.success) return [];
  const { action, repository: repo, pull_request: pull } = read.data;
  const spoken = action === "submitted" && read.data.review.state.toLowerCase() !== "commented";
  if (!spoken && action !== "dismissed") return [];
  return [{ kind: "pull", repo, pull: pull.number, why: `a review was ${action}` }];
}

const numbers = z.array(z.object({ number: z.number() }));
const checkRun = z.object({
  action: z.string(),
  repository,
  check_run: z.object({
    name: z.string(),
    head_sha: z.string(),
    pull_requests: numbers,
    check_suite: z.object({ head_branch: z.string().nullish() }).nullish(),
  }),
});

/** Our own reports are no news, or each would lead to the next; a person's "Re-run" of one is. */
function readCheckRun(payload: unknown): readonly GateNews[] {
  const read = checkRun.safeParse(payload);
  if (!read.success) return [];
  const { action, repository: repo, check_run: check } = read.data;
  const asked = action === "rerequested" || action === "requested_action";
  if (!asked && (action !== "completed" || OURS.test(check.name))) return [];
  const at = { oid: check.head_sha, branch: check.check_suite?.head_branch ?? null };
  const pulls = check.pull_requests.map(({ number }) => number);
  const why = `a check was ${action.replaceAll("_", " ")}`;
  const news = about(repo, at, pulls, why, asked);
  const { branch } = at;
  return asked
    ? news
    : news.map((one) => (one.kind === "pull" ? { ...one, check: { branch } } : one));
}

const checkSuite = z.object({
  action: z.literal("rerequested"),
  repository,
  check_suite: z.object({
    head_sha: z.string(),
    head_branch: z.string().nullable(),
    pull_requests: numbers,
  }),
});

/** "Re-run all checks": GitHub awaits ours again. */
function readCheckSuite(payload: unknown): readonly GateNews[] {
  const read = checkSuite.safeParse(payload);
  if (!read.success) return [];
  const { repository: repo, check_suite: suite } = read.data;
  const at = { oid: suite.head_sha, branch: suite.head_branch };
  const pulls = suite.pull_requests.map(({ number }) => number);
  return about(repo, at, pulls, "all checks were rerequested", true);
}

/** Groups are asked about once, when they are made, and when a person asks again: what others report of them is GitHub's business. */
function about(
  repo: string,
  at: { readonly oid: string; readonly branch: string | null },
  pulls: readonly number[],
  why: string,
  asked: boolean,
): readonly GateNews[] {
  if (at.branch?.startsWith(QUEUE) === true) {
    return asked ? [{ kind: "group", repo, oid: at.oid, branch: at.branch }] : [];
  }
  if (pulls.length === 0)
    return [{ kind: "head", repo, oid: at.oid, why, ...(asked ? { asked } : {}) }];
  return pulls.map((pull) => ({ kind: "pull", repo, pull, why, ...(asked ? { asked } : {}) }));
}

const status = z.object({
  repository,
  sha: z.string(),
  context: z.string(),
  branches: z.array(z.object({ name: z.string() })).catch([]),
});

function readStatus(payload: unknown): readonly GateNews[] {
  const read = status.safeParse(payload);
  if (!read.success) return [];
  const { repository: repo, sha, branches } = read.data;
  const queued = branches.length > 0 && branches.every(({ name }) => name.startsWith(QUEUE));
  return queued ? [] : [{ kind: "head", repo, oid: sha, why: "a status was reported" }];
}

const mergeGroup = z.object({
  action: z.literal("checks_requested"),
  repository,
  merge_group: z.object({ head_sha: z.string(), head_ref: z.string() }),
});

function readMergeGroup(payload: unknown): readonly GateNews[] {
  const read = mergeGroup.safeParse(payload);
  if (!read.success) return [];
  const { repository: repo, merge_group: group } = read.data;
  const branch = group.head_ref.replace(/^refs\/heads\//, "");
  return [{ kind: "group", repo, oid: group.head_sha, branch }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
