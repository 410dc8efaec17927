import type { Hold, Holds } from "../model/holds.ts";

/** Holds in this process. */
export class MemoryHolds implements Holds {
  readonly #holds = new Map<string, Hold>();

  async of(
    repo: string,
    environment: string,
    component: string | null,
    now: Date,
  ): Promise<readonly Hold[]> {
    return [...this.#holds.values()].filter(
      (hold) =>
        hold.repo === repo &&
        hold.environment === environment &&
        (hold.component === null || hold.component === component) &&
        (hold.until === null || Date.parse(hold.until) > now.getTime()),
    );
  }

  async put(hold: Hold): Promise<void> {
    this.#holds.set(keyOf(hold), hold);
  }

  async lift(hold: Pick<Hold, "repo" | "environment" | "component">): Promise<void> {
    this.#holds.delete(keyOf(hold));
  }
}

function keyOf(hold: Pick<Hold, "repo" | "environment" | "component">): string {
  return JSON.stringify([hold.repo, hold.environment, hold.component]);
}
