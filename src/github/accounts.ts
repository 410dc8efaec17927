import { z } from "zod";
import type { Account } from "../model/pulls.ts";

/** Who an actor is: GitHub's interface `Actor` has no id of its own. */
export const WHO_FRAGMENT = `fragment Who on Actor {
  __typename
  login
  ... on User { databaseId }
  ... on Bot { databaseId }
  ... on Organization { databaseId }
  ... on Mannequin { databaseId }
}`;

/** Parse place of `Who`; `null`: the account was deleted. */
export const Who = z
  .object({
    __typename: z.string(),
    login: z.string(),
    databaseId: z.number().nullish(),
  })
  .nullable();
export type Who = z.infer<typeof Who>;

/** Whom GitHub shows in place of deleted accounts. Nobody has the id 0. */
const GHOST: Account = { login: "ghost", id: 0, isBot: false };

/** An actor in the words of the port: a bot's login has its `[bot]`, so that no person of that name is taken for it. */
export function account(who: Who): Account {
  if (who === null) return GHOST;
  const isBot = who.__typename === "Bot" || who.login.endsWith("[bot]");
  const login = isBot ? `${who.login.replace(/\[bot\]$/, "")}[bot]` : who.login;
  return { login, id: who.databaseId ?? 0, isBot };
}

/** Whether two actors are one. Deleted accounts are nobody. */
export function isSame(one: Who, other: Who): boolean {
  return one !== null && other !== null && account(one).login === account(other).login;
}
