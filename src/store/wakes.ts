import type { Database } from "./database.ts";

const CHANNEL = "tagboat_wake";

/** Who wants to know that there may be work. */
export class Wakes {
  readonly #listeners = new Set<() => void>();
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Hears the other processes as well, where there may be some. */
  async start(): Promise<void> {
    if (this.#database.shared) await this.#database.listen(CHANNEL, () => this.here());
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** In this process. */
  here(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Here, and in every other process that can be reached: what they miss they find when they look by themselves. */
  everywhere(): void {
    this.here();
    if (!this.#database.shared) return;
    this.#database.query(`notify ${CHANNEL}`).catch(() => {});
  }
}
