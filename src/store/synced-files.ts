import { fsyncSync } from "node:fs";
import { type FileHandle, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** The parts of Emscripten's file system that are used here; PGlite has no types for it. */
interface HostFiles {
  readonly stream_ops: {
    write: (stream: Stream, ...rest: unknown[]) => unknown;
    fsync?: (stream: Stream) => number;
  };
  readonly node_ops: {
    setattr: (node: object, change: unknown) => unknown;
    mknod: (...given: unknown[]) => object;
  };
}
interface Stream {
  readonly node: object;
  readonly nfd?: number | null;
}

/**
 * The folder of a PGlite database with fsync as PostgreSQL means it; PGlite's own file system answers with success and does nothing.
 *
 * After a crash PostgreSQL syncs each of its thousand files, one after the other, before it recovers. `alreadySynced` says that this
 * was done: until `started`, files are synced again only if they were written since.
 */
export class SyncedFiles extends NodeFS {
  readonly #written = new WeakSet<object>();
  #alreadySynced: boolean;

  constructor(folder: string, alreadySynced: boolean) {
    super(folder);
    this.#alreadySynced = alreadySynced;
  }

  started(): void {
    this.#alreadySynced = false;
  }

  override async init(
    ...given: Parameters<NodeFS["init"]>
  ): Promise<Awaited<ReturnType<NodeFS["init"]>>> {
    const ready = await super.init(...given);
    ready.emscriptenOpts.preRun?.unshift((module) => {
      this.#hook((module as unknown as { NODEFS: HostFiles }).NODEFS);
    });
    return ready;
  }

  #hook({ node_ops, stream_ops }: HostFiles): void {
    const { write } = stream_ops;
    const { mknod, setattr } = node_ops;
    stream_ops.write = (stream, ...rest) => {
      this.#written.add(stream.node);
      return write(stream, ...rest);
    };
    node_ops.setattr = (node, change) => {
      this.#written.add(node);
      return setattr(node, change);
    };
    node_ops.mknod = (...given) => {
      const node = mknod(...given);
      this.#written.add(node);
      return node;
    };
    stream_ops.fsync = ({ nfd, node }) => {
      const clean = this.#alreadySynced && !this.#written.has(node);
      if (!clean && nfd !== undefined && nfd !== null) fsyncSync(nfd);
      return 0;
    };
  }
}

/** `DB_SHUTDOWNED` of PostgreSQL's pg_control.h; the state stands behind two ids of eight and two of four bytes. */
const SHUT_DOWN = 1;
const STATE_AT = 16;

/** Whether the database was closed as it should: then PostgreSQL has nothing to recover. */
export async function wasShutDown(files: string): Promise<boolean> {
  const control = await readFile(join(files, "global", "pg_control")).catch(() => Buffer.alloc(0));
  return control.length >= STATE_AT + 4 && control.readUInt32LE(STATE_AT) === SHUT_DOWN;
}

const AT_ONCE = 16;

/** Brings a folder and everything in it to the disk, many files at once: the disk then does them together. */
export async function syncTree(folder: string): Promise<void> {
  const paths = [folder];
  for (const entry of await readdir(folder, { recursive: true })) paths.push(join(folder, entry));
  const next = paths.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const path of next) await sync(await open(path, "r"));
    }),
  );
}

export async function syncFolder(folder: string): Promise<void> {
  await sync(await open(folder, "r"));
}

async function sync(file: FileHandle): Promise<void> {
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
