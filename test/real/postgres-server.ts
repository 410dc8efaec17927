import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** A PostgreSQL of our own on a loopback port, with its files in a temporary folder. */
export interface PostgresServer {
  readonly url: string;
  /** Ends it, as an operator does or (`hard`) as a crash does, and starts it again on the same port. */
  restart(hard: boolean): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPrograms();
  const user = unprivileged();
  const folder = await mkdtemp(join(tmpdir(), "tagboat-pg-"));
  if (user !== null) await chown(folder, user.uid, user.gid);
  const as = user === null ? {} : user;
  const data = join(folder, "data");
  execFileSync(
    join(programs, "initdb"),
    ["-D", data, "-U", "tagboat", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...as, cwd: folder, stdio: "pipe" },
  );
  const port = await freePort();
  const url = `postgres://tagboat@127.0.0.1:${port}/postgres`;
  const start = async () => {
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${folder}`,
    ];
    const child = spawn(
      join(programs, "postgres"),
      ["-D", data, ...settings.flatMap((one) => ["-c", one])],
      { ...as, cwd: folder, stdio: "ignore" },
    );
    await answers(url);
    return child;
  };
  let child: Awaited<ReturnType<typeof start>> | null = await start();
  const end = async (signal: NodeJS.Signals) => {
    if (child === null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
    child = null;
  };
  const server: PostgresServer = {
    url,
    // SIGINT: fast shutdown; SIGQUIT: immediate, which is what a crash leaves behind.
    async restart(hard) {
      await end(hard ? "SIGQUIT" : "SIGINT");
      child = await start();
    },
    down: () => end("SIGINT"),
    async up() {
      child ??= await start();
    },
    async stop() {
      await end("SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** Debian keeps the programs of each major version by themselves. */
function findPrograms(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  for (const version of versions.toSorted((a, b) => Number(b) - Number(a)))
    if (existsSync(join(debian, version, "bin", "initdb"))) return join(debian, version, "bin");
  throw new Error("no PostgreSQL here: run scripts/install-real-parts");
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (kind: string): number =>
    Number(execFileSync("id", [kind, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
    // A server that is just starting drops the connection after it was made.
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (tries > 200) throw error;
      await delay(50);
    }
  }
}
