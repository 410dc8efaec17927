import type { Commit, Oid, Signature } from "../git/object-store.ts";
import { accountOf } from "./accounts.ts";
import type { Account, Repo } from "./entities.ts";
import type { State } from "./state.ts";

/** Who stands in a commit that the host makes, and that the host signs it. */

function seconds(state: State): number {
  return Math.floor(state.now().getTime() / 1000);
}

/** The address that hides a person's own: GitHub uses it for commits made through its API and pages. */
export function noreplyEmail(account: Account): string {
  return `${account.id}+${account.login}@users.noreply.github.com`;
}

export function authorSignature(state: State, login: string): Signature {
  const account = accountOf(state, login);
  return { name: account.name, email: noreplyEmail(account), time: seconds(state) };
}

export function hostSignature(state: State): Signature {
  return { name: "GitHub", email: "noreply@github.com", time: seconds(state) };
}

/** Writes a commit as the host does: `login` is the author, the host commits and signs. */
export async function writeHostCommit(
  state: State,
  repo: Repo,
  login: string,
  commit: Pick<Commit, "tree" | "parents" | "message">,
): Promise<Oid> {
  const oid = await repo.store.writeCommit({
    ...commit,
    author: authorSignature(state, login),
    committer: hostSignature(state),
  });
  repo.signed.add(oid);
  repo.authors.set(oid, accountOf(state, login).login);
  return oid;
}
