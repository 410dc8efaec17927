import type { Pull, Repo } from "../../world/entities.ts";
import { invalid, notFound } from "../api-error.ts";
import type { Handlers } from "../operation.ts";
import { pullOf } from "../resolve.ts";
import type { Room } from "../room.ts";
import { nodeIdOf } from "../shapes/commit.ts";
import { issueShape } from "../shapes/issue.ts";
import { labelsOf } from "../shapes/pull.ts";
import { label } from "../shapes/repo.ts";
import { changePull } from "./pulls.ts";

type IssueHandlers = Pick<
  Handlers,
  | "issues/get"
  | "issues/update"
  | "issues/list-labels-on-issue"
  | "issues/add-labels"
  | "issues/set-labels"
  | "issues/remove-label"
  | "issues/list-labels-for-repo"
  | "issues/get-label"
  | "issues/create-label"
  | "issues/delete-label"
>;

/** Label ids of this room, out of the way of the world's. */
const FIRST_LABEL = 900_000;
/** The colour of a label that nobody gave one. */
const GREY = "ededed";

function shown(room: Room, repo: Repo, pull: Pull) {
  return labelsOf(repo, pull).map((from) => label(room.urls, repo, from));
}

/** Names in a body: GitHub takes texts and objects. */
function namesOf(labels: readonly unknown[] | undefined): string[] {
  return (labels ?? []).flatMap((given) => {
    if (typeof given === "string") return [given];
    if (typeof given !== "object" || given === null || !("name" in given)) return [];
    return typeof given.name === "string" ? [given.name] : [];
  });
}

async function setLabels(
  room: Room,
  repo: Repo,
  actor: string,
  pull: Pull,
  names: readonly string[],
): Promise<void> {
  for (const name of [...pull.labels])
    if (!names.includes(name)) await room.world.unlabel(repo, actor, pull, name);
  const added = names.filter((name) => !pull.labels.has(name));
  if (added.length > 0) await room.world.label(repo, actor, pull, added);
}

export const ISSUES: IssueHandlers = {
  "issues/get": ({ room, repo, params }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    return { status: 200, body: issueShape(room, repo, pull) };
  },
  "issues/update": async ({ room, repo, actor, caller, params, body }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    const { title, body: text, state, labels } = body ?? {};
    const change = { title: title == null ? undefined : String(title), body: text, state };
    await changePull(room, repo, { actor, caller }, pull, change);
    if (labels !== undefined) await setLabels(room, repo, actor, pull, namesOf(labels));
    return { status: 200, body: issueShape(room, repo, pull) };
  },
  "issues/list-labels-on-issue": ({ room, repo, params, page }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    return { status: 200, body: [...page(shown(room, repo, pull))] };
  },
  "issues/add-labels": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    await room.world.label(repo, actor, pull, namesOf(body?.labels));
    return { status: 200, body: shown(room, repo, pull) };
  },
  "issues/set-labels": async ({ room, repo, actor, params, body }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    await setLabels(room, repo, actor, pull, namesOf(body?.labels));
    return { status: 200, body: shown(room, repo, pull) };
  },
  "issues/remove-label": async ({ room, repo, actor, params }) => {
    const pull = pullOf(room.world, repo, params.issue_number);
    if (!pull.labels.has(params.name)) throw notFound("Label does not exist");
    await room.world.unlabel(repo, actor, pull, params.name);
    return { status: 200, body: shown(room, repo, pull) };
  },
  "issues/list-labels-for-repo": ({ room, repo, page }) => {
    const labels = page([...repo.labels.values()]);
    return { status: 200, body: labels.map((from) => label(room.urls, repo, from)) };
  },
  "issues/get-label": ({ room, repo, params }) => {
    const found = repo.labels.get(params.name);
    if (found === undefined) throw notFound();
    return { status: 200, body: label(room.urls, repo, found) };
  },
  "issues/create-label": ({ room, repo, body }) => {
    if (repo.labels.has(body.name))
      throw invalid("Validation Failed", "Label", "name", "already_exists");
    const id = FIRST_LABEL + room.shelf.nextId();
    const color = (body.color ?? GREY).replace(/^#/, "");
    const made = { id, nodeId: nodeIdOf("LA", repo.id, id), name: body.name, color };
    repo.labels.set(body.name, made);
    return { status: 201, body: label(room.urls, repo, made) };
  },
  "issues/delete-label": ({ room, repo, params }) => {
    if (!repo.labels.delete(params.name)) throw notFound();
    for (const pull of room.world.pulls(repo)) pull.labels.delete(params.name);
    return { status: 204, body: null };
  },
};
