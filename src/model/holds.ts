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

/** "This release goes no further": it may not come to the environment, nor to any that follows it. */
export interface Ban {
  readonly repo: string;
  readonly environment: string;
  /** `null`: every component. */
  readonly component: string | null;
  /** The image as its source names it. */
  readonly image: string;
  readonly tag: string | null;
  readonly digest: string | null;
  readonly by: string;
  readonly reason: string;
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
