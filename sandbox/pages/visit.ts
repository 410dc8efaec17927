import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { Stage } from "../stage.ts";
import type { Repo } from "../world/entities.ts";

/** One look at a page: who looks, and what a form must send back. */
export interface Visit {
  readonly stage: Stage;
  /** Login of whom the visitor acts as. */
  readonly actor: string;
  /** Sent back by every form. Other sites cannot read it. */
  readonly csrf: string;
  /** What the last form led to. */
  readonly flash: { readonly text: string; readonly fine: boolean } | null;
}

export const ACTOR = "actor";

/** Nothing there that the visitor may see. */
export class NotFound extends Error {
  override readonly name = "NotFound";
}

export function visitOf(stage: Stage, csrf: string, c: Context): Visit {
  const said = getCookie(c, "flash");
  return {
    stage,
    csrf,
    actor: actorOf(stage, getCookie(c, ACTOR)),
    flash: said === undefined ? null : { text: said.slice(1), fine: said.startsWith("+") },
  };
}

function actorOf(stage: Stage, login: string | undefined): string {
  const known = people(stage);
  return known.find((one) => one === login) ?? known[0] ?? "nobody";
}

/** Logins that a visitor can act as. */
export function people(stage: Stage): readonly string[] {
  const users = [...stage.world.accounts.values()].filter((account) => account.type === "User");
  return users.map((account) => account.login);
}

/** The repo of an address. @throws NotFound when it is not there, or not for the visitor. */
export function repoAt(visit: Visit, owner: string, name: string): Repo {
  const repo = visit.stage.world.repo(owner, name);
  if (repo === null || !may(visit, repo, "contents", "read")) throw new NotFound();
  return repo;
}

/** What the visitor may do: the same question that REST asks for a person's token. */
export function may(
  visit: Visit,
  repo: Repo,
  permission: string,
  level: "read" | "write",
): boolean {
  const caller = { kind: "user", login: visit.actor } as const;
  return visit.stage.github.access(caller, repo, permission, level) === "allowed";
}

export function pathOf(repo: Repo): string {
  return `/${repo.owner}/${repo.name}`;
}

/** A path as part of an address. */
export function escaped(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
