import { mkdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock as lockPath } from "proper-lockfile";
import { codeOf, StoreProblem } from "./store-problem.ts";

/** Milliseconds without a sign of life after which a lock may be taken by anybody. */
const STALE = 15_000;
const UPDATE = 2_000;
/** The guard is held for moments only; who died with it is waited for. */
const GUARD_STALE = 5_000;

/** Who holds the folder. Text that says nothing is `""`: where /proc is missing only the time rule holds. */
interface Owner {
  readonly host: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  readonly started: string;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the folder for this process alone; PGlite itself would let a second one in, and ruin it. A holder that is provably gone
 * (same boot, same pid namespace, no such process) is replaced at once, any other after `STALE` ms of silence.
 *
 * `onLost`: another process took the lock meanwhile (this one stood still for too long): write nothing more, end at once.
 * Throws `StoreProblem`.
 */
export async function lockFolder(
  folder: string,
  onLost: (problem: StoreProblem) => void,
): Promise<FolderLock> {
  await prepare(folder);
  const path = join(folder, "tagboat.lock");
  const ownerFile = join(folder, "tagboat.owner");
  const me = await ownerOf(process.pid);
  const deadline = Date.now() + STALE + UPDATE;
  for (;;) {
    const taken = await underGuard(folder, () => take(path, ownerFile, me, onLost));
    if (taken !== null) return taken;
    const owner = await readOwner(ownerFile);
    // A process that can be seen to live will not go away by waiting.
    if (Date.now() > deadline || (await fateOf(owner, me)) === "alive")
      throw lockedBy(folder, owner);
    await delay(500);
  }
}

async function prepare(folder: string): Promise<void> {
  const probe = join(folder, `.write-test-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(probe, "");
    await rm(probe);
  } catch (cause) {
    if (codeOf(cause) === "ENOSPC")
      throw new StoreProblem("disk-full", `the disk of ${folder} is full: make room`, cause);
    throw new StoreProblem(
      "not-writable",
      `the folder ${folder} cannot be written (${codeOf(cause)}): let the user that runs Tagboat write there, or set TAGBOAT_DATA to a folder where it can`,
      cause,
    );
  }
}

/** Only one process at a time looks at the owner and acts on what it saw. */
async function underGuard<T>(folder: string, run: () => Promise<T>): Promise<T> {
  const release = await lockPath(folder, {
    lockfilePath: join(folder, "tagboat.guard"),
    realpath: false,
    stale: GUARD_STALE,
    retries: { retries: 80, factor: 1, minTimeout: 100, maxTimeout: 100 },
    onCompromised: () => {},
  });
  try {
    return await run();
  } finally {
    await release().catch(() => {});
  }
}

async function take(
  path: string,
  ownerFile: string,
  me: Owner,
  onLost: (problem: StoreProblem) => void,
): Promise<FolderLock | null> {
  if ((await fateOf(await readOwner(ownerFile), me)) === "gone")
    await rm(path, { recursive: true, force: true });
  try {
    const release = await lockPath(path, {
      lockfilePath: path,
      realpath: false,
      stale: STALE,
      update: UPDATE,
      onCompromised: (cause) => {
        onLost(
          new StoreProblem(
            "lost-lock",
            "this process stood still for too long and another one may have taken its folder: it ends without writing more",
            cause,
          ),
        );
      },
    });
    await writeFile(ownerFile, JSON.stringify(me));
    return {
      async release() {
        await rm(ownerFile, { force: true });
        await release().catch(() => {});
      },
    };
  } catch (error) {
    if (codeOf(error) === "ELOCKED") return null;
    throw error;
  }
}

/** Whether the holder lives, as far as this process can see. */
async function fateOf(owner: Owner | null, me: Owner): Promise<"alive" | "gone" | "unknown"> {
  if (owner === null || owner.boot === "" || owner.boot !== me.boot) return "unknown";
  if (owner.pidNamespace === "" || owner.pidNamespace !== me.pidNamespace) return "unknown";
  return (await startOf(owner.pid)) === owner.started ? "alive" : "gone";
}

async function ownerOf(pid: number): Promise<Owner> {
  return {
    host: hostname(),
    boot: await readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
      (text) => text.trim(),
      () => "",
    ),
    pidNamespace: await readlink("/proc/self/ns/pid").catch(() => ""),
    pid,
    started: await startOf(pid),
  };
}

/** When a process began, in the kernel's ticks; empty: there is none. A zombie is none. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // proc(5): behind the command's name in parentheses, which may hold anything, come the state (3) and 18 fields on the start (22).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "" : (fields[19] ?? "");
}

async function readOwner(file: string): Promise<Owner | null> {
  try {
    const read: unknown = JSON.parse(await readFile(file, "utf8"));
    return isOwner(read) ? read : null;
  } catch {
    return null;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const texts = ["host", "boot", "pidNamespace", "started"] as const;
  const fields = value as Record<string, unknown>;
  return texts.every((name) => typeof fields[name] === "string") && Number.isInteger(fields.pid);
}

function lockedBy(folder: string, owner: Owner | null): StoreProblem {
  const who =
    owner === null ? "another process" : `process ${owner.pid} on ${owner.host || "this machine"}`;
  return new StoreProblem(
    "locked",
    `the folder ${folder} is in use by ${who}: stop it first, or set DATABASE_URL to run several processes`,
  );
}
