import { createHash } from "node:crypto";
import type { Commit, Oid, Signature, TreeEntry } from "./object-store.ts";

/** Bytes of git's objects, as gitformat documents them, and their ids. Pure: both stores are built on it. */

export type ObjectType = "blob" | "tree" | "commit" | "tag";

/** git's id of the tree without entries: it exists in every repo. */
export const EMPTY_TREE: Oid = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

const OID = /^[0-9a-f]{40}$/;
const SIGNATURE = /^(.*?) ?<([^<>]*)> (\d+) [+-]\d{4}$/;
const MODES = new Set(["100644", "100755", "120000", "040000", "160000"]);

/** Whether `text` is a whole object id: 40 hex digits in lower case. */
export function isOid(text: string): boolean {
  return OID.test(text);
}

/** The id of an object with these bytes: SHA-1 over `type size NUL bytes`. */
export function objectOid(type: ObjectType, bytes: Uint8Array): Oid {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** The id that git gives to a file with these bytes. */
export function blobOid(bytes: Uint8Array): Oid {
  return objectOid("blob", bytes);
}

/** Compares texts by their UTF-8 bytes, as git sorts refs and paths. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether `name` may stand in a tree: not empty, one path segment, and none of the names that git keeps for itself. */
export function isEntryName(name: string): boolean {
  if (name === "" || name === "." || name === "..") return false;
  return !/[/\0]/.test(name) && name.toLowerCase() !== ".git";
}

/** What kind of object an entry of this mode points to. */
export function typeOfMode(mode: string): "blob" | "tree" | "commit" {
  if (mode === "040000") return "tree";
  return mode === "160000" ? "commit" : "blob";
}

/** Entries in the order of git's trees: a folder sorts as if its name ended in `/`. Throws on names, modes and ids that no tree may have. */
export function sortedEntries(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const names = new Set<string>();
  for (const entry of entries) {
    if (!isEntryName(entry.name) || !MODES.has(entry.mode) || !isOid(entry.oid)) {
      throw new Error(`not a tree entry: ${entry.mode} ${entry.oid} ${JSON.stringify(entry.name)}`);
    }
    if (names.has(entry.name)) throw new Error(`twice in one tree: ${JSON.stringify(entry.name)}`);
    names.add(entry.name);
  }
  const sortable = entries.map(({ name, mode, oid }) => ({
    key: Buffer.from(mode === "040000" ? `${name}/` : name),
    entry: { name, mode, oid },
  }));
  return sortable.sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
}

/** Bytes of a tree. In the object the mode of a folder has no leading zero. */
export function encodeTree(sorted: readonly TreeEntry[]): Buffer {
  return Buffer.concat(
    sorted.flatMap(({ name, mode, oid }) => [
      Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`),
      Buffer.from(oid, "hex"),
    ]),
  );
}

/** Entries of a tree, in its own order. */
export function decodeTree(bytes: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0 || end + 21 > bytes.length) throw new Error("broken tree object");
    entries.push({
      mode: bytes.toString("latin1", at, space).padStart(6, "0"),
      name: bytes.toString("utf8", space + 1, end),
      oid: bytes.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/**
 * Bytes of a commit, its message byte for byte, times in UTC. Throws on a NUL in the message, as git does.
 * Characters that would break the line (`<`, `>`, line ends, NUL) are dropped from names, as git drops them.
 */
export function encodeCommit(commit: Omit<Commit, "oid">): Buffer {
  if (commit.message.includes("\0")) throw new Error("a commit message cannot hold a NUL");
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${signatureLine(commit.author)}`,
    `committer ${signatureLine(commit.committer)}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${commit.message}`);
}

/** Reads a commit; headers that we do not know (`gpgsig`, `mergetag`) are passed over. */
export function decodeCommit(oid: Oid, bytes: Buffer): Commit {
  const text = bytes.toString("utf8");
  const gap = text.indexOf("\n\n");
  const header = (gap < 0 ? text : text.slice(0, gap)).split("\n");
  const valuesOf = (key: string) =>
    header.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    oid,
    tree: valuesOf("tree")[0] ?? EMPTY_TREE,
    parents: valuesOf("parent"),
    author: parseSignature(valuesOf("author")[0] ?? ""),
    committer: parseSignature(valuesOf("committer")[0] ?? ""),
    message: gap < 0 ? "" : text.slice(gap + 2),
  };
}

function signatureLine({ name, email, time }: Signature): string {
  const clean = (text: string) => text.replace(/[<>\r\n\0]/g, "").trim();
  if (!Number.isSafeInteger(time) || time < 0) throw new Error(`not a commit time: ${time}`);
  return `${clean(name)} <${clean(email)}> ${time} +0000`;
}

function parseSignature(line: string): Signature {
  const [, name = "", email = "", time = "0"] = SIGNATURE.exec(line) ?? [];
  return { name, email, time: Number(time) };
}
