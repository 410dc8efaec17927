/** Random choices that a seed fixes. What they lead to also depends on the machine's timing. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    const one = list[Math.floor(this.next() * list.length)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  }

  /** `wanted` different ones, or as many as there are. */
  some<T>(list: readonly T[], wanted: number): T[] {
    const left = [...list];
    const chosen: T[] = [];
    while (chosen.length < wanted && left.length > 0)
      chosen.push(...left.splice(Math.floor(this.next() * left.length), 1));
    return chosen;
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.between(0, 15).toString(16)).join("");
  }

  /** The shape of a version-4 UUID. */
  uuid(): string {
    const parts = [8, 4, 4, 4, 12].map((length) => this.hex(length));
    return parts.join("-");
  }
}
