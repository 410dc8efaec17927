import type { ObjectStore } from "../git/object-store.ts";
import * as accounts from "./accounts.ts";
import { setAutoMerge, settle } from "./auto-merge.ts";
import * as checks from "./checks.ts";
import * as comments from "./comments.ts";
import { commitOnBranch } from "./commits.ts";
import type { Repo } from "./entities.ts";
import * as labels from "./labels.ts";
import * as memberships from "./memberships.ts";
import { dequeue, enqueue, queueOf } from "./merge-queue.ts";
import { mergePull } from "./merging.ts";
import { findNode } from "./nodes.ts";
import * as pulls from "./pulls.ts";
import { followMoves } from "./ref-aftermath.ts";
import { updateRefs } from "./refs.ts";
import * as repos from "./repos.ts";
import { mergeability } from "./requirements.ts";
import * as reviews from "./reviews.ts";
import { alone, createState, pullsOf, type State } from "./state.ts";
import * as statuses from "./statuses.ts";
import type { World } from "./world.ts";

export interface WorldOptions {
  /** Makes the empty store of a new repo. */
  readonly store: () => Promise<ObjectStore>;
  readonly now: () => Date;
}

/** GitHub's state and rules, empty. Ids are counted: the same calls give the same ids. */
export function createWorld(options: WorldOptions): World {
  const state = createState(options.store, options.now);
  return { ...facts(state), ...people(state), ...git(state), ...talk(state), ...pullDoors(state) };
}

type Write<A extends readonly unknown[], T> = (
  state: State,
  repo: Repo,
  ...args: A
) => T | Promise<T>;

/** A write as the doors call it: nothing else writes meanwhile, and what it made possible happens before it returns. */
function write<A extends readonly unknown[], T>(
  state: State,
  work: Write<A, T>,
): (repo: Repo, ...args: A) => Promise<T> {
  return (repo, ...args) =>
    alone(state, repo, async () => {
      const result = await work(state, repo, ...args);
      await settle(state, repo);
      // A branch of a fork may be the head of a pull request in the repo it was forked from.
      const parent = repo.parent === null ? undefined : state.repos.get(repo.parent);
      if (parent !== undefined) await settle(state, parent);
      return result;
    });
}

function facts(state: State) {
  return {
    now: state.now,
    accounts: state.accounts,
    repos: state.repos,
    apps: state.apps,
    installations: state.installations,
    on(listener) {
      state.listeners.add(listener);
      return () => void state.listeners.delete(listener);
    },
    repo: (owner, name) => accounts.findRepo(state, owner, name),
    node: (id) => findNode(state, id),
    pull: (repo, number) => pullsOf(state, repo).find((pull) => pull.number === number) ?? null,
    pulls: (repo) => pullsOf(state, repo),
    reviews: (pull) => state.reviews.get(pull.id) ?? [],
    comments: (pull) => state.comments.get(pull.id) ?? [],
    checks: (repo, oid) =>
      (state.checks.get(repo.id) ?? []).filter((check) => check.headOid === oid),
    checkRun: (repo, id) =>
      (state.checks.get(repo.id) ?? []).find((check) => check.id === id) ?? null,
    statuses: (repo, oid) =>
      (state.statuses.get(repo.id) ?? []).filter((status) => status.oid === oid),
    mergeability: (repo, pull) => mergeability(state, repo, pull),
  } satisfies Partial<World>;
}

function people(state: State) {
  return {
    addUser: (login, options) =>
      accounts.addAccount(state, login, options?.type ?? "User", options?.name),
    addOrganization: (login) => accounts.addAccount(state, login, "Organization"),
    addTeam: (org, slug, members, pending, parent) =>
      accounts.addTeam(state, org, slug, members, pending, parent),
    team: (org, slug) => accounts.teamOf(state, org, slug),
    addApp: (app) => accounts.addApp(state, app),
    install: (app, account, names) => accounts.install(state, app, account, names),
    setInstallationRepos: (id, names, actor) =>
      accounts.setInstallationRepos(state, id, names, actor),
    suspend: (id, suspended) => accounts.suspend(state, id, suspended),
    uninstall: (id) => accounts.uninstall(state, id),
    createRepo: (owner, name, options) => repos.createRepo(state, owner, name, options),
    deleteRepo: (repo, actor) =>
      alone(state, repo, async () => repos.deleteRepo(state, repo, actor)),
    fork: (repo, owner) => alone(state, repo, () => repos.fork(state, repo, owner)),
    permissionOf: (repo, login) => accounts.permissionOf(state, repo, login),
    membersOf: (team) => accounts.membersOf(state, team),
    setPermission: (repo, login, permission, actor) =>
      memberships.setPermission(state, repo, login, permission, actor),
    setTeamPermission: (repo, slug, permission, actor) =>
      memberships.setTeamPermission(state, repo, slug, permission, actor),
    joinTeam: (org, slug, login, actor) => memberships.joinTeam(state, org, slug, login, actor),
    leaveTeam: (org, slug, login, actor) => memberships.leaveTeam(state, org, slug, login, actor),
    deleteTeam: (org, slug, actor) => memberships.deleteTeam(state, org, slug, actor),
    removeMember: (org, login, actor) => memberships.removeMember(state, org, login, actor),
  } satisfies Partial<World>;
}

function git(state: State) {
  return {
    updateRefs: write(state, updateRefs),
    pushed: write(state, followMoves),
    commitOnBranch: write(state, commitOnBranch),
    createCheck: (repo, app, check) => write(state, checks.createCheck)(repo, app, check),
    createStatus: write(state, statuses.createStatus),
    updateCheck: write(state, checks.updateCheck),
    rerequestCheck: write(state, checks.rerequestCheck),
  } satisfies Partial<World>;
}

function talk(state: State) {
  return {
    review: write(state, reviews.review),
    dismissReview: write(state, async (s, repo, actor: string, pull, review, _message: string) =>
      reviews.dismissReview(s, repo, actor, pull, review),
    ),
    comment: write(state, comments.comment),
    editComment: write(state, comments.editComment),
    deleteComment: write(state, comments.deleteComment),
    react: write(state, comments.react),
    label: write(state, labels.label),
    unlabel: write(state, labels.unlabel),
    requestReview: write(state, labels.requestReview),
  } satisfies Partial<World>;
}

function pullDoors(state: State) {
  return {
    openPull: write(state, pulls.openPull),
    editPull: write(state, pulls.editPull),
    closePull: write(state, pulls.closePull),
    reopenPull: write(state, pulls.reopenPull),
    mergePull: write(state, mergePull),
    setAutoMerge: write(state, setAutoMerge),
    enqueue: write(state, enqueue),
    dequeue: write(state, dequeue),
    queue: (repo, base) => queueOf(state, repo, base),
  } satisfies Partial<World>;
}
