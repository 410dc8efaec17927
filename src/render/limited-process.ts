import { spawn } from "node:child_process";

export interface Command {
  /** Absolute path of the program, then its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Limits {
  /** Milliseconds by the clock on the wall. */
  readonly time: number;
  /** Bytes of address space. */
  readonly memory: number;
  /** Bytes on each of both outputs. */
  readonly output: number;
}

export type Ended =
  | { readonly kind: "exited"; readonly code: number; readonly out: string; readonly err: string }
  | { readonly kind: "stopped"; readonly why: "time" | "output" }
  | { readonly kind: "not-started"; readonly detail: string };

// The shell sets the limit for itself and becomes the program: the limit holds from its first instruction on.
const UNDER_LIMIT = 'ulimit -v "$1" && shift && exec "$@"';

/**
 * Runs a program to its end with nothing but what `command` names: no stdin, no inherited environment, its own process group,
 * which is killed as a whole when a limit is passed. Never rejects.
 */
export function runLimited(command: Command, limits: Limits): Promise<Ended> {
  const kilobytes = String(Math.floor(limits.memory / 1024));
  const child = spawn("/bin/sh", ["-c", UNDER_LIMIT, "sh", kilobytes, ...command.argv], {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve) => {
    let stopped: "time" | "output" | null = null;
    const stop = (why: "time" | "output"): void => {
      stopped ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop("time"), limits.time);
    const out = collect(child.stdout, limits.output, () => stop("output"));
    const err = collect(child.stderr, limits.output, () => stop("output"));
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ kind: "not-started", detail: error.message });
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (stopped === null) resolve({ kind: "exited", code: code ?? -1, out: out(), err: err() });
      else resolve({ kind: "stopped", why: stopped });
    });
  });
}

function collect(stream: NodeJS.ReadableStream, cap: number, over: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > cap) over();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
