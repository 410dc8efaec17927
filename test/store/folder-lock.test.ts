import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type FolderLock, lockFolder } from "../../src/store/folder-lock.ts";
import type { StoreProblem } from "../../src/store/store-problem.ts";

let folder: string;
const held: FolderLock[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tagboat-lock-"));
});

afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
  await rm(folder, { recursive: true, force: true });
});

async function lock(): Promise<FolderLock> {
  const taken = await lockFolder(folder, (problem) => {
    throw problem;
  });
  held.push(taken);
  return taken;
}

const problemOf = (attempt: Promise<unknown>): Promise<StoreProblem | null> =>
  attempt.then(
    () => null,
    (problem: StoreProblem) => problem,
  );

/** The folder as a process leaves it that was killed a moment ago. */
async function leaveLock(over: Record<string, unknown>): Promise<void> {
  const lived = await lock();
  const owner: Record<string, unknown> = JSON.parse(
    await readFile(join(folder, "tagboat.owner"), "utf8"),
  );
  await lived.release();
  held.pop();
  await writeFile(join(folder, "tagboat.owner"), JSON.stringify({ ...owner, ...over }));
  await mkdir(join(folder, "tagboat.lock"));
  // As if it had just given a sign of life, whatever the time is: nobody gets it by waiting.
  const ahead = new Date(Date.now() + 3_600_000);
  await utimes(join(folder, "tagboat.lock"), ahead, ahead);
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the folder's lock", () => {
  test("is for one process; the other is told which", async () => {
    await lock();
    const problem = await problemOf(lock());
    expect(problem?.reason).toBe("locked");
    expect(problem?.message).toContain(`in use by process ${process.pid} on`);
    expect(problem?.message).not.toContain("\n");
  });

  test("is free again after its release", async () => {
    await (await lock()).release();
    held.pop();
    await lock();
  });

  test("is taken at once from a process that is gone", async () => {
    await leaveLock({ pid: await deadPid() });
    await lock();
    expect(JSON.parse(await readFile(join(folder, "tagboat.owner"), "utf8"))).toMatchObject({
      pid: process.pid,
    });
  });

  test("is taken at once when the holder's pid is another process by now", async () => {
    await leaveLock({ started: "1" });
    await lock();
  });

  test("goes to one of those that come together to a dead one", async () => {
    await leaveLock({ pid: await deadPid() });
    const answers = await Promise.all(Array.from({ length: 6 }, () => problemOf(lock())));
    expect(answers.filter((one) => one === null)).toHaveLength(1);
    expect(new Set(answers.filter((one) => one !== null).map((one) => one.reason))).toEqual(
      new Set(["locked"]),
    );
  });

  test("of a process that cannot be seen from here is taken when it gave no sign for long", async () => {
    await leaveLock({ boot: "another machine" });
    const past = new Date(Date.now() - 60_000);
    await utimes(join(folder, "tagboat.lock"), past, past);
    await lock();
  });

  test("with an owner that cannot be read counts as one that cannot be seen", async () => {
    await leaveLock({});
    await writeFile(join(folder, "tagboat.owner"), "{");
    const past = new Date(Date.now() - 60_000);
    await utimes(join(folder, "tagboat.lock"), past, past);
    await lock();
  });

  test("cannot be had where nothing can be written", async () => {
    await writeFile(join(folder, "file"), "");
    const problem = await problemOf(lockFolder(join(folder, "file"), () => {}));
    expect(problem?.reason).toBe("not-writable");
    expect(problem?.message).toMatch(/^the folder .*file cannot be written \(E\w+\): /);
  });
});
