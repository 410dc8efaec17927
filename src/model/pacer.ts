/** Whose turn comes first: answers to people before tracking. */
export type Urgency = "person" | "tracking";

/** PORT. Shares out an installation's writes (GitHub's secondary limits: 80 content-creating requests a minute, 500 an hour). */
export interface Pacer {
  /** Resolves when `writes` requests may be sent; the turn is taken. Rejects only when `signal` aborts. */
  turn(installation: number, writes: number, urgency: Urgency, signal?: AbortSignal): Promise<Turn>;
  /** The host said stop: no turn is granted before `until`. */
  pause(installation: number, until: Date): Promise<void>;
}

export interface Turn {
  /** Gives back what was not sent. */
  used(writes: number): void;
}
