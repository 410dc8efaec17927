import { mkdtemp, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** `sun_path` holds 108 bytes on Linux and 104 on BSD and macOS, the zero at its end included (unix(7)). */
const LONGEST = 100;
const SOCKET = "desk.sock";
/** Beside where the socket should be: where it is. */
const POINTER = "desk.path";

/** Where the socket of a data folder goes. Too long a path is moved to a folder of our own below the system's temporary one. */
export async function placeSocket(dataFolder: string): Promise<string> {
  await clearSocket(dataFolder);
  const usual = resolve(dataFolder, SOCKET);
  if (Buffer.byteLength(usual) <= LONGEST) return usual;
  // mkdtemp makes a folder for its owner alone.
  const elsewhere = join(await mkdtemp(join(tmpdir(), "tagboat-")), SOCKET);
  await writeFile(resolve(dataFolder, POINTER), elsewhere, { mode: 0o600 });
  return elsewhere;
}

/** Where a running process of the data folder listens, if one runs. */
export async function findSocket(dataFolder: string): Promise<string> {
  return (await readPointer(dataFolder)) ?? resolve(dataFolder, SOCKET);
}

/** Removes the socket and what led to it, also what a killed process has left. */
export async function clearSocket(dataFolder: string): Promise<void> {
  const elsewhere = await readPointer(dataFolder);
  await rm(resolve(dataFolder, SOCKET), { force: true });
  await rm(resolve(dataFolder, POINTER), { force: true });
  if (elsewhere === null) return;
  await rm(elsewhere, { force: true });
  // Only a folder with nothing else in it.
  await rmdir(dirname(elsewhere)).catch(() => undefined);
}

/** `null`: there is none that this file has written. */
async function readPointer(dataFolder: string): Promise<string | null> {
  const text = await readFile(resolve(dataFolder, POINTER), "utf8").catch(() => "");
  return /\/tagboat-[^/]+\/desk\.sock$/.test(text) ? text : null;
}
