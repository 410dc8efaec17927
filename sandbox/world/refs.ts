import type { Oid, RefUpdate } from "../git/object-store.ts";
import { isRefName } from "../git/ref-rules.ts";
import type { Repo } from "./entities.ts";
import { followMoves, type Move } from "./ref-aftermath.ts";
import { requiredChecksOn, rulesOf } from "./rules.ts";
import { assertWritable, type State, unprocessable } from "./state.ts";
import { Rejection } from "./world.ts";

export type WantedUpdate = RefUpdate & { readonly force?: boolean };

const BRANCH = "refs/heads/";

/**
 * Moves refs, all or none, and whatever follows.
 *
 * @throws Rejection with GitHub's text: archived, exists, does not exist, stale, not a fast forward, unknown object, a
 * name below or above another ref's, a branch whose rules want a pull request.
 */
export async function updateRefs(
  state: State,
  repo: Repo,
  actor: string,
  updates: readonly WantedUpdate[],
): Promise<void> {
  assertWritable(repo);
  const refs = await repo.store.refs();
  const moves: Move[] = [];
  for (const update of updates) {
    const before = refs.get(update.name) ?? null;
    assertNamed(update);
    assertExpected(update, before);
    await assertTarget(state, repo, update, before);
    moves.push({ name: update.name, before, after: update.after });
  }
  assertNoNameClash(refs, moves);
  await moveRefs(state, repo, actor, moves);
}

/** Moves refs that the rules have let pass. */
export async function moveRefs(
  state: State,
  repo: Repo,
  actor: string,
  moves: readonly Move[],
): Promise<void> {
  const result = await repo.store.updateRefs(moves);
  if (!result.ok) throw staleData(result.conflict, "");
  await followMoves(state, repo, actor, moves);
}

export function staleData(branch: string, expected: Oid): Rejection {
  const what = expected === "" ? branch : `"${expected}"`;
  const message = `Expected branch to point to ${what} but it did not.  Pull and try again.`;
  return new Rejection(409, "STALE_DATA", message);
}

function assertNamed(update: WantedUpdate): void {
  if (!isRefName(update.name) || update.name.split("/").length < 3) {
    throw unprocessable(`${update.name} is not a valid ref name.`);
  }
  if (update.name.startsWith("refs/pull/")) throw unprocessable("Reference cannot be updated");
}

function assertExpected(update: WantedUpdate, current: Oid | null): void {
  const expected = update.before;
  if (current === null && update.after === null) throw unprocessable("Reference does not exist");
  if (expected === undefined || expected === current) return;
  if (expected === null) throw unprocessable("Reference already exists");
  throw staleData(update.name, expected);
}

async function assertTarget(
  state: State,
  repo: Repo,
  update: WantedUpdate,
  before: Oid | null,
): Promise<void> {
  const { name, after } = update;
  if (after === null) {
    if (name === `${BRANCH}${repo.defaultBranch}`) {
      throw unprocessable("Cannot delete the default branch");
    }
    return;
  }
  const type = await repo.store.typeOf(after);
  if (type === null) throw unprocessable("Object does not exist");
  if (!name.startsWith(BRANCH)) return;
  if (type !== "commit") throw unprocessable("Reference update failed");
  const forward = before === null || (await repo.store.isAncestor(before, after));
  if (!forward && update.force !== true) throw unprocessable("Update is not a fast forward");
  assertRules(state, repo, name.slice(BRANCH.length), before, after);
}

/** A branch under rules takes no commit past them. Making such a branch is free. */
export function assertRules(
  state: State,
  repo: Repo,
  branch: string,
  before: Oid | null,
  after: Oid | null,
): void {
  if (before === null) return;
  const rules = rulesOf(repo, branch);
  const broken: string[] = [];
  if (rules.pullRequest) broken.push("Changes must be made through a pull request.");
  if (rules.mergeQueue) broken.push("Changes must be made through the merge queue");
  if (after !== null) {
    for (const { context, verdict } of requiredChecksOn(state, repo, rules, after)) {
      if (verdict !== "passing") broken.push(`Required status check "${context}" is expected.`);
    }
  }
  if (broken.length === 0) return;
  throw unprocessable(`Repository rule violations found\n\n${broken.join("\n\n")}`);
}

/** Git keeps refs as files: `a` and `a/b` cannot both be, not even when the same transaction deletes one of them. */
function assertNoNameClash(refs: ReadonlyMap<string, Oid>, moves: readonly Move[]): void {
  const made = moves.filter((move) => move.before === null && move.after !== null);
  const names = [...refs.keys(), ...made.map((move) => move.name)];
  for (const { name } of made) {
    const clash = names.some((n) => n.startsWith(`${name}/`) || name.startsWith(`${n}/`));
    if (clash) throw unprocessable("Reference update failed");
  }
}
