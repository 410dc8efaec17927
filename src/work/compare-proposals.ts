import type { HostHistory, ProposalOfBranch } from "../model/host-history.ts";
import { ONBOARDING_BRANCH, parsePinnedBranch } from "../propose/branch-name.ts";
import type { Chore } from "./chore.ts";
import { eachRepo, type RoundParts, tellOwn } from "./every-repo.ts";
import type { KnownRepo } from "./known-repo.ts";
import { type FoundPlace, placeOfBranch } from "./places.ts";

export interface ProposalParts extends RoundParts {
  readonly history: Pick<HostHistory, "proposals">;
}

const EVERY = 3_600_000;

/**
 * Looks at every open proposal beside what its base holds now: it may have missed what happened. After the first time only at those
 * beside which something changed that the index shows. At one that is over as long as its branch stands: what follows its end
 * was not done, and nobody tells of it again.
 */
export function compareProposals(parts: ProposalParts): Chore {
  /** Name of the repo → branch → what it looked like. */
  const seen = new Map<string, ReadonlyMap<string, string>>();
  return {
    name: "proposals",
    every: EVERY,
    run: (signal) =>
      eachRepo(parts, "proposals", signal, async (known) => {
        const found = await parts.history.proposals(known.repo);
        const open = found.filter(({ state }) => state === "open");
        const now = new Map(open.map((one) => [one.branch, printOf(known, one)]));
        const before = seen.get(known.fullName);
        const changed = open.filter(({ branch }) => before?.get(branch) !== now.get(branch));
        const over = found.filter(
          ({ branch, state }) => state === "over" && parsePinnedBranch(branch) !== null,
        );
        await tell(parts, known, changed, over);
        seen.set(known.fullName, now);
      }),
  };
}

async function tell(
  parts: ProposalParts,
  known: KnownRepo,
  open: readonly ProposalOfBranch[],
  over: readonly ProposalOfBranch[],
): Promise<void> {
  const places = open.flatMap(({ base, branch }) => {
    const found = placeOfBranch(known, base, branch);
    return found === null ? [] : [placeIn(found)];
  });
  const onboarding = open.some(({ branch }) => branch === ONBOARDING_BRANCH);
  const pulls = over.map(({ number }) => number);
  if (places.length === 0 && !onboarding && pulls.length === 0) return;
  const why = "compared with git";
  const repo = known.fullName;
  const news = { kind: "look-again", repo, why, places, onboarding, over: pulls } as const;
  await tellOwn(parts, known, news, null);
}

/** A place as own news name it. */
export function placeIn({ place: { base, component, environment } }: FoundPlace) {
  return { base, environment, component };
}

/** The proposal, the config and the files of its place: what a look would judge by, as far as the index has it. */
function printOf(known: KnownRepo, { base, branch, number }: ProposalOfBranch): string {
  const files = new Set(placeOfBranch(known, base, branch)?.files ?? []);
  const paths = known.branches.find((one) => one.branch === base)?.paths ?? [];
  const oids = paths.filter(({ path }) => files.has(path)).map(({ oid }) => oid);
  const config = known.configState;
  const oid = config === null || config.kind === "absent" ? null : config.oid;
  return JSON.stringify([number, oid, [...files], oids]);
}
