/** A person's "leave this alone". Written on GitHub first; what the store has is a cache. */
export interface Hold {
  readonly repo: string;
  readonly environment: string;
  /** `null`: every component. */
  readonly component: string | null;
  readonly owner: string;
  readonly reason: string;
  /** RFC 3339; `null`: until lifted. */
  readonly until: string | null;
}

/** PORT. */
export interface Holds {
  of(
    repo: string,
    environment: string,
    component: string | null,
    now: Date,
  ): Promise<readonly Hold[]>;
  put(hold: Hold): Promise<void>;
  lift(hold: Pick<Hold, "repo" | "environment" | "component">): Promise<void>;
}
