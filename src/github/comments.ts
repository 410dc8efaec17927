import { z } from "zod";
import { type CdRepo, ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Comment, Pulls, Reaction } from "../model/pulls.ts";
import { WHO_FRAGMENT } from "./accounts.ts";
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
import { readAnswer } from "./target.ts";
import { runSteps } from "./write.ts";
import type { WriteStep } from "./write-step.ts";

type Said = Parameters<Pulls["say"]>[0];

/** Node ids of comments that were read: REST names a comment by its number, GraphQL by this. */
export type SeenComments = Map<number, string>;

const SEEN = 1_000;

const TAKEN_FRAGMENT = `fragment Taken on IssueComment {
  repository { databaseId }
  pullRequest { isCrossRepository }
  ...CommentFacts
}
${COMMENT_FRAGMENT}
${WHO_FRAGMENT}`;

export const TAKE_COMMENT: Document = {
  what: "addReaction",
  text: `mutation TakeComment($reaction: AddReactionInput!) {
  reaction: addReaction(input: $reaction) { subject { ... on IssueComment { ...Taken } } }
}
${TAKEN_FRAGMENT}`,
};

/** REST would say of an edit only that it came in a later second than the comment. */
export const READ_COMMENT: Document = {
  what: "node",
  text: `query Comment($id: ID!) { node(id: $id) { ... on IssueComment { ...Taken } } }
${TAKEN_FRAGMENT}`,
};

const TakenNode = CommentNode.extend({
  repository: z.object({ databaseId: z.number() }),
  pullRequest: z.object({ isCrossRepository: z.boolean() }).nullable(),
});
const Taken = z.object({ reaction: z.object({ subject: TakenNode }) });
const Read = z.object({ node: TakenNode.nullable() });

/**
 * Puts a reaction on a comment and reads it again by the same request. The reaction is decoration: where GitHub will not have
 * it, the comment is read all the same. `null`: gone, or another comment than the one that was named.
 */
export async function takeComment(
  host: Host,
  seen: SeenComments,
  told: {
    readonly repo: CdRepo;
    readonly id: number;
    readonly nodeId: string;
    readonly react: Reaction;
  },
): Promise<Comment | null> {
  const { repo, id, nodeId, react } = told;
  const { input } = addReaction(repo, { id, nodeId }, react);
  const answer = await host.mutate(TAKE_COMMENT, { reaction: input });
  // A reaction twice is one: the lane may run again.
  if ("kind" in answer) throw unavailable(answer.detail);
  if (answer.errors.some(({ type }) => type === "NOT_FOUND")) return null;
  const found = Taken.safeParse(answer.data);
  const taken = found.success && answer.errors.length === 0 ? found.data.reaction.subject : null;
  if (taken === null) {
    const detail = answer.errors[0]?.message ?? "unknown answer";
    host.log.warn({ detail, comment: id }, "no reaction on a comment");
  }
  const node = taken ?? readAnswer(await host.query(READ_COMMENT, { id: nodeId }), Read).node;
  const same = node?.fullDatabaseId === id && node.repository.databaseId === repo.id;
  if (node === null || !same) return null;
  remember(seen, id, nodeId);
  return { ...commentOf(node), onFork: node.pullRequest?.isCrossRepository ?? null };
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
