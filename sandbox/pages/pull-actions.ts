import type { Pull, Repo } from "../world/entities.ts";
import { may, NotFound, type Visit } from "./visit.ts";

/** What a form sent, text fields only. */
export type Form = Readonly<Record<string, string>>;

/** The visitor may not do that. Its text is shown. */
export class Forbidden extends Error {
  override readonly name = "Forbidden";
}

type Action = (visit: Visit, repo: Repo, pull: Pull, form: Form) => Promise<string>;

/** What the buttons of a pull request do; each returns what is then said. Rules of the world throw `Rejection`. */
const ACTIONS: Readonly<Record<string, Action>> = {
  async comment({ stage, actor }, repo, pull, form) {
    await stage.world.comment(repo, actor, pull, form.body ?? "");
    return "Commented.";
  },
  async approve({ stage, actor }, repo, pull, form) {
    await stage.world.review(repo, actor, pull, { state: "APPROVED", body: form.body ?? "" });
    return "Approved.";
  },
  async "request-changes"({ stage, actor }, repo, pull, form) {
    const review = { state: "CHANGES_REQUESTED", body: form.body ?? "" } as const;
    await stage.world.review(repo, actor, pull, review);
    return "Asked for changes.";
  },
  async merge(visit, repo, pull, form) {
    requireWrite(visit, repo, "contents");
    const method = form.method === "squash" || form.method === "rebase" ? form.method : "merge";
    // What was on the page is merged, not what came since.
    const expected = form.head === undefined ? {} : { expectedHead: form.head };
    await visit.stage.world.mergePull(repo, visit.actor, pull, { method, ...expected });
    return "Merged.";
  },
  async close(visit, repo, pull) {
    requireOwn(visit, repo, pull);
    await visit.stage.world.closePull(repo, visit.actor, pull);
    return "Closed.";
  },
  async reopen(visit, repo, pull) {
    requireOwn(visit, repo, pull);
    await visit.stage.world.reopenPull(repo, visit.actor, pull);
    return "Reopened.";
  },
  async ready(visit, repo, pull) {
    requireOwn(visit, repo, pull);
    await visit.stage.world.editPull(repo, visit.actor, pull, { draft: false });
    return "Ready for review.";
  },
  async "delete-branch"(visit, _repo, pull) {
    const home = visit.stage.world.repos.get(pull.headRepo);
    if (home === undefined) throw new NotFound();
    requireWrite(visit, home, "contents");
    const name = `refs/heads/${pull.headBranch}`;
    await visit.stage.world.updateRefs(home, visit.actor, [{ name, after: null }]);
    return `Deleted ${pull.headBranch}.`;
  },
  async label(visit, repo, pull, form) {
    requireWrite(visit, repo, "contents");
    await visit.stage.world.label(repo, visit.actor, pull, [form.label ?? ""]);
    return "Labelled.";
  },
  async unlabel(visit, repo, pull, form) {
    requireWrite(visit, repo, "contents");
    await visit.stage.world.unlabel(repo, visit.actor, pull, form.label ?? "");
    return "Label removed.";
  },
};

/** Does what a button asked for. @throws Rejection, Forbidden, NotFound */
export async function actOnPull(visit: Visit, repo: Repo, pull: Pull, form: Form): Promise<string> {
  const asked = form.action ?? "";
  const action = Object.hasOwn(ACTIONS, asked) ? ACTIONS[asked] : undefined;
  if (action === undefined) throw new NotFound();
  return await action(visit, repo, pull, form);
}

/** @throws Forbidden when the visitor has no write access. */
export function requireWrite(visit: Visit, repo: Repo, permission: string): void {
  if (may(visit, repo, permission, "write")) return;
  throw new Forbidden(`${visit.actor} has no write access to ${repo.owner}/${repo.name}.`);
}

/** Whoever wrote it may close it too. */
function requireOwn(visit: Visit, repo: Repo, pull: Pull): void {
  if (pull.author !== visit.actor) requireWrite(visit, repo, "contents");
}
