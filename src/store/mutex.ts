/**
 * One at a time: who is urgent goes first, then in order of asking. Between two of them the process hears what came in over the
 * network: the embedded database answers without ever waiting, and would keep everything else out for as long as somebody asks.
 */
export class Mutex {
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #held = false;

  /** Resolves when it is the caller's turn, with the way to end it. Ending twice is ending once. */
  async lock(urgent = false): Promise<() => void> {
    const turn = new Promise<void>((resolve) => {
      (urgent ? this.#urgent : this.#others).push(resolve);
    });
    if (!this.#held) this.#passOn();
    await turn;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#passOn();
    };
  }

  /** Stays held on its way from hand to hand, so that nobody comes in between. */
  #passOn(): void {
    this.#held = true;
    setImmediate(() => {
      const next = this.#urgent.shift() ?? this.#others.shift();
      if (next === undefined) this.#held = false;
      else next();
    });
  }
}
