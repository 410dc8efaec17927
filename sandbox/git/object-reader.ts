import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import type { ObjectType } from "./object-format.ts";
import type { Oid } from "./object-store.ts";
import { gitEnvironment } from "./run-git.ts";

export interface RawObject {
  readonly type: ObjectType;
  /** Empty when only the type was asked for. */
  readonly bytes: Buffer;
}

interface Waiting {
  readonly whole: boolean;
  readonly resolve: (object: RawObject | null) => void;
  readonly reject: (error: Error) => void;
}

const HEADER = /^[0-9a-f]{40} (blob|tree|commit|tag) (\d+)$/;

/** Reads objects through one long-lived `git cat-file --batch-command` (git >= 2.36), started at the first read. */
export class ObjectReader {
  readonly #dir: string;
  readonly #waiting: Waiting[] = [];
  #child: ChildProcessByStdio<Writable, Readable, null> | null = null;
  #chunks: Buffer[] = [];
  #have = 0;
  /** No answer can be complete before so many bytes are there. */
  #need = 1;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The object with its bytes; `null`: there is none. `oid` must be a whole object id. */
  contents(oid: Oid): Promise<RawObject | null> {
    return this.#ask("contents", oid);
  }

  /** The object without its bytes. */
  info(oid: Oid): Promise<RawObject | null> {
    return this.#ask("info", oid);
  }

  /** Ends the process. Reads that still wait are answered first. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.stdin.end();
    });
  }

  #ask(command: "contents" | "info", oid: Oid): Promise<RawObject | null> {
    const child = this.#child ?? this.#start();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ whole: command === "contents", resolve, reject });
      child.stdin.write(`${command} ${oid}\n`);
    });
  }

  #start(): ChildProcessByStdio<Writable, Readable, null> {
    const child = spawn("git", ["cat-file", "--batch-command"], {
      env: gitEnvironment(this.#dir),
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#child = child;
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    child.on("error", () => undefined);
    child.on("close", () => this.#ended());
    return child;
  }

  #ended(): void {
    this.#child = null;
    this.#chunks = [];
    this.#have = 0;
    this.#need = 1;
    for (const waiting of this.#waiting.splice(0)) {
      waiting.reject(new Error("git cat-file ended before it answered"));
    }
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return;
    let rest: Buffer = Buffer.concat(this.#chunks);
    this.#need = 1;
    for (;;) {
      const taken = this.#answer(rest);
      if (taken === 0) break;
      rest = rest.subarray(taken);
    }
    this.#chunks = [rest];
    this.#have = rest.length;
  }

  /** Hands the first whole answer in `bytes` to who waits for it. Returns its length; 0: more bytes are needed. */
  #answer(bytes: Buffer): number {
    const waiting = this.#waiting[0];
    const end = bytes.indexOf(0x0a);
    if (waiting === undefined || end < 0) return 0;
    const found = HEADER.exec(bytes.toString("latin1", 0, end));
    const size = found !== null && waiting.whole ? Number(found[2]) : -1;
    const total = end + 1 + size + 1;
    if (bytes.length < total) {
      this.#need = total;
      return 0;
    }
    this.#waiting.shift();
    if (found === null) waiting.resolve(null);
    else {
      const body = size < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end + 1, total - 1));
      waiting.resolve({ type: found[1] as ObjectType, bytes: body });
    }
    return total;
  }
}
