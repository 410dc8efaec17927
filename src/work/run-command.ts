import type { LaneItem, LaneTask, NewItem } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import type { Comment } from "../model/pulls.ts";
import { parseComment } from "../promote/command.ts";
import type { Answer } from "../promote/reply.ts";
import { notPermitted } from "../promote/reply.ts";
import { isLate, staleness } from "../promote/request.ts";
import { renderWords } from "../promote/word-marker.ts";
import { WORD_LABEL, type Word } from "../promote/words.ts";
import type { ViewToTell } from "../render/proposal-view.ts";
import { answerCommand } from "./answer-command.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { Ran } from "./ran.ts";
import type { RunParts } from "./run-place.ts";
import { tellView } from "./tell-view.ts";
import { itemsAfter } from "./words-said.ts";

type CommandTask = Extract<LaneTask, { kind: "command" }>;

/** Eyes, a proposal with its labels and reviewers, one that is superseded, the reply. */
const MOST_WRITES = 6;

/** One command: read again, held against what its author may do, done, and answered once. */
export async function runCommand(
  parts: RunParts,
  task: CommandTask,
  item: LaneItem,
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null) {
    const detail = `${task.repo} is gone, or the App is not installed on it any more`;
    return settle(item, [{ kind: "refused", place: null, reason: "repo-gone", detail }]);
  }
  const { ran, views } = await runPaced(parts, known, { task, item }, signal);
  // Whoever waits reads the answer first.
  for (const view of views) await tellView(parts, known.repo, view, signal);
  return ran;
}

async function runPaced(
  parts: RunParts,
  known: KnownRepo,
  { item, task }: { readonly task: CommandTask; readonly item: LaneItem },
  signal: AbortSignal,
): Promise<{ readonly ran: Ran; readonly views: readonly ViewToTell[] }> {
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "person", signal);
  let writes = MOST_WRITES;
  try {
    const answer = await answerOf(parts, known, task, item);
    if ("kind" in answer) {
      writes = 1;
      return { ran: settle(item, [answer]), views: [] };
    }
    const words = answer.words ?? [];
    const { repo } = known;
    // By the label the words are found again: it stands before anybody is told that they hold.
    if (words.length > 0)
      await parts.pulls.label(repo, task.pull.number, { add: [WORD_LABEL], remove: [] });
    await parts.pulls.say({
      repo,
      pull: task.pull,
      key: `command:${task.comment.id}`,
      body: words.length === 0 ? answer.body : withWords(parts, known, task, answer.body, words),
      react: { comment: task.comment.id, reaction: answer.reaction },
    });
    writes = words.length === 0 ? 3 : 4;
    const { items = [], views = [] } = answer;
    const after = words.length === 0 ? [] : await itemsAfter(parts, known, words);
    return { ran: settleAnswer(item, answer, [...items, ...after]), views };
  } finally {
    turn.used(writes);
  }
}

function withWords(
  { keys }: RunParts,
  known: KnownRepo,
  { pull }: CommandTask,
  body: string,
  words: readonly Word[],
): string {
  const place = { repoId: known.repo.id, pull: pull.number };
  return `${body}\n\n${renderWords(words, place, keys)}`;
}

async function answerOf(
  parts: RunParts,
  known: KnownRepo,
  task: CommandTask,
  item: LaneItem,
): Promise<Answer | Outcome> {
  const { id, nodeId } = task.comment;
  const comment = await parts.pulls.comment(known.repo, id, { nodeId, react: "eyes" });
  const stale = staleness(comment, task.comment, new Date(item.receivedAt));
  const reading = parseComment(comment?.body ?? "");
  if (comment === null || stale !== null || reading.kind === "none") {
    const detail = `comment ${id} of #${task.pull.number}: ${stale ?? "it is no command any more"}`;
    return { kind: "skipped", place: null, reason: "comment-stale", detail };
  }
  if (isLate({ at: comment.createdAt }, parts.clock.now())) return late();
  if (await isOnFork(parts, known, task, comment)) return onFork(known);
  if (reading.kind === "unclear") return unclear(known, reading.message);
  const { login, id: userId } = comment.author;
  const right = await parts.people.rightOf(known.repo, login);
  const request = {
    comment: id,
    pull: task.pull.number,
    login,
    userId,
    at: comment.createdAt,
  };
  if (right === "none") return stranger(known, login);
  return answerCommand(parts, known, { command: reading.command, request, right });
}

/** What was asked for then may have been done otherwise, or be wrong now. */
function late(): Answer {
  const body =
    "This command waited for more than half an hour and was not carried out: write it again if it is still wanted.";
  const outcome: Outcome = { kind: "skipped", place: null, reason: "comment-stale", detail: body };
  return { body, reaction: "confused", outcomes: [outcome] };
}

/** GitHub tells it with the comment; where it did not, the pull request is read. In doubt it is. */
async function isOnFork(
  { pulls }: RunParts,
  { repo }: KnownRepo,
  { pull }: CommandTask,
  comment: Comment,
): Promise<boolean> {
  if (comment.onFork !== null) return comment.onFork;
  return (await pulls.read(repo, pull.number))?.head.sameRepo !== true;
}

function onFork(known: KnownRepo): Answer {
  const body =
    "No command is taken on a pull request from a fork: write it on one from a branch of this repo.";
  const outcome: Outcome = {
    kind: "refused",
    place: placeOf(known),
    reason: "not-permitted",
    detail: body,
  };
  return { body, reaction: "confused", outcomes: [outcome] };
}

function unclear(known: KnownRepo, message: string): Answer {
  return {
    body: message,
    reaction: "confused",
    outcomes: [
      { kind: "refused", place: placeOf(known), reason: "command-unclear", detail: message },
    ],
  };
}

function stranger(known: KnownRepo, login: string): Answer {
  const body = notPermitted(login, "command Tagboat", "ask somebody with write in this repo");
  const outcome: Outcome = {
    kind: "refused",
    place: placeOf(known),
    reason: "not-permitted",
    detail: body,
  };
  return { body, reaction: "confused", outcomes: [outcome] };
}

function placeOf({ fullName }: KnownRepo): Place {
  return { repo: fullName, base: "", environment: "", component: null };
}

function settle(item: LaneItem, outcomes: readonly Outcome[]): Ran {
  return { done: [{ item: item.id, outcomes, items: [] }], later: [], parked: [] };
}

function settleAnswer(
  { id: item }: LaneItem,
  { outcomes, settled }: Answer,
  items: readonly NewItem[],
): Ran {
  const done = { item, outcomes, items, ...(settled === undefined ? {} : { settled }) };
  return { done: [done], later: [], parked: [] };
}
