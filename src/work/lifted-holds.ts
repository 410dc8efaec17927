import type { Config } from "../model/config.ts";
import { code } from "../model/outside-text.ts";
import type { PullFacts } from "../model/pulls.ts";
import { isEntitled } from "../promote/gates/rights.ts";
import { namesWords, placeWords } from "../promote/reply.ts";
import { holdsOf, type StandingWords, type Word } from "../promote/words.ts";
import { ownCommitOn } from "../propose/authorship.ts";
import type { CommitTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";
import { readWords } from "./repo-words.ts";
import type { RunParts } from "./run-place.ts";
import { standingOf } from "./standing.ts";

type Asked = CommitTrailers & {
  readonly asked: { readonly by: { readonly id: number; readonly login: string } };
};

/**
 * What a merged promotion does to the holds of rollbacks in its places: they are lifted, if who asked for it may still command
 * there. `null`: there are none. One request where anything was ever said in the repo; two more where there is one.
 */
export async function liftedBy(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  pull: PullFacts,
): Promise<{ readonly words: readonly Word[]; readonly told: string } | null> {
  const trailers = provenPromotion(parts.keys, known, pull);
  const environment = config.environments.find(({ name }) => name === trailers?.environment);
  if (trailers === null || environment === undefined) return null;
  const at = pull.mergedAt;
  if (at === null) return null;
  // What was rolled back since then stays held, whenever this is looked at again.
  const holds = rollbackHolds(await readWords(parts, known, 1), trailers).filter(
    (hold) => Date.parse(hold.at) <= Date.parse(at),
  );
  if (holds.length === 0) return null;
  const { by } = trailers.asked;
  const right = await parts.people.rightOf(known.repo, by.login);
  const request = { comment: null, pull: pull.number, login: by.login, userId: by.id, at: "" };
  const standing = await standingOf(parts, known, { right, request }, environment);
  const owners = namesWords([...new Set(holds.map(({ owner }) => owner))]);
  if (!isEntitled(standing, environment.allow.teams)) {
    const told = `The hold of the rollback by ${owners} stays, since ${code(by.login, 40)} may not command ${code(environment.name)} any more: ${code(`/tagboat unhold ${environment.name}`)} lifts it.`;
    return { words: [], told };
  }
  const words = holds.map(
    ({ component }): Word => ({
      kind: "unhold",
      because: "rollback",
      environment: environment.name,
      component,
      by,
      at,
      reason: `#${pull.number} was merged`,
    }),
  );
  const where = holds.map(({ component }) =>
    placeWords({ environment: environment.name, component }),
  );
  return { words, told: `It lifts the hold of the rollback by ${owners} on ${where.join(", ")}.` };
}

/** What a person asked for, and nothing else on its branch. */
function provenPromotion(
  keys: readonly Buffer[],
  { repo }: KnownRepo,
  { commits, commitsComplete: complete, head }: PullFacts,
): Asked | null {
  const own = commits.filter(({ parents }) => parents.length < 2);
  if (!complete || own.length !== 1) return null;
  const branch = { oid: head.oid, commits: own, complete, blobs: new Map<string, string>() };
  const author = ownCommitOn(branch, { repoId: repo.id, branch: head.branch, keys });
  return author !== null && isAsked(author.trailers) ? author.trailers : null;
}

function isAsked(trailers: CommitTrailers): trailers is Asked {
  return trailers.kind === "promotion" && trailers.asked !== null && trailers.asked.by !== null;
}

function rollbackHolds(
  words: StandingWords,
  { component, components, environment }: CommitTrailers,
): StandingWords["holds"] {
  const places = components.length === 0 ? [component] : components;
  const found = places.flatMap((one) => holdsOf(words, { environment, component: one }));
  return [...new Set(found)].filter(({ because }) => because === "rollback");
}
