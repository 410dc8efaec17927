import type { Config } from "../model/config.ts";
import type { NewItem } from "../model/inbox.ts";
import { code } from "../model/outside-text.ts";
import type { PullFacts } from "../model/pulls.ts";
import { nextCommand } from "../promote/next-command.ts";
import { renderWords, wordsIn } from "../promote/word-marker.ts";
import { WORD_LABEL, type Word } from "../promote/words.ts";
import { parsePinnedBranch } from "../propose/branch-name.ts";
import { parseTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";
import { liftedBy } from "./lifted-holds.ts";
import type { RunParts } from "./run-place.ts";
import { itemsAfter } from "./words-said.ts";

/** A promotion or rollback is over: its branch goes, and who merged it reads how it goes on. Returns what follows. */
export async function afterPull(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
): Promise<readonly NewItem[]> {
  if (!pull.ours || !pull.head.sameRepo || parsePinnedBranch(pull.head.branch) === null) return [];
  const items = await tellMerged(parts, known, pull);
  // Last: as long as it stands, the rounds of catching up find what was not done.
  await dropBranch(parts, known, pull);
  return items;
}

async function tellMerged(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
): Promise<readonly NewItem[]> {
  if (pull.state !== "merged" || known.config === null) return [];
  const before = saidBefore(parts, known, pull);
  if (before.length > 0) return follow(parts, known, pull, before);
  const lifted = await liftedBy(parts, known, known.config, pull);
  const next = nextWords(known.config, pull);
  if (next === null && lifted === null) return [];
  const words = lifted?.words ?? [];
  const told = ["Merged.", lifted?.told, next].filter((part) => part != null).join(" ");
  await parts.pulls.say({
    repo: known.repo,
    pull,
    key: `merged:${pull.number}`,
    body:
      words.length === 0
        ? told
        : `${told}\n\n${renderWords(words, placeOf(known, pull), parts.keys)}`,
  });
  return words.length === 0 ? [] : follow(parts, known, pull, words);
}

/** The comment that holds them is not written anew: what they lifted stands no more, so it would come out without them. */
function saidBefore({ keys }: RunParts, known: KnownRepo, pull: PullFacts): readonly Word[] {
  return wordsIn(pull.notes, placeOf(known, pull), keys).filter(
    (word) => word.kind === "unhold" && word.because === "rollback",
  );
}

async function follow(
  parts: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  words: readonly Word[],
): Promise<readonly NewItem[]> {
  if (!pull.labels.includes(WORD_LABEL))
    await parts.pulls.label(known.repo, pull.number, { add: [WORD_LABEL], remove: [] });
  return itemsAfter(parts, known, words);
}

function placeOf({ repo }: KnownRepo, { number: pull }: PullFacts) {
  return { repoId: repo.id, pull };
}

function nextWords(config: Config, pull: PullFacts): string | null {
  const trailers = pull.commits
    .map(({ message }) => parseTrailers(message))
    .find((one) => one !== null);
  if (trailers == null) return null;
  const { component, components, environment } = trailers;
  const next = nextCommand(config, environment, component === null ? components : [component]);
  return next === null ? null : `Next: ${code(next)} in a comment here.`;
}

/** Where GitHub does not say whether it took the branch, it is asked again. */
const DROPS = 3;

async function dropBranch({ forge }: RunParts, known: KnownRepo, pull: PullFacts): Promise<void> {
  // What a person put there and nobody merged is theirs.
  const { commits, commitsComplete, state } = pull;
  const ours =
    commitsComplete && commits.every(({ byApp, parents }) => byApp || parents.length > 1);
  if (state !== "merged" && !ours) return;
  const branch = pull.head.branch;
  const query = { repo: known.repo, base: pull.base.branch, head: branch, files: [] };
  for (let drop = 0; drop < DROPS; drop += 1) {
    const target = await forge.readTarget(query);
    if (target?.head == null || target.head.oid !== pull.head.oid) return;
    if (target.pulls.some((one) => one.state === "open")) return;
    const headOid = pull.head.oid;
    const dropped = await forge.closeProposal({
      target,
      pull: null,
      comment: null,
      branch,
      headOid,
    });
    if (dropped.kind === "done") return;
  }
}
