import { accountOf } from "./accounts.ts";
import type { App, Comment, Pull, Repo } from "./entities.ts";
import { assertBody } from "./pulls.ts";
import {
  assertWritable,
  emit,
  instant,
  listOf,
  newIds,
  pullsOf,
  type State,
  unprocessable,
} from "./state.ts";

const reactions = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

function assertComment(repo: Repo, body: string): void {
  assertWritable(repo);
  if (body.trim() === "") throw unprocessable("Body can't be blank");
  assertBody(body);
}

export function comment(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  body: string,
  through?: App,
): Comment {
  assertComment(repo, body);
  const at = instant(state);
  const author = accountOf(state, actor).login;
  const ids = newIds(state, "IssueComment");
  const app = through ?? [...state.apps.values()].find((one) => one.bot.login === author);
  const added: Comment = {
    ...ids,
    pull: pull.id,
    author,
    body,
    at,
    updatedAt: at,
    editedBy: null,
    viaApp: app?.id ?? null,
    reactions: [],
  };
  listOf(state.comments, pull.id).push(added);
  pull.updatedAt = at;
  const told = { kind: "issue_comment", action: "created" } as const;
  emit(state, { ...told, repo, pull, comment: added, actor: author });
  return added;
}

export function editComment(
  state: State,
  repo: Repo,
  actor: string,
  edited: Comment,
  body: string,
): void {
  assertComment(repo, body);
  const pull = pullsOf(state, repo).find((candidate) => candidate.id === edited.pull);
  if (pull === undefined) throw new Error("The comment belongs to no pull request of the repo");
  if (edited.body === body) return;
  const changes = { body: { from: edited.body } };
  edited.body = body;
  edited.updatedAt = instant(state);
  edited.editedBy = accountOf(state, actor).login;
  const told = { kind: "issue_comment", action: "edited" } as const;
  emit(state, { ...told, repo, pull, comment: edited, actor, changes });
}

/** The comment is gone; the event still carries it, as GitHub's does. */
export function deleteComment(state: State, repo: Repo, actor: string, deleted: Comment): void {
  assertWritable(repo);
  const pull = pullsOf(state, repo).find((candidate) => candidate.id === deleted.pull);
  if (pull === undefined) throw new Error("The comment belongs to no pull request of the repo");
  const kept = listOf(state.comments, pull.id).filter((comment) => comment !== deleted);
  state.comments.set(pull.id, kept);
  const told = { kind: "issue_comment", action: "deleted" } as const;
  emit(state, { ...told, repo, pull, comment: deleted, actor });
}

/** The same reaction twice by the same person is one. @throws Rejection for a reaction that GitHub does not have. */
export function react(
  state: State,
  repo: Repo,
  actor: string,
  target: Comment,
  content: string,
): { id: number } {
  assertWritable(repo);
  if (!reactions.includes(content)) throw unprocessable(`${content} is not a valid reaction`);
  const by = accountOf(state, actor).login;
  const known = target.reactions.find((one) => one.by === by && one.content === content);
  if (known !== undefined) return { id: known.id };
  state.lastId += 1;
  target.reactions.push({ id: state.lastId, content, by });
  return { id: state.lastId };
}
