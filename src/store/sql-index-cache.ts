import type { IndexCache, IndexedBranch } from "../model/index-cache.ts";
import type { Database } from "./database.ts";
import { storable, textOf } from "./row.ts";
import { storedBranch } from "./stored.ts";

/** What was read of the CD repos, kept over a restart. */
export class SqlIndexCache implements IndexCache {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(repo: string, branch: string): Promise<IndexedBranch | null> {
    const [row] = await this.#database.query(
      "select entry from tagboat.indexed_branch where repo = $1 and branch = $2",
      [storable(repo), storable(branch)],
    );
    return row === undefined ? null : storedBranch(textOf(row, "entry"));
  }

  async put(entry: IndexedBranch): Promise<void> {
    await this.#database.query(
      `insert into tagboat.indexed_branch (repo, branch, commit_oid, entry) values ($1, $2, $3, $4)
       on conflict (repo, branch) do update set commit_oid = excluded.commit_oid, entry = excluded.entry`,
      [storable(entry.repo), storable(entry.branch), storable(entry.commit), JSON.stringify(entry)],
    );
  }

  async drop(repo: string): Promise<void> {
    await this.#database.query("delete from tagboat.indexed_branch where repo = $1", [
      storable(repo),
    ]);
  }

  async all(): Promise<readonly IndexedBranch[]> {
    const rows = await this.#database.query(
      "select entry from tagboat.indexed_branch order by repo, branch",
    );
    return rows.map((row) => storedBranch(textOf(row, "entry")));
  }

  async heads(): Promise<readonly Pick<IndexedBranch, "repo" | "branch" | "commit">[]> {
    const rows = await this.#database.query(
      "select repo, branch, commit_oid from tagboat.indexed_branch",
    );
    return rows.map((row) => ({
      repo: textOf(row, "repo"),
      branch: textOf(row, "branch"),
      commit: textOf(row, "commit_oid"),
    }));
  }
}
