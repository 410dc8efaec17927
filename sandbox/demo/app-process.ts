import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

/** One line of the app's log: JSON as pino writes it. Text of another kind (a crash) is its `msg`. */
export type LogLine = Readonly<Record<string, unknown>>;

export interface AppSettings {
  /** Compiled `src/main.ts`. */
  readonly program: string;
  /** Where it runs: a folder without an `.env`. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Appended to. */
  readonly logFile: string;
}

const START_MS = 60_000;
const STOP_MS = 10_000;

/** Tagboat as an operator runs it: a process of its own with nothing but its environment variables. */
export class AppProcess {
  readonly #child: ChildProcess;
  readonly #log: WriteStream;
  readonly #lines: LogLine[] = [];
  readonly #news = new EventEmitter();
  #ended = false;

  private constructor(settings: AppSettings) {
    this.#log = createWriteStream(settings.logFile, { flags: "a", mode: 0o600 });
    this.#news.setMaxListeners(0);
    // Only what is given here: the caller's own APP_ID or proxy must not leak in.
    this.#child = spawn(process.execPath, ["--enable-source-maps", settings.program], {
      cwd: settings.folder,
      env: { PATH: process.env.PATH ?? "", ...settings.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Not at `exit`: its last words may still be on their way.
    this.#child.on("close", () => {
      this.#ended = true;
      this.#news.emit("line");
    });
    this.#child.on("error", (error) => this.#take(String(error)));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream !== null)
        createInterface({ input: stream }).on("line", (text) => this.#take(text));
  }

  /** Resolves when the app listens. Rejects, with the app stopped, when it does not come up. */
  static async start(settings: AppSettings): Promise<AppProcess> {
    const app = AppProcess.launch(settings);
    try {
      await app.listens();
      return app;
    } catch (error) {
      await app.stop();
      throw error;
    }
  }

  /** Begins a process without waiting for it. */
  static launch(settings: AppSettings): AppProcess {
    return new AppProcess(settings);
  }

  /** Resolves when the app listens. Rejects when it has ended before, or takes too long. */
  async listens(ms = START_MS): Promise<void> {
    await this.line(0, (line) => line.msg === "Tagboat listens", ms);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** How many lines there are so far: what `line` is to begin after. */
  get count(): number {
    return this.#lines.length;
  }

  /** The first line after the first `since` that `matches`. Rejects after `ms`, or when the app has ended. */
  async line(since: number, matches: (line: LogLine) => boolean, ms: number): Promise<LogLine> {
    const signal = AbortSignal.timeout(ms);
    for (;;) {
      const found = this.#lines.slice(since).find(matches);
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`the app has ended:\n${this.tail(10)}`);
      await once(this.#news, "line", { signal }).catch((error: unknown) => {
        if (signal.aborted) throw new Error(`nothing of the kind in the app's log in ${ms} ms`);
        throw error;
      });
    }
  }

  /** The last lines of the log, for a person. */
  tail(count: number): string {
    return this.#lines
      .slice(-count)
      .map((line) => JSON.stringify(line))
      .join("\n");
  }

  /** Every line so far. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** SIGKILL: no last words. `stop` waits for the end. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** SIGTERM, and what it does not heed in time SIGKILL. Resolves with the exit code; `null`: it was killed. */
  async stop(ms = STOP_MS): Promise<number | null> {
    const child = this.#child;
    if (!this.#ended && child.pid !== undefined) {
      const gone = once(child, "close");
      child.kill("SIGTERM");
      const timer = new AbortController();
      const late = pause(ms, "late", { signal: timer.signal }).catch(() => "late");
      if ((await Promise.race([gone, late])) === "late") {
        child.kill("SIGKILL");
        await gone;
      }
      timer.abort();
    }
    if (!this.#log.closed) await new Promise<void>((resolve) => this.#log.end(resolve));
    return child.exitCode;
  }

  #take(text: string): void {
    if (this.#log.writable) this.#log.write(`${text}\n`);
    this.#lines.push(parseLine(text));
    this.#news.emit("line");
  }
}

function parseLine(text: string): LogLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Not JSON: told as it is.
  }
  return { msg: text };
}
