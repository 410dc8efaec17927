import { z } from "zod";
import type { PullState, Target } from "../model/forge.ts";
import { inRepo } from "./host.ts";
import { restStep, type WriteStep } from "./write-step.ts";

/** A pull request that was just opened. `headMessage`: of the commit that the host saw at its head. */
export interface OpenedPull {
  readonly nodeId: string;
  readonly number: number;
  readonly url: string;
  readonly headOid: string;
  readonly headMessage: string | null;
}

export function openPull(
  target: Target,
  pull: {
    readonly base: string;
    readonly branch: string;
    readonly title: string;
    readonly body: string;
    readonly draft: boolean;
  },
): WriteStep<OpenedPull> {
  return {
    alias: "pull",
    field: "createPullRequest",
    inputType: "CreatePullRequestInput",
    input: {
      repositoryId: target.repo.nodeId,
      baseRefName: pull.base,
      headRefName: pull.branch,
      title: pull.title,
      body: pull.body,
      draft: pull.draft,
    },
    selection:
      "pullRequest { id number url headRefOid commits(last: 1) { nodes { commit { message } } } }",
    read: readOpened,
    rest: (host) =>
      restStep(
        host,
        "POST /repos/{owner}/{repo}/pulls",
        {
          ...inRepo(target.repo),
          base: pull.base,
          head: pull.branch,
          title: pull.title,
          body: pull.body,
          draft: pull.draft,
        },
        RestPull,
      ),
  };
}

const Opened = z.object({
  pullRequest: z.object({
    id: z.string(),
    number: z.number(),
    url: z.string(),
    headRefOid: z.string(),
    commits: z
      .object({
        nodes: z
          .array(z.object({ commit: z.object({ message: z.string() }) }).nullable())
          .nullish(),
      })
      .nullish(),
  }),
});

function readOpened(payload: unknown): OpenedPull | null {
  const opened = Opened.safeParse(payload);
  if (!opened.success) return null;
  const { id, number, url, headRefOid, commits } = opened.data.pullRequest;
  const headMessage = commits?.nodes?.at(-1)?.commit.message ?? null;
  return { nodeId: id, number, url, headOid: headRefOid, headMessage };
}

const RestPull = z
  .object({
    node_id: z.string(),
    number: z.number(),
    html_url: z.string(),
    head: z.object({ sha: z.string() }),
  })
  .transform(({ node_id, number, html_url, head }) => ({
    pullRequest: { id: node_id, number, url: html_url, headRefOid: head.sha },
  }));

const Retitled = z.object({ pullRequest: z.object({ state: z.string() }) });
const RestRetitled = z
  .object({ state: z.string() })
  .transform(({ state }) => ({ pullRequest: { state: state.toUpperCase() } }));

function readRetitled(payload: unknown): { open: boolean } | null {
  const retitled = Retitled.safeParse(payload);
  return retitled.success ? { open: retitled.data.pullRequest.state === "OPEN" } : null;
}

const Done = z.object({ pullRequest: z.object({ id: z.string() }) });
const RestDone = z
  .object({ node_id: z.string() })
  .transform(({ node_id }) => ({ pullRequest: { id: node_id } }));
const RestComment = z
  .object({ node_id: z.string() })
  .transform(({ node_id }) => ({ subject: { id: node_id } }));

function isDone(payload: unknown): true | null {
  return Done.safeParse(payload).success ? true : null;
}

/** Says too whether the pull request is open: GitHub edits the words of merged and closed ones as readily. */
export function retitlePull(
  target: Target,
  pull: Pick<PullState, "nodeId" | "number">,
  words: { readonly title: string; readonly body: string },
): WriteStep<{ readonly open: boolean }> {
  return {
    alias: "words",
    field: "updatePullRequest",
    inputType: "UpdatePullRequestInput",
    input: { pullRequestId: pull.nodeId, title: words.title, body: words.body },
    selection: "pullRequest { state }",
    read: readRetitled,
    rest: (host) =>
      restStep(
        host,
        "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
        { ...inRepo(target.repo), pull_number: pull.number, title: words.title, body: words.body },
        RestRetitled,
      ),
  };
}

export function closePull(
  target: Target,
  pull: Pick<PullState, "nodeId" | "number">,
): WriteStep<true> {
  return {
    alias: "close",
    field: "closePullRequest",
    inputType: "ClosePullRequestInput",
    input: { pullRequestId: pull.nodeId },
    selection: "pullRequest { id }",
    read: isDone,
    rest: (host) =>
      restStep(
        host,
        "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
        { ...inRepo(target.repo), pull_number: pull.number, state: "closed" },
        RestDone,
      ),
  };
}

export function commentOnPull(
  target: Target,
  pull: Pick<PullState, "nodeId" | "number">,
  body: string,
): WriteStep<true> {
  return {
    alias: "comment",
    field: "addComment",
    inputType: "AddCommentInput",
    input: { subjectId: pull.nodeId, body },
    selection: "subject { id }",
    read: (payload) =>
      z.object({ subject: z.object({ id: z.string() }) }).safeParse(payload).success ? true : null,
    rest: (host) =>
      restStep(
        host,
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        { ...inRepo(target.repo), issue_number: pull.number, body },
        RestComment,
      ),
  };
}
