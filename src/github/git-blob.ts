import { createHash } from "node:crypto";

const REGULAR = new Set(["100644", "100755"]);

/** Whether a mode of git is a plain file's. Symlinks, submodules and folders are not. */
export function isPlainFile(mode: string): boolean {
  return REGULAR.has(mode);
}

/** GitHub's GraphQL gives modes as decimal numbers: 33188 is `100644`. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(6, "0");
}

/** The id that git gives to a blob; `like` tells the hash of the repo (40 hex digits: SHA-1, 64: SHA-256). */
export function blobOid(bytes: Uint8Array, like: string): string {
  return createHash(like.length === 64 ? "sha256" : "sha1")
    .update(`blob ${bytes.byteLength}\0`)
    .update(bytes)
    .digest("hex");
}

/** Strict UTF-8, a leading byte order mark kept; `null` when the bytes are something else. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
