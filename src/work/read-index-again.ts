import type { Chore } from "./chore.ts";
import { placeIn } from "./compare-proposals.ts";
import { eachRepo, ownersNow, type RoundParts, tellOwn } from "./every-repo.ts";
import type { KnownRepo } from "./known-repo.ts";
import { concernedPlaces } from "./places.ts";

const EVERY = 3_600_000;
/** What was read within this long is as good as new, in milliseconds. */
const FRESH = 10 * 60_000;

/** Lists and reads every repo again: what a lost webhook would have told of is seen here, and looked at as after a push. */
export function readIndexAgain(parts: RoundParts): Chore {
  return {
    name: "index",
    every: EVERY,
    async run(signal) {
      for (const owner of await ownersNow(parts)) parts.indexes.forget(owner, []);
      await eachRepo(parts, "index", signal, async (before) => {
        const now = await parts.indexes.refreshOlderThan(before.fullName, FRESH);
        if (now !== null && now !== before) await tellMoved(parts, before, now);
      });
    },
  };
}

async function tellMoved(parts: RoundParts, before: KnownRepo, now: KnownRepo): Promise<void> {
  const moved = now.branches.flatMap(({ branch }) => {
    const paths = changedPaths(before, now, branch);
    return concernedPlaces(before, now, { branch, paths });
  });
  const places = moved.map(placeIn);
  if (places.length === 0) return;
  const why = "its base moved";
  const repo = now.fullName;
  await tellOwn(
    parts,
    now,
    { kind: "look-again", repo, why, places, onboarding: false, over: [] },
    null,
  );
}

function changedPaths(before: KnownRepo, now: KnownRepo, branch: string): ReadonlySet<string> {
  const oidsOf = (known: KnownRepo) => {
    const paths = known.branches.find((one) => one.branch === branch)?.paths ?? [];
    return new Map(paths.map(({ oid, path }) => [path, oid]));
  };
  const earlier = oidsOf(before);
  const later = oidsOf(now);
  const all = [...new Set([...earlier.keys(), ...later.keys()])];
  return new Set(all.filter((path) => earlier.get(path) !== later.get(path)));
}
