import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

export interface AppChildOptions {
  /** Compiled `src/main.ts`. */
  readonly program: string;
  /** Where it runs: a folder without an `.env`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** Appended to. A file, not a pipe: nobody has to read while it is measured. */
  readonly logFile: string;
}

const START_MS = 60_000;
const STOP_MS = 30_000;
const LOOK_MS = 5;

/** Tagboat as an operator runs it. */
export class AppChild {
  readonly #child: ChildProcess;
  /** Milliseconds from starting the process to the first `/readyz` that says 200. */
  readonly startedIn: number;

  private constructor(child: ChildProcess, startedIn: number) {
    this.#child = child;
    this.startedIn = startedIn;
  }

  /** Resolves when it is ready. Rejects, with the process ended, when it is not within a minute. */
  static async start(options: AppChildOptions): Promise<AppChild> {
    const log = await open(options.logFile, "a", 0o600);
    const begin = performance.now();
    const child = spawn(process.execPath, [...(options.nodeOptions ?? []), options.program], {
      cwd: options.folder,
      // Only what is given here: the caller's own settings must not leak in.
      env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", ...options.environment },
      stdio: ["ignore", log.fd, log.fd],
    });
    await once(child, "spawn");
    await log.close();
    const isReady = await readyWithin(child, `http://127.0.0.1:${options.environment.PORT}/readyz`);
    const app = new AppChild(child, performance.now() - begin);
    if (isReady) return app;
    await app.stop();
    const tail = (await readFile(options.logFile, "utf8")).split("\n").slice(-10).join("\n");
    throw new Error(`the app did not come up:\n${tail}`);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("the app has no process");
    return pid;
  }

  /** SIGTERM, and what it does not heed in time SIGKILL. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await gone;
    clearTimeout(timer);
  }
}

async function readyWithin(child: ChildProcess, url: string): Promise<boolean> {
  for (const end = performance.now() + START_MS; performance.now() < end; await pause(LOOK_MS)) {
    if (child.exitCode !== null) return false;
    const answer = await fetch(url).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return true;
  }
  return false;
}
