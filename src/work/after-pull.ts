import { code } from "../model/outside-text.ts";
import type { PullFacts } from "../model/pulls.ts";
import { nextSteps } from "../promote/ladder.ts";
import { parsePinnedBranch } from "../propose/branch-name.ts";
import { parseTrailers } from "../propose/trailers.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { RunParts } from "./run-place.ts";

/** A promotion or rollback is over: its branch goes, and who merged it reads how it goes on. */
export async function afterPull(parts: RunParts, known: KnownRepo, pull: PullFacts): Promise<void> {
  if (!pull.ours || !pull.head.sameRepo || parsePinnedBranch(pull.head.branch) === null) return;
  await dropBranch(parts, known, pull);
  if (pull.state !== "merged" || known.config === null) return;
  const trailers = pull.commits
    .map(({ message }) => parseTrailers(message))
    .find((one) => one !== null);
  const [next] = nextSteps(known.config, trailers?.environment ?? "");
  if (trailers == null || next === undefined) return;
  const component = trailers.component === null ? "" : ` ${trailers.component}`;
  await parts.pulls.say({
    repo: known.repo,
    pull,
    key: `merged:${pull.number}`,
    body: `Merged. Next: ${code(`/promote ${next.name}${component}`)} in a comment here.`,
  });
}

async function dropBranch({ forge }: RunParts, known: KnownRepo, pull: PullFacts): Promise<void> {
  const branch = pull.head.branch;
  const query = { repo: known.repo, base: pull.base.branch, head: branch, files: [] };
  const target = await forge.readTarget(query);
  if (target?.head == null || target.head.oid !== pull.head.oid) return;
  if (target.pulls.some(({ state }) => state === "open")) return;
  await forge.closeProposal({ target, pull: null, comment: null, branch, headOid: pull.head.oid });
}
