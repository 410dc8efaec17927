import type { FileState, TreePath } from "./forge.ts";

/** What the index of one branch of a CD repo is made from. Can be read again from GitHub at any time. */
export interface IndexedBranch {
  readonly repo: string;
  readonly branch: string;
  readonly commit: string;
  readonly isDefault: boolean;
  readonly paths: readonly TreePath[];
  readonly files: readonly FileState[];
}

/** PORT. */
export interface IndexCache {
  get(repo: string, branch: string): Promise<IndexedBranch | null>;
  put(entry: IndexedBranch): Promise<void>;
  /** Drops every branch of the repo. */
  drop(repo: string): Promise<void>;
  all(): Promise<readonly IndexedBranch[]>;
  /** At which commit each branch was read: what processes that share a store look at to see what others read. */
  heads(): Promise<readonly Pick<IndexedBranch, "repo" | "branch" | "commit">[]>;
}
