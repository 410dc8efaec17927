import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const OUT = "build/real";

/** The source as JavaScript for processes of its own: the file that opens stores. */
export function buildOpenStore(): string {
  execFileSync("node_modules/.bin/tsc", ["--outDir", OUT, "--sourceMap", "false"]);
  return join(process.cwd(), OUT, "store", "open-store.js");
}

/** One JSON line that the process said. */
export type Said = Readonly<Record<string, unknown>>;

/** A process with a store, and what it said so far. */
export interface StoreProcess {
  readonly child: ChildProcess;
  readonly said: Said[];
  /** The first line, said already or to come, that has `word`; rejects when the process ends without it. */
  says(word: string): Promise<Said>;
  /** All values said under `word`, flat. */
  all(word: string): readonly unknown[];
  /** Asks it to close, and waits for its end. */
  end(): Promise<number | null>;
  kill(): Promise<void>;
}

export function startStoreProcess(
  openStore: string,
  settings: Said,
  wrapper: readonly string[] = [],
): StoreProcess {
  const [program = process.execPath, ...args] = [
    ...wrapper,
    process.execPath,
    "test/real/store-child.mjs",
    openStore,
    JSON.stringify(settings),
  ];
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const said: Said[] = [];
  let changed = (): void => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    said.push(JSON.parse(line) as Said);
    changed();
  });
  let over = false;
  const closed = once(child, "close").then(() => {
    over = true;
    changed();
  });
  return {
    child,
    said,
    async says(word) {
      for (;;) {
        const found = said.find((one) => word in one);
        if (found !== undefined) return found;
        if (over) throw new Error(`ended without saying ${word}: ${JSON.stringify(said)}`);
        await new Promise<void>((resolve) => {
          const before = changed;
          changed = () => {
            before();
            resolve();
          };
        });
      }
    },
    all: (word) => said.flatMap((one) => (word in one ? one[word] : [])),
    async end() {
      child.stdin.end();
      await closed;
      return child.exitCode;
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
