import { z } from "zod";
import { type CdRepo, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Comment, Pulls, Reaction } from "../model/pulls.ts";
import { account, WHO_FRAGMENT } from "./accounts.ts";
import { commentOf, keyMarker } from "./comment.ts";
import {
  addComment,
  addReaction,
  deleteComment,
  replaceComment,
  type Sibling,
} from "./comment-steps.ts";
import { type Document, type Host, inRepo } from "./host.ts";
import type { HostMemory } from "./host-memory.ts";
import { COMMENT_FRAGMENT, CommentNode } from "./pull-facts-document.ts";
import type { GraphqlError } from "./request-error.ts";
import { runSteps } from "./write.ts";
import type { WriteStep } from "./write-step.ts";

type Said = Parameters<Pulls["say"]>[0];

/** Node ids of comments that were read: REST names a comment by its number, GraphQL by this. */
export type SeenComments = Map<number, string>;

const SEEN = 1_000;

const RestUser = z.object({ login: z.string(), id: z.number(), type: z.string() }).nullable();
const RestComment = z.object({
  id: z.number(),
  node_id: z.string(),
  body: z.string(),
  user: RestUser,
  created_at: z.string(),
  updated_at: z.string(),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
});

/** A comment by REST, which tells of the App that wrote it. `null`: gone. */
export async function readComment(
  host: Host,
  appId: number,
  seen: SeenComments,
  { repo, id }: { readonly repo: CdRepo; readonly id: number },
): Promise<Comment | null> {
  const route = "GET /repos/{owner}/{repo}/issues/comments/{comment_id}";
  const answer = await host.read(route, { ...inRepo(repo), comment_id: id });
  if (answer === null) return null;
  const read = RestComment.safeParse(answer);
  if (!read.success) throw unavailable("GitHub's comment has an unknown shape");
  const { node_id: nodeId, body, user, performed_via_github_app: app } = read.data;
  remember(seen, id, nodeId);
  const author = account(
    user === null ? null : { __typename: user.type, login: user.login, databaseId: user.id },
  );
  return {
    id,
    author,
    viaApp: app != null,
    byOurApp: author.isBot && app?.id === appId,
    body,
    createdAt: read.data.created_at,
    edited: read.data.updated_at !== read.data.created_at,
    onFork: null,
  };
}

export const TAKE_COMMENT: Document = {
  what: "addReaction",
  text: `mutation TakeComment($reaction: AddReactionInput!) {
  reaction: addReaction(input: $reaction) {
    subject {
      ... on IssueComment {
        repository { databaseId }
        pullRequest { isCrossRepository }
        ...CommentFacts
      }
    }
  }
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}`,
};

const Taken = z.object({
  reaction: z.object({
    subject: CommentNode.extend({
      repository: z.object({ databaseId: z.number() }),
      pullRequest: z.object({ isCrossRepository: z.boolean() }).nullable(),
    }),
  }),
});

/**
 * Puts a reaction on a comment and reads it again by the same request. The reaction is decoration: where GitHub will not have
 * it, the comment is read all the same. `null`: gone, or another comment than the one that was named.
 */
export async function takeComment(
  host: Host,
  appId: number,
  seen: SeenComments,
  taken: {
    readonly repo: CdRepo;
    readonly id: number;
    readonly nodeId: string;
    readonly react: Reaction;
  },
): Promise<Comment | null> {
  const { repo, id, nodeId, react } = taken;
  const { input } = addReaction(repo, { id, nodeId }, react);
  const answer = await host.mutate(TAKE_COMMENT, { reaction: input });
  // A reaction twice is one: the lane may run again.
  if ("kind" in answer) throw unavailable(answer.detail);
  if (answer.errors.some(({ type }) => type === "NOT_FOUND")) return null;
  const found = Taken.safeParse(answer.data);
  if (!found.success || answer.errors.length > 0) {
    const detail = answer.errors[0]?.message ?? "unknown answer";
    host.log.warn({ detail, comment: id }, "no reaction on a comment");
    return await readComment(host, appId, seen, { repo, id });
  }
  const { subject } = found.data.reaction;
  const same = subject.fullDatabaseId === id && subject.repository.databaseId === repo.id;
  if (!same) return null;
  remember(seen, id, nodeId);
  return { ...commentOf(subject), onFork: subject.pullRequest?.isCrossRepository ?? null };
}

