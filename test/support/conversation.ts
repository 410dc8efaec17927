import type { Comment, Pull } from "../../sandbox/world/entities.ts";
import type { Harbour } from "./harbour.ts";
import { patience } from "./patience.ts";

/** What people say and do on a pull request, and what Tagboat says there. */

/** Enough for the pacer to let everything through. */
const MINUTE = 60_000;

/** Everything that is due within a minute comes to its end. */
export function ease(h: Harbour): Promise<void> {
  return patience(h, MINUTE);
}

/** Somebody comments, and everything that follows comes to its end. */
export async function say(h: Harbour, login: string, pull: Pull, body: string): Promise<Comment> {
  const comment = await h.stage.world.comment(h.repo, login, pull, body);
  await ease(h);
  return comment;
}

/** Somebody approves, and everything that follows comes to its end. */
export async function approve(h: Harbour, login: string, pull: Pull): Promise<void> {
  await h.people.approve(login, pull);
  await ease(h);
}

/** Our replies on a pull request, without their markers. */
export function replies(h: Harbour, pull: Pull): string[] {
  return h.stage.world
    .comments(pull)
    .filter(({ author }) => author === h.app.bot.login)
    .map(({ body }) => body.replace(/\n*<!-- tagboat:[^>]+ -->/g, ""));
}

/** What the promotion check says on a pull request's head; `null`: nothing. */
export function check(h: Harbour, pull: Pull) {
  const runs = h.stage.world.checks(h.repo, pull.headOid);
  const run = runs.filter(({ name }) => name === "tagboat/promotion").at(-1);
  return run === undefined ? null : { conclusion: run.conclusion, title: run.title };
}
