import type { Clock } from "../model/clock.ts";
import { type CdRepo, type Forge, ForgeUnavailable } from "../model/forge.ts";
import type { Log } from "../model/log.ts";
import type { Pacer } from "../model/pacer.ts";
import { fullNameOf } from "./known-repo.ts";
import type { OperatorHolds } from "./operator-holds.ts";

export interface SweepsParts {
  readonly forge: Pick<Forge, "cdRepos" | "sweep">;
  /** The operator's allow list: `owner/name` in lower case. */
  readonly allowed: (fullName: string) => boolean;
  readonly pacer: Pacer;
  readonly holds: Pick<OperatorHolds, "why">;
  readonly clock: Clock;
  readonly log: Log;
}

const EVERY = 3_600_000;
/** A rebuild takes seconds; what is this old was left by one that was cut short. */
const LEFT_OVER_AFTER = 3_600_000;

/** Deletes the temporary branches that interrupted rebuilds left: at the start and then every hour, one repo after the other. */
export class Sweeps {
  readonly #parts: SweepsParts;
  readonly #stop = new AbortController();
  #loop: Promise<void> | null = null;

  constructor(parts: SweepsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Begins no further repo, lets the one at hand come to its end. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("stopping"));
    await this.#loop;
  }

  /** One round over all repos that the App and the operator allow; how many branches were deleted. Never throws: what fails is logged, and the next round finds it. */
  async round(): Promise<number> {
    const { allowed, forge, log } = this.#parts;
    let deleted = 0;
    try {
      for (const repo of await forge.cdRepos(null)) {
        if (this.#stop.signal.aborted) break;
        if (allowed(fullNameOf(repo))) deleted += await this.#sweep(repo);
      }
    } catch (error) {
      log.warn({ err: error }, "the repos to sweep could not be listed");
    }
    return deleted;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.round();
      await this.#parts.clock.sleep(EVERY, signal);
    }
  }

  async #sweep(repo: CdRepo): Promise<number> {
    const { log } = this.#parts;
    const facts = { repo: fullNameOf(repo) };
    try {
      const held = await this.#parts.holds.why({ ...facts, environment: null });
      if (held !== null) return 0;
      const deleted = await this.#paced(repo);
      if (deleted > 0) log.info({ ...facts, deleted }, "temporary branches swept");
      return deleted;
    } catch (error) {
      if (this.#stop.signal.aborted) return 0;
      await this.#pauseFor(repo, error);
      log.warn({ ...facts, err: error }, "temporary branches not swept");
      return 0;
    }
  }

  async #paced(repo: CdRepo): Promise<number> {
    const { clock, forge, pacer } = this.#parts;
    const turn = await pacer.turn(repo.installation, 1, "tracking", this.#stop.signal);
    let writes = 1;
    try {
      const deleted = await forge.sweep(repo, new Date(clock.now().getTime() - LEFT_OVER_AFTER));
      writes = deleted > 0 ? 1 : 0;
      return deleted;
    } finally {
      turn.used(writes);
    }
  }

  async #pauseFor(repo: CdRepo, error: unknown): Promise<void> {
    const limited = error instanceof ForgeUnavailable && error.scope === "installation";
    if (limited && error.retryAt !== null)
      await this.#parts.pacer.pause(repo.installation, error.retryAt);
  }
}
