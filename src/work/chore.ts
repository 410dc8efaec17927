/** Something that is to be done again and again, by one process at a time of all that share a store. */
export interface Chore {
  readonly name: string;
  /** Milliseconds from the end of one run to the start of the next. */
  readonly every: number;
  /** Ends soon when `signal` aborts. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}
