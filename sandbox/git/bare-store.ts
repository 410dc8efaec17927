import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import {
  compareBytes,
  decodeCommit,
  decodeTree,
  EMPTY_TREE,
  encodeCommit,
  isOid,
  type ObjectType,
  sortedEntries,
  typeOfMode,
} from "./object-format.ts";
import { ObjectReader } from "./object-reader.ts";
import type { Commit, ObjectStore, Oid, RefUpdate, TreeChange, TreeEntry } from "./object-store.ts";
import { findConflict } from "./ref-rules.ts";
import { GitFailed, runGit } from "./run-git.ts";
import { Serial } from "./serial.ts";

const NO_OID = "0".repeat(40);
const NO_FILE_MODE = "000000";

/** Everything that git may ask its configuration for; no other file is read. */
const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = false
\tfsync = none
[gc]
\tauto = 0
[maintenance]
\tauto = false
[merge]
\trenames = false
\tdirectoryRenames = false
[receive]
\tautogc = false
\thideRefs = refs/pull
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[http]
\treceivepack = true
`;

// git runs it after the refs of a push moved, with one `before after name` line per ref.
const POST_RECEIVE = `#!/bin/sh
exec cat > "\${SANDBOX_PUSHED:-/dev/null}"
`;

/** A store that is a bare git repo in a folder: git itself can clone it and push to it. Its merges follow renames, as GitHub's do. */
export interface BareStore extends ObjectStore {
  readonly dir: string;
  /** Names the branch that a clone checks out. It need not exist yet. */
  setHead(branch: string): Promise<void>;
}

/** Makes the bare repo in `dir`, or opens the one that is there, with a configuration of its own. Needs git >= 2.38. */
export async function createBareStore(dir: string): Promise<BareStore> {
  const path = resolve(dir);
  await mkdir(path, { recursive: true });
  await runGit(path, ["init", "--bare", "--quiet", "--template=", "--initial-branch=main", path]);
  await writeFile(join(path, "config"), CONFIG);
  await mkdir(join(path, "hooks"), { recursive: true });
  await writeFile(join(path, "hooks", "post-receive"), POST_RECEIVE, { mode: 0o755 });
  return new GitStore(path);
}

class GitStore implements BareStore {
  readonly dir: string;
  readonly #reader: ObjectReader;
  readonly #refWrites = new Serial();

  constructor(dir: string) {
    this.dir = dir;
    this.#reader = new ObjectReader(dir);
  }

  async setHead(branch: string): Promise<void> {
    await runGit(this.dir, ["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  }

  async refs(prefix = ""): Promise<ReadonlyMap<string, Oid>> {
    const listed = await this.#lines(["for-each-ref", "--format=%(objectname) %(refname)"]);
    const refs = listed.map((line): [string, Oid] => [line.slice(41), line.slice(0, 40)]);
    return new Map(
      refs.filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => compareBytes(a, b)),
    );
  }

  async readRef(name: string): Promise<Oid | null> {
    return (await this.refs(name)).get(name) ?? null;
  }

  updateRefs(
    updates: readonly RefUpdate[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly conflict: string }> {
    return this.#refWrites.run(async () => {
      const refs = await this.refs();
      const conflict = findConflict(refs, updates);
      if (conflict !== null) return { ok: false, conflict };
      await this.#requireTargets(updates);
      const commands = updates.map((update) => refCommand(update, refs));
      try {
        await runGit(this.dir, ["update-ref", "--stdin", "-z"], { stdin: commands.join("") });
        return { ok: true };
      } catch (error) {
        // A push may have moved a ref since we looked.
        const moved = findConflict(await this.refs(), updates);
        if (moved === null || !(error instanceof GitFailed)) throw error;
        return { ok: false, conflict: moved };
      }
    });
  }

  async typeOf(oid: Oid): Promise<ObjectType | null> {
    if (!isOid(oid)) return null;
    return (await this.#reader.info(oid))?.type ?? null;
  }

  readBlob(oid: Oid): Promise<Buffer | null> {
    return this.#read("blob", oid);
  }

  async readTree(oid: Oid): Promise<readonly TreeEntry[] | null> {
    const bytes = await this.#read("tree", oid);
    return bytes === null ? null : decodeTree(bytes);
  }

  async readCommit(oid: Oid): Promise<Commit | null> {
    const bytes = await this.#read("commit", oid);
    return bytes === null ? null : decodeCommit(oid, bytes);
  }

  writeBlob(bytes: Uint8Array): Promise<Oid> {
    return this.#oid(["hash-object", "-w", "--stdin"], bytes);
  }

  async writeTree(entries: readonly TreeEntry[]): Promise<Oid> {
    const lines = sortedEntries(entries).map(
      ({ name, mode, oid }) => `${mode} ${typeOfMode(mode)} ${oid}\t${name}\0`,
    );
    return this.#oid(["mktree", "-z"], lines.join(""));
  }

  async writeCommit(commit: Omit<Commit, "oid">): Promise<Oid> {
    const bytes = encodeCommit(commit);
    await this.#require("tree", commit.tree);
    for (const parent of commit.parents) await this.#require("commit", parent);
    return this.#oid(["hash-object", "-t", "commit", "-w", "--stdin"], bytes);
  }

  async log(
    from: Oid,
    options: { readonly not?: readonly Oid[]; readonly limit?: number } = {},
  ): Promise<readonly Oid[]> {
    const not = options.not ?? [];
    for (const oid of [from, ...not]) await this.#require("commit", oid);
    const limit = options.limit === undefined ? [] : [`--max-count=${options.limit}`];
    return this.#lines(["rev-list", "--date-order", ...limit, from, ...not.map((o) => `^${o}`)]);
  }

  async mergeBase(a: Oid, b: Oid): Promise<Oid | null> {
    for (const oid of [a, b]) await this.#require("commit", oid);
    const { stdout } = await runGit(this.dir, ["merge-base", a, b], { codes: [0, 1] });
    return stdout.toString().trim() || null;
  }

  async isAncestor(ancestor: Oid, of: Oid): Promise<boolean> {
    for (const oid of [ancestor, of]) await this.#require("commit", oid);
    const args = ["merge-base", "--is-ancestor", ancestor, of];
    return (await runGit(this.dir, args, { codes: [0, 1] })).code === 0;
  }

  async diffTrees(a: Oid | null, b: Oid | null): Promise<readonly TreeChange[]> {
    const trees = [a ?? EMPTY_TREE, b ?? EMPTY_TREE];
    for (const oid of trees) if (oid !== EMPTY_TREE) await this.#require("tree", oid);
    const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", ...trees];
    const { stdout } = await runGit(this.dir, args);
    return parseRawDiff(stdout.toString());
  }

  async mergeTrees(
    ours: Oid,
    theirs: Oid,
  ): Promise<{ readonly tree: Oid } | { readonly conflicts: readonly string[] }> {
    for (const oid of [ours, theirs]) await this.#require("commit", oid);
    const how = ["--write-tree", "-z", "--name-only", "--no-messages"];
    const args = ["merge-tree", ...how, "--allow-unrelated-histories", ours, theirs];
    const { code, stdout } = await runGit(this.dir, args, { codes: [0, 1] });
    const [tree = "", ...names] = stdout.toString().split("\0").filter(Boolean);
    if (code === 0) return { tree };
    // Where a file meets a folder, git names the file after the side it came from.
    const paths = names.map((name) => name.replace(/~[0-9a-f]{40}(_\d+)?$/, ""));
    return { conflicts: [...new Set(paths)].sort(compareBytes) };
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }

  async #requireTargets(updates: readonly RefUpdate[]): Promise<void> {
    for (const { name, after } of updates) {
      if (after === null) continue;
      const type = await this.typeOf(after);
      if (type === null || (type !== "commit" && name.startsWith("refs/heads/"))) {
        throw new Error(`${name} cannot point to ${after}: ${type ?? "no such object"}`);
      }
    }
  }

  async #require(type: ObjectType, oid: Oid): Promise<void> {
    if ((await this.typeOf(oid)) !== type) throw new Error(`no ${type} ${oid}`);
  }

  async #read(type: ObjectType, oid: Oid): Promise<Buffer | null> {
    if (!isOid(oid)) return null;
    const found = await this.#reader.contents(oid);
    return found?.type === type ? found.bytes : null;
  }

  async #oid(args: readonly string[], stdin: Uint8Array | string): Promise<Oid> {
    return (await runGit(this.dir, args, { stdin })).stdout.toString().trim();
  }

  async #lines(args: readonly string[]): Promise<string[]> {
    const { stdout } = await runGit(this.dir, args);
    return stdout.toString().split("\n").filter(Boolean);
  }
}

/** One command of `git update-ref --stdin -z`. There, the empty old value means "whatever it is". */
function refCommand({ name, before, after }: RefUpdate, refs: ReadonlyMap<string, Oid>): string {
  const old = before === undefined ? "" : (before ?? NO_OID);
  if (after !== null) return `update ${name}\0${after}\0${old}\0`;
  return refs.has(name) ? `delete ${name}\0${old}\0` : "";
}

/** `:100644 100755 <oid> <oid> M NUL path NUL`, as git-diff-tree(1) has it. */
function parseRawDiff(text: string): readonly TreeChange[] {
  const parts = text.split("\0");
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [modeA = "", modeB = "", oidA = "", oidB = ""] = (parts[at] ?? "").slice(1).split(" ");
    changes.push({
      path: parts[at + 1] ?? "",
      before: modeA === NO_FILE_MODE ? null : { mode: modeA, oid: oidA },
      after: modeB === NO_FILE_MODE ? null : { mode: modeB, oid: oidB },
    });
  }
  return changes.sort((a, b) => compareBytes(a.path, b.path));
}
