/** One at a time: who is urgent goes first, then in order of asking. */
export class Mutex {
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #held = false;

  /** Resolves when it is the caller's turn, with the way to end it. Ending twice is ending once. */
  async lock(urgent = false): Promise<() => void> {
    if (this.#held)
      await new Promise<void>((resolve) => {
        (urgent ? this.#urgent : this.#others).push(resolve);
      });
    this.#held = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const next = this.#urgent.shift() ?? this.#others.shift();
      // Stays held: it passes from hand to hand, so that nobody comes in between.
      if (next === undefined) this.#held = false;
      else next();
    };
  }
}
