import { EventEmitter } from "node:events";
import { type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import type { Log } from "../model/log.ts";
import type { Database } from "./database.ts";
import { graphileLogger } from "./graphile-logger.ts";

export interface JobsParts {
  readonly database: Database;
  readonly log: Log;
  readonly tasks: TaskList;
  /** Told of each worker as it begins, and as it ends. */
  onWorker(worker: string, lives: boolean): Promise<void>;
}

/** Few: what they do is wake, tidy up and tell; the lanes' work is not theirs. */
const WORKERS = 4;
/** What was not heard of is found by looking, in milliseconds. */
const POLL = 2_000;
const RESTART = 5_000;

/** graphile-worker in this process. Started again when it breaks off. */
export class Jobs {
  readonly #parts: JobsParts;
  #runner: Runner | null = null;
  #again: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { database, log, tasks } = this.#parts;
    const events: WorkerEvents = new EventEmitter();
    events.on("worker:create", ({ worker }) => this.#tell(worker.workerId, true));
    events.on("worker:release", ({ worker }) => this.#tell(worker.workerId, false));
    // A worker that cannot say what became of its job ends itself, and nobody takes its place.
    events.on("worker:fatalError", ({ worker }) => {
      this.#tell(worker.workerId, false);
      this.#runner?.stop().catch(() => {});
    });
    const runner = await run({
      pgPool: database.pool,
      concurrency: WORKERS,
      pollInterval: POLL,
      noHandleSignals: true,
      taskList: tasks,
      parsedCronItems: [],
      logger: graphileLogger(log),
      events,
    });
    this.#runner = runner;
    runner.promise.then(
      () => this.#ended(null),
      (error: unknown) => this.#ended(error),
    );
  }

  #tell(worker: string, lives: boolean): void {
    this.#parts.onWorker(worker, lives).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, "the store was not told of a worker");
    });
  }

  #ended(error: unknown): void {
    this.#runner = null;
    if (this.#stopped) return;
    this.#parts.log.warn({ err: error }, "the jobs broke off: started again");
    this.#again = setTimeout(() => {
      this.start().catch((failed: unknown) => this.#ended(failed));
    }, RESTART);
    this.#again.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#again !== null) clearTimeout(this.#again);
    await this.#runner?.stop().catch(() => {});
  }
}
