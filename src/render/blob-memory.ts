import type { CdRepo } from "../model/forge.ts";
import type { Blobs } from "../model/render.ts";

/** Contents of blobs that were read lately, up to a number of bytes. A blob never changes, so nothing here grows old. */
export class BlobMemory {
  readonly #blobs: Blobs;
  readonly #capacity: number;
  readonly #known = new Map<string, Uint8Array>();
  #bytes = 0;

  /** `capacity`: bytes. */
  constructor(blobs: Blobs, capacity: number) {
    this.#blobs = blobs;
    this.#capacity = capacity;
  }

  /** The blobs that could be had; at most one call of the port, none when all are known. */
  async read(repo: CdRepo, oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const wanted = [...new Set(oids)];
    const missing = wanted.filter((oid) => !this.#known.has(oid));
    const read = missing.length === 0 ? new Map() : await this.#blobs.readBlobs(repo, missing);
    const found = new Map<string, Uint8Array>();
    for (const oid of wanted) {
      const bytes = read.get(oid) ?? this.#known.get(oid);
      if (bytes !== undefined) found.set(oid, bytes);
    }
    for (const [oid, bytes] of found) this.remember(oid, bytes);
    return found;
  }

  /** Keeps a blob that was read for another reason. The least lately used ones make room. */
  remember(oid: string, bytes: Uint8Array): void {
    this.#forget(oid);
    if (bytes.byteLength > this.#capacity) return;
    this.#known.set(oid, bytes);
    this.#bytes += bytes.byteLength;
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#capacity) return;
      this.#forget(oldest);
    }
  }

  #forget(oid: string): void {
    this.#bytes -= this.#known.get(oid)?.byteLength ?? 0;
    this.#known.delete(oid);
  }
}
