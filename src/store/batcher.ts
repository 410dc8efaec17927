import { codeOf } from "./store-problem.ts";

interface Waiting<J, R> {
  readonly job: J;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 128;

/**
 * Runs what is asked for while a batch runs as the next batch: nothing waits for a timer, a burst costs few transactions.
 * `run` does all of a batch or nothing, and answers in its order.
 */
export class Batcher<J, R> {
  readonly #run: (batch: readonly J[]) => Promise<readonly R[]>;
  readonly #waiting: Waiting<J, R>[] = [];
  #busy = false;

  constructor(run: (batch: readonly J[]) => Promise<readonly R[]>) {
    this.#run = run;
  }

  add(job: J): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (!this.#busy) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) await this.#runSome(this.#waiting.splice(0, MAX_BATCH));
    this.#busy = false;
  }

  async #runSome(batch: readonly Waiting<J, R>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ job }) => job));
      for (const [at, { resolve, reject }] of batch.entries()) {
        const result = results[at];
        if (result === undefined) reject(new Error("a batch answered for fewer than it was given"));
        else resolve(result);
      }
    } catch (error) {
      await this.#failed(batch, error);
    }
  }

  /** One that the database refuses (SQLSTATE class 22, data) must not take the others with it. */
  async #failed(batch: readonly Waiting<J, R>[], error: unknown): Promise<void> {
    if (batch.length > 1 && codeOf(error).startsWith("22")) {
      for (const one of batch) await this.#runSome([one]);
      return;
    }
    for (const { reject } of batch) reject(error);
  }
}