/** A reaction by itself. Never throws. */
export async function react(
  host: Host,
  repo: CdRepo,
  comment: number,
  reaction: Reaction,
): Promise<void> {
  const route = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
  try {
    const parameters = { ...inRepo(repo), comment_id: comment, content: reaction };
    const sent = await host.write(route, parameters);
    if (sent.kind !== "done") {
      host.log.warn({ detail: sent.detail, comment }, "no reaction on a comment");
    }
  } catch (error) {
    if (!(error instanceof ForgeUnavailable || error instanceof ForgeDenied)) throw error;
    host.log.warn({ detail: error.message, comment }, "no reaction on a comment");
  }
}

/**
 * Adds the comment, and learns by the same answer whether it was said before: then the oldest is given the new text and the
 * others go. So what is in doubt can be said again, and one remains. Throws `ForgeUnavailable` when it may not have been said.
 */
export async function say(
  host: Host,
  memory: HostMemory,
  seen: SeenComments,
  said: Said,
): Promise<void> {
  const { repo, pull, key } = said;
  const marker = keyMarker(key);
  const body = `${said.body}\n\n${marker}`;
  const nodeId = said.react === undefined ? undefined : seen.get(said.react.comment);
  const add = addComment(repo, pull, body);
  const steps: WriteStep<unknown>[] = [add];
  const decoration =
    said.react === undefined || nodeId === undefined
      ? null
      : addReaction(repo, { id: said.react.comment, nodeId }, said.react.reaction);
  if (decoration !== null) steps.push(decoration);
  const ran = await runSteps(host, memory, steps);
  if (ran.kind === "unsure") throw unavailable(ran.detail);
  const added = ran.of(add);
  if (added === null) throw notSaid(ran.detail, ran.errors);
  if (decoration !== null && ran.of(decoration) === null) {
    host.log.warn({ detail: ran.detail }, "no reaction on a comment");
  }
  await keepOne(host, memory, repo, body, sameKey(added.last, marker));
  if (said.react !== undefined && decoration === null) {
    await react(host, repo, said.react.comment, said.react.reaction);
  }
}

function sameKey(comments: readonly Sibling[], marker: string): readonly Sibling[] {
  return comments
    .filter(({ viewerDidAuthor, body }) => viewerDidAuthor && body.trimEnd().endsWith(marker))
    .toSorted((a, b) => a.fullDatabaseId - b.fullDatabaseId);
}

async function keepOne(
  host: Host,
  memory: HostMemory,
  repo: CdRepo,
  body: string,
  comments: readonly Sibling[],
): Promise<void> {
  const [oldest, ...others] = comments;
  if (oldest === undefined || others.length === 0) return;
  const replace = replaceComment(repo, oldest, body);
  const removals = others.map((other, at) => deleteComment(repo, other, at));
  const ran = await runSteps(host, memory, [replace, ...removals]);
  // It stands there, at worst twice: the next time one of them goes.
  if (ran.kind === "unsure") host.log.warn({ detail: ran.detail }, "a comment may stand twice");
  else if ([replace, ...removals].some((step) => ran.of(step) === null)) {
    host.log.warn({ detail: ran.detail }, "a comment stands twice");
  }
}

/** GitHub's words where it failed itself, whatever type it puts beside them. */
const BROKE_OFF = /^Something went wrong/;

function notSaid(detail: string, errors: readonly GraphqlError[]): Error {
  const final = errors.some(
    ({ message, type }) =>
      type === "NOT_FOUND" || (type === "UNPROCESSABLE" && !BROKE_OFF.test(message)),
  );
  return final
    ? new ForgeDenied(`GitHub does not take the comment: ${detail}`, "permission-missing")
    : unavailable(`The comment may not be there: ${detail}`);
}

function unavailable(message: string): ForgeUnavailable {
  return new ForgeUnavailable(message, "request", null);
}

function remember(seen: SeenComments, id: number, nodeId: string): void {
  seen.delete(id);
  seen.set(id, nodeId);
  const [oldest] = seen.keys();
  if (seen.size > SEEN && oldest !== undefined) seen.delete(oldest);
}
