import type { Oid, TreeChange } from "../git/object-store.ts";
import type { Repo } from "../world/entities.ts";
import type { Context } from "./context.ts";
import { changesOf } from "./line-counts.ts";
import { type PullSource, pullSource } from "./sources.ts";

/** Commits of a pull request, oldest first, as GitHub lists them. */
export async function commitsOf({ repo, pull }: PullSource): Promise<readonly Oid[]> {
  const commits = await repo.store.log(pull.headOid, { not: [pull.baseOid] });
  return [...commits].reverse();
}

/** Files that a pull request changes: from where it left its base to its head. */
export async function filesOf(
  context: Context,
  { repo, pull }: PullSource,
): Promise<readonly TreeChange[]> {
  const base = await repo.store.mergeBase(pull.baseOid, pull.headOid);
  return changesOf(context, repo, base, pull.headOid);
}

/** Pull requests that brought or would bring a commit. */
export async function pullsWith(
  context: Context,
  repo: Repo,
  oid: Oid,
): Promise<readonly PullSource[]> {
  const found: PullSource[] = [];
  for (const pull of context.world.pulls(repo)) {
    const source = pullSource(repo, pull);
    const has =
      pull.headOid === oid || pull.mergeOid === oid || (await commitsOf(source)).includes(oid);
    if (has) found.push(source);
  }
  return found;
}
