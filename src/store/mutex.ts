/** After so many urgent ones it is the others' turn, however many more are urgent: intake must not end all work. */
const MOST_URGENT = 8;

/**
 * One at a time: who is urgent goes first, then in order of asking. Between two of them the process hears what came in over the
 * network: the embedded database answers without ever waiting, and would keep everything else out for as long as somebody asks.
 */
export class Mutex {
  readonly #urgent: (() => void)[] = [];
  readonly #others: (() => void)[] = [];
  #urgentInARow = 0;
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
      const next = this.#next();
      if (next === undefined) this.#held = false;
      else next();
    });
  }

  #next(): (() => void) | undefined {
    const isTurnOfOthers = this.#urgentInARow >= MOST_URGENT && this.#others.length > 0;
    const next = isTurnOfOthers ? undefined : this.#urgent.shift();
    this.#urgentInARow = next === undefined ? 0 : this.#urgentInARow + 1;
    return next ?? this.#others.shift();
  }
}
