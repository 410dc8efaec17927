import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "@jest/globals";
import { type BareStore, createBareStore } from "../../../sandbox/git/bare-store.ts";
import { createMemoryStore } from "../../../sandbox/git/memory-store.ts";
import type { ObjectStore, Oid } from "../../../sandbox/git/object-store.ts";
import { gitEnvironment } from "../../../sandbox/git/run-git.ts";
import { type TreeAddition, treeWith } from "../../../sandbox/git/tree-edit.ts";

/** Both object stores side by side; real git, called by the tests themselves, is the judge of the ids. */

export const who = { name: "Ada Lovelace", email: "ada@example.org" };
export const MISSING = "1234567890123456789012345678901234567890";

let folder: string;
export let bare: BareStore;
export const memory: ObjectStore = createMemoryStore();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "object-store-"));
  bare = await createBareStore(join(folder, "repo.git"));
});

afterAll(async () => {
  await bare.close();
  await rm(folder, { recursive: true, force: true });
});

export function git(args: readonly string[], input: string | Uint8Array = ""): string {
  return execFileSync("git", args, { env: gitEnvironment(bare.dir), input }).toString();
}

/** Does the same to both stores and gives the answer, once it is the same. */
export async function both<T>(act: (store: ObjectStore) => Promise<T>): Promise<T> {
  const [ofBare, ofMemory] = await Promise.all([act(bare), act(memory)]);
  // Jest compares large buffers byte by byte and slowly.
  if (Buffer.isBuffer(ofBare)) expect(ofBare.equals(ofMemory as Buffer)).toBe(true);
  else expect(ofMemory).toEqual(ofBare);
  return ofBare;
}

export async function bothThrow(act: (store: ObjectStore) => Promise<unknown>): Promise<void> {
  await expect(act(bare)).rejects.toThrow();
  await expect(act(memory)).rejects.toThrow();
}

export type Files = Readonly<Record<string, string | Uint8Array | { mode: string; text: string }>>;

function additions(files: Files): TreeAddition[] {
  return Object.entries(files).map(([path, file]) => {
    if (typeof file === "string") return { path, content: Buffer.from(file) };
    if (file instanceof Uint8Array) return { path, content: file };
    return { path, content: Buffer.from(file.text), mode: file.mode };
  });
}

export function tree(files: Files): Promise<Oid> {
  return both((store) => treeWith(store, null, additions(files)));
}

export async function commit(files: Files, parents: readonly Oid[] = [], time = 1_700_000_000) {
  const oid = await tree(files);
  const signature = { ...who, time };
  return both((store) =>
    store.writeCommit({
      tree: oid,
      parents,
      author: signature,
      committer: signature,
      message: "A commit\n",
    }),
  );
}
