/** What is known of an image's tags, as one repo follows it. */
export interface TagMemory {
  /** What the list held the last time; `null`: it was not read yet. */
  before: ReadonlySet<string> | null;
  /** Tags that need no more reading. */
  readonly read: Set<string>;
  /** What the tags in place named at the last look. */
  named: ReadonlyMap<string, string>;
}

/** Images that are remembered; a forgotten one costs reads. */
const REMEMBERED = 5000;

/** Which tags were looked at before, for this process: what is not known yet is worth a read. */
export class TagMemories {
  readonly #memories = new Map<string, TagMemory>();

  /** @param repo full name of the CD repo. */
  of(repo: string, image: string): TagMemory {
    const key = `${repo} ${image}`;
    const memory = this.#memories.get(key) ?? {
      before: null,
      read: new Set<string>(),
      named: new Map<string, string>(),
    };
    this.#memories.delete(key);
    this.#memories.set(key, memory);
    const [oldest] = this.#memories.keys();
    if (this.#memories.size > REMEMBERED && oldest !== undefined) this.#memories.delete(oldest);
    return memory;
  }
}
