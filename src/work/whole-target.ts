import type { PlaceWork } from "../flow.ts";
import type { Forge, Target } from "../model/forge.ts";
import { WORD_LABEL } from "../promote/words.ts";
import { trackingBranch } from "../propose/branch-name.ts";
import { parseTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";

/** A host walks back through the branch for each; files of one place mostly change by the same commits. */
const MOST_HISTORIES = 20;

/** A commit message is anybody's text: this many files of it are looked at. */
const MOST_CLAIMED = 500;

/** The target with all files that matter: also those that an open proposal changed before the config or the folders did. */
export async function readWholeTarget(
  forge: Forge,
  known: KnownRepo,
  work: PlaceWork,
): Promise<Target | null> {
  const head = work.environment.delivery === "commit" ? null : trackingBranch(work.place);
  const { base } = work.place;
  const query = {
    repo: known.repo,
    base,
    head,
    files: work.files,
    counted: WORD_LABEL,
    ...(head === null ? { commits: work.files.slice(0, MOST_HISTORIES) } : {}),
  };
  const target = await forge.readTarget(query);
  const claimed = (target?.head?.commits ?? []).flatMap(
    ({ message }) => parseTrailers(message)?.files.map(({ path }) => path) ?? [],
  );
  const more = claimed.filter((path) => !work.files.includes(path)).slice(0, MOST_CLAIMED);
  if (more.length === 0) return target;
  return forge.readTarget({ ...query, files: [...work.files, ...more] });
}
