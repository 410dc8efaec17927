import { spawn } from "node:child_process";

/** git said no where it should not have. `stderr` is git's own text. */
export class GitFailed extends Error {
  override readonly name = "GitFailed";
  readonly code: number | null;
  readonly stderr: string;
  constructor(command: string, code: number | null, stderr: string) {
    super(`git ${command} ended with ${code}: ${stderr.trim()}`);
    this.code = code;
    this.stderr = stderr;
  }
}

/** Environment in which git reads no configuration of the user or the machine, and never asks. */
export function gitEnvironment(dir: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: dir,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_DIR: dir,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Runs git on the bare repo `dir`, without a shell. Resolves with what it wrote and its exit code when that is one of
 * `codes` (default: 0 alone); otherwise rejects with `GitFailed`.
 */
export function runGit(
  dir: string,
  args: readonly string[],
  options: { readonly stdin?: Uint8Array | string; readonly codes?: readonly number[] } = {},
): Promise<{ readonly code: number; readonly stdout: Buffer }> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, { env: gitEnvironment(dir), stdio: "pipe" });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== null && (options.codes ?? [0]).includes(code)) {
        resolve({ code, stdout: Buffer.concat(stdout) });
        return;
      }
      reject(new GitFailed(args[0] ?? "", code, Buffer.concat(stderr).toString()));
    });
    // A git that ends early closes its input: the exit code tells, not the broken pipe.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}
