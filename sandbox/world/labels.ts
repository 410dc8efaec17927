import { accountOf, permissionOf } from "./accounts.ts";
import type { Label, Pull, Repo } from "./entities.ts";
import { assertWritable, emit, instant, newIds, type State, unprocessable } from "./state.ts";
import { Rejection } from "./world.ts";

/** Adds labels; one that the repo does not know is made. Returns all labels of the pull request. */
export function label(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  names: readonly string[],
): readonly Label[] {
  assertWritable(repo);
  for (const name of names) {
    const known = labelNamed(state, repo, name);
    if (pull.labels.has(known.name)) continue;
    pull.labels.add(known.name);
    pull.updatedAt = instant(state);
    const told = { kind: "pull_request", action: "labeled", label: known.name } as const;
    emit(state, { ...told, repo, pull, actor });
  }
  return [...pull.labels].map((name) => labelNamed(state, repo, name));
}

function labelNamed(state: State, repo: Repo, name: string): Label {
  if (name.trim() === "") throw unprocessable("Name can't be blank");
  for (const known of repo.labels.values()) {
    if (known.name.toLowerCase() === name.toLowerCase()) return known;
  }
  const made: Label = { ...newIds(state, "Label"), name, color: "ededed" };
  repo.labels.set(name, made);
  return made;
}

/** @throws Rejection 404 when the pull request does not carry the label. */
export function unlabel(state: State, repo: Repo, actor: string, pull: Pull, name: string): void {
  assertWritable(repo);
  const carried = [...pull.labels].find((one) => one.toLowerCase() === name.toLowerCase());
  if (carried === undefined) throw new Rejection(404, "NOT_FOUND", "Label does not exist");
  pull.labels.delete(carried);
  pull.updatedAt = instant(state);
  const told = { kind: "pull_request", action: "unlabeled", label: carried } as const;
  emit(state, { ...told, repo, pull, actor });
}

/** Asks people and teams (by slug) for a review. @throws Rejection for the author and for whoever has no access. */
export function requestReview(
  state: State,
  repo: Repo,
  actor: string,
  pull: Pull,
  users: readonly string[],
  teams: readonly string[],
): void {
  assertWritable(repo);
  const logins = users.map((login) => state.accounts.get(login.toLowerCase())?.login ?? login);
  if (logins.includes(pull.author)) {
    throw unprocessable("Review cannot be requested from pull request author.");
  }
  const mayRead = (login: string) => permissionOf(state, repo, login) !== "none";
  if (!logins.every(mayRead) || !teams.every((slug) => repo.teams.has(slug))) {
    const what = "One or more of the users or teams you specified is not a collaborator of the";
    throw unprocessable(
      `Reviews may only be requested from collaborators. ${what} ${repo.owner}/${repo.name} repository.`,
    );
  }
  const told = { kind: "pull_request", action: "review_requested", repo, pull } as const;
  const by = accountOf(state, actor).login;
  for (const reviewer of logins) {
    if (pull.reviewers.has(reviewer)) continue;
    pull.reviewers.add(reviewer);
    emit(state, { ...told, actor: by, reviewer });
  }
  for (const team of teams) {
    if (pull.teamReviewers.has(team)) continue;
    pull.teamReviewers.add(team);
    emit(state, { ...told, actor: by, team });
  }
}
