import type { ObjectStore, Oid } from "../git/object-store.ts";
import type {
  Account,
  App,
  CheckRun,
  Comment,
  CommitStatus,
  Installation,
  Pull,
  Repo,
  Review,
  Team,
} from "./entities.ts";
import { type NodeType, nodeIdOf } from "./ids.ts";
import { Rejection } from "./world.ts";
import type { WorldEvent } from "./world-event.ts";

/** A pull request that waits in the merge queue, and the branch on which its checks run. */
export interface QueueEntry {
  readonly pull: Pull;
  /** Head of the pull request when it came in: a later one takes it out. */
  readonly pullHead: Oid;
  readonly by: string;
  headRef: string;
  headOid: Oid;
  baseOid: Oid;
}

/** Everything the world remembers beside git. The rooms' functions take it first; nobody outside `world/` sees it. */
export interface State {
  readonly now: () => Date;
  readonly newStore: () => Promise<ObjectStore>;
  readonly accounts: Map<string, Account>;
  readonly teams: Map<string, Team>;
  readonly repos: Map<number, Repo>;
  readonly apps: Map<number, App>;
  readonly installations: Map<number, Installation>;
  /** By repo id, in order of their numbers. */
  readonly pulls: Map<number, Pull[]>;
  /** By id of the pull request. */
  readonly reviews: Map<number, Review[]>;
  readonly comments: Map<number, Comment[]>;
  /** By repo id. */
  readonly checks: Map<number, CheckRun[]>;
  readonly statuses: Map<number, CommitStatus[]>;
  /** By repo id and base branch. */
  readonly queues: Map<string, QueueEntry[]>;
  readonly listeners: Set<(event: WorldEvent) => void>;
  readonly turns: Map<number, Promise<unknown>>;
  lastId: number;
}

export function createState(newStore: () => Promise<ObjectStore>, now: () => Date): State {
  return {
    now,
    newStore,
    accounts: new Map(),
    teams: new Map(),
    repos: new Map(),
    apps: new Map(),
    installations: new Map(),
    pulls: new Map(),
    reviews: new Map(),
    comments: new Map(),
    checks: new Map(),
    statuses: new Map(),
    queues: new Map(),
    listeners: new Set(),
    turns: new Map(),
    lastId: 1000,
  };
}

/** One counter for all kinds: an id of the wrong kind never happens to fit. */
export function newIds(state: State, type: NodeType): { id: number; nodeId: string } {
  state.lastId += 1;
  return { id: state.lastId, nodeId: nodeIdOf(type, state.lastId) };
}

/** The present instant as GitHub writes it: no fractions of a second. */
export function instant(state: State): string {
  return state
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

export function emit(state: State, event: WorldEvent): void {
  for (const listener of state.listeners) listener(event);
}

/**
 * Runs `work` when nobody else writes to the repo or a repo of its fork network: a rule is checked and its effect
 * written without anything in between, as GitHub does with a transaction.
 */
export async function alone<T>(state: State, repo: Repo, work: () => Promise<T>): Promise<T> {
  const key = networkOf(state, repo);
  const before = state.turns.get(key) ?? Promise.resolve();
  const turn = before.then(work, work);
  state.turns.set(key, turn);
  return await turn;
}

function networkOf(state: State, repo: Repo): number {
  const parent = repo.parent === null ? undefined : state.repos.get(repo.parent);
  return parent === undefined ? repo.id : networkOf(state, parent);
}

export function listOf<K, V>(map: Map<K, V[]>, key: K): V[] {
  const known = map.get(key);
  if (known !== undefined) return known;
  const list: V[] = [];
  map.set(key, list);
  return list;
}

/** Throws GitHub's refusal for a repo that takes no writes. */
export function assertWritable(repo: Repo): void {
  if (repo.archived) {
    throw new Rejection(403, "FORBIDDEN", "Repository was archived so is read-only.");
  }
}

export function unprocessable(message: string): Rejection {
  return new Rejection(422, "UNPROCESSABLE", message);
}

export function repoById(state: State, id: number): Repo {
  const repo = state.repos.get(id);
  if (repo === undefined) throw new Error(`No repo has the id ${id}`);
  return repo;
}

export function pullsOf(state: State, repo: Repo): readonly Pull[] {
  return state.pulls.get(repo.id) ?? [];
}
