import { createHash } from "node:crypto";
import type { LaneItem, LaneTask } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { cell, code } from "../model/outside-text.ts";
import { parseWords, renderWords, wordsIn } from "../promote/word-marker.ts";
import { WORD_LABEL, type Word } from "../promote/words.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { Ran } from "./ran.ts";
import type { RunParts } from "./run-place.ts";
import { itemsAfter } from "./words-said.ts";

type WordsTask = Extract<LaneTask, { kind: "words" }>;

/** The reply, its label. */
const MOST_WRITES = 2;

/**
 * Puts back what somebody took away of people's words: whoever may edit a comment or take a label away could lift holds and bans
 * else, past those who may. What was said is lifted by a command alone.
 */
export async function keepWords(
  parts: RunParts,
  task: WordsTask,
  item: LaneItem,
  signal: AbortSignal,
): Promise<Ran> {
  const known = await parts.indexes.get(task.repo);
  if (known === null) return settled(item, task, "the repo is gone");
  const turn = await parts.pacer.turn(known.repo.installation, MOST_WRITES, "person", signal);
  let writes = 0;
  try {
    const pull = await parts.pulls.read(known.repo, task.pull.number);
    if (pull === null) return settled(item, task, "the pull request is gone");
    const place = { repoId: known.repo.id, pull: pull.number };
    const standing = wordsIn(pull.notes, place, parts.keys);
    const gone = lostOf(parts, known, task, standing);
    if (gone.length > 0) {
      writes += 1;
      await sayAgain(parts, known, task, gone);
    }
    const kept = [...standing, ...gone];
    if (kept.length === 0 || (gone.length === 0 && pull.labels.includes(WORD_LABEL)))
      return settled(item, task, "nothing was lost");
    writes += 1;
    await parts.pulls.label(known.repo, pull.number, { add: [WORD_LABEL], remove: [] });
    const ran = settled(item, task, "what was said was put back");
    const items = await itemsAfter(parts, known, kept);
    return { ...ran, done: ran.done.map((done) => ({ ...done, items })) };
  } finally {
    turn.used(writes);
  }
}

/** Words of ours that stand on the pull request no more. */
function lostOf(
  { keys }: RunParts,
  { repo }: KnownRepo,
  { marker, pull }: WordsTask,
  standing: readonly Word[],
): readonly Word[] {
  const known = new Set(standing.map((word) => JSON.stringify(word)));
  return parseWords(marker ?? "", { repoId: repo.id, pull: pull.number }, keys).filter(
    (word) => !known.has(JSON.stringify(word)),
  );
}

/** In words of our own: the text beside the marker may have been anybody's. */
function sayAgain(
  { keys, pulls }: RunParts,
  { repo }: KnownRepo,
  { marker, pull }: WordsTask,
  words: readonly Word[],
): Promise<void> {
  const lines = words.map((word) => {
    const component = "component" in word && word.component !== null ? ` ${word.component}` : "";
    const command = `/tagboat ${word.kind} ${word.environment}${component}`;
    return `- ${code(command)}, by ${code(word.by.login, 40)}: ${cell(word.reason)}`;
  });
  const kept = renderWords(words, { repoId: repo.id, pull: pull.number }, keys);
  const name = createHash("sha256")
    .update(marker ?? "")
    .digest("hex")
    .slice(0, 16);
  return pulls.say({
    repo,
    pull,
    key: `words:${name}`,
    body: `A reply of Tagboat's was changed or deleted. What was said in it goes on to hold, and commands alone lift it:\n\n${lines.join("\n")}\n\n${kept}`,
  });
}

function settled(item: LaneItem, { pull, repo }: WordsTask, detail: string): Ran {
  const place: Place = { repo, base: "", environment: "", component: null };
  const outcome: Outcome = {
    kind: "skipped",
    place,
    reason: "answered",
    detail: `#${pull.number}: ${detail}`,
  };
  return { done: [{ item: item.id, outcomes: [outcome], items: [] }], later: [], parked: [] };
}
