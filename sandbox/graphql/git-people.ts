import type { Commit } from "../git/object-store.ts";
import type { Account, Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { accountOf, type GitActorSource } from "./sources.ts";

/**
 * Who GitHub shows for the author or committer of a commit: the account of the email address, which anyone who pushes may
 * write as they like; proof of an App's hand is the host's signature beside it.
 */
export function gitActor(
  world: World,
  repo: Repo,
  commit: Commit,
  role: "author" | "committer",
): GitActorSource {
  const person = commit[role];
  const written = role === "author" ? repo.authors.get(commit.oid) : undefined;
  const account = accountOfEmail(world, person.email) ?? accountOf(world, written ?? "");
  return { __typename: "GitActor", person, account };
}

/** `<id>+<login>@users.noreply.github.com`. */
function accountOfEmail(world: World, email: string): Account | null {
  const id = Number(/^(\d+)\+[^@]+@users\.noreply\.github\.com$/.exec(email)?.[1]);
  for (const account of world.accounts.values()) if (account.id === id) return account;
  return null;
}

const CO_AUTHOR = /^co-authored-by:\s*(.+?)\s*<([^<>\s]+)>\s*$/gim;

/** Whom the message names beside the author, as anyone may write it. */
export function coAuthors(world: World, commit: Commit): readonly GitActorSource[] {
  return [...commit.message.matchAll(CO_AUTHOR)].map(([, name = "", email = ""]) => ({
    __typename: "GitActor",
    person: { name, email, time: commit.author.time },
    account: accountOfEmail(world, email),
  }));
}
