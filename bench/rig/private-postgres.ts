import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type Closers, opened } from "../../sandbox/closers.ts";
import { reservePort } from "../../sandbox/demo/free-port.ts";

/** A PostgreSQL server with its default settings on this machine's loopback. */
export interface PrivatePostgres {
  readonly url: string;
  /** Ends the server and removes its files. */
  close(): Promise<void>;
}

const DEBIAN = "/usr/lib/postgresql";
const START_MS = 30_000;

/** The folder of the installed PostgreSQL's programs, the newest of Debian's; `null`: it is not installed. */
export async function findPostgres(): Promise<string | null> {
  const versions = await readdir(DEBIAN).catch(() => []);
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, "bin"));
  return folders.find((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

/** Makes a new cluster and starts it. @param programs from `findPostgres`. */
export function openPrivatePostgres(programs: string): Promise<PrivatePostgres> {
  return opened((closers) => open(programs, closers));
}

async function open(programs: string, closers: Closers): Promise<PrivatePostgres> {
  const folder = await mkdtemp(join(tmpdir(), "tagboat-postgres-"));
  closers.add(() => rm(folder, { recursive: true, force: true }));
  const user = await serverUser();
  const data = join(folder, "data");
  const password = randomBytes(24).toString("base64url");
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  for (const path of [folder, passwordFile]) await own(path, user);
  const made = ["-D", data, "-U", "tagboat", "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  await promisify(execFile)(join(programs, "initdb"), made, user ?? {});
  const reserved = await reservePort(0);
  await reserved.release();
  const { port } = reserved;
  const settings = ["-k", folder, "-p", String(port), "-c", "listen_addresses=127.0.0.1"];
  const server = spawn(join(programs, "postgres"), ["-D", data, ...settings], {
    ...user,
    stdio: "ignore",
  });
  const gone = once(server, "exit");
  closers.add(async () => {
    // SIGINT is PostgreSQL's "fast shutdown": sessions are ended.
    server.kill("SIGINT");
    await gone;
  });
  await ready(programs, port);
  const url = `postgres://tagboat:${password}@127.0.0.1:${port}/postgres`;
  return { url, close: () => closers.close() };
}

async function ready(programs: string, port: number): Promise<void> {
  const arguments_ = ["-h", "127.0.0.1", "-p", String(port), "-q"];
  for (const end = Date.now() + START_MS; Date.now() < end; await pause(100)) {
    const answer = promisify(execFile)(join(programs, "pg_isready"), arguments_);
    const isReady = await answer.then(
      () => true,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error("PostgreSQL did not come up");
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian's package made. `null`: as we do. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const line = (await readFile("/etc/passwd", "utf8"))
    .split("\n")
    .find((one) => one.startsWith("postgres:"));
  const [, , uid, gid] = (line ?? "").split(":");
  if (uid === undefined || gid === undefined) throw new Error("there is no user postgres");
  return { uid: Number(uid), gid: Number(gid) };
}

async function own(path: string, user: { uid: number; gid: number } | null): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid);
}
