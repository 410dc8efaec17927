import type { Clock } from "../model/clock.ts";
import type { Pulls } from "../model/pulls.ts";
import { wordsIn } from "../promote/word-marker.ts";
import { NO_WORDS, type StandingWords, standingWords, WORD_LABEL } from "../promote/words.ts";
import type { KnownRepo } from "./known-repo.ts";

interface WordParts {
  readonly pulls: Pulls;
  readonly keys: readonly Buffer[];
  readonly clock: Clock;
}

/**
 * What people said in a repo that stands, read from GitHub. A comment that was edited counts by its signature alone.
 * @param labelled how many pull requests carry the label; 0: nothing was said, and no request is made.
 */
export async function readWords(
  { clock, keys, pulls }: WordParts,
  known: KnownRepo,
  labelled: number,
): Promise<StandingWords> {
  if (labelled === 0) return NO_WORDS;
  const notes = await pulls.labelledNotes(known.repo, WORD_LABEL);
  // What was said at the same instant counts in the order of the comments.
  const ordered = notes.toSorted((a, b) => a.note.id - b.note.id);
  const words = ordered.flatMap(({ note, pull }) =>
    wordsIn([note], { repoId: known.repo.id, pull }, keys),
  );
  return standingWords(known.fullName, words, clock.now());
}
