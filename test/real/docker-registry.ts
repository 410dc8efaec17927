import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { reservePort } from "../../sandbox/demo/free-port.ts";

/** Debian's docker-registry, with its data and its configuration in a folder of ours. */
export interface DockerRegistry {
  /** `127.0.0.1:5001`, as it stands in image names. */
  readonly host: string;
  /** Starts it with a notification endpoint. Resolves when it answers. */
  start(hookUrl: string): Promise<void>;
  /** How often it gave up after three tries of a notification and paused. */
  timesBackedOff(): Promise<number>;
  /** Resolves when that has happened more than `times` times. */
  backsOff(times: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * @param auth the `auth:` part of its configuration, YAML on one line; absent: it lets everybody in.
 */
export async function createDockerRegistry(
  folder: string,
  auth: (host: string) => string | null = () => null,
): Promise<DockerRegistry> {
  const reserved = await reservePort(0);
  const host = `127.0.0.1:${reserved.port}`;
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, "registry.log");
  let child: ChildProcess | null = null;
  async function timesBackedOff(): Promise<number> {
    return (await readFile(logFile, "utf8")).split("too many errors, backing off").length - 1;
  }
  return {
    host,
    async start(hookUrl) {
      const file = join(folder, "config.yml");
      const config = configOf(host, join(folder, "data"), hookUrl, auth(host));
      await writeFile(file, config, { mode: 0o600 });
      const log = openSync(logFile, "a");
      const environment = { PATH: `${process.env.PATH ?? ""}:/usr/bin:/usr/sbin` };
      if (child === null) await reserved.release();
      child = spawn("docker-registry", ["serve", file], {
        env: environment,
        stdio: ["ignore", log, log],
      });
      const url = `http://${host}/v2/`;
      // Who asks for credentials is there as well.
      await until(
        async () => [200, 401].includes((await fetch(url).catch(() => null))?.status ?? 0),
        `answer at ${url}`,
      );
    },
    timesBackedOff,
    backsOff: (times) => until(async () => (await timesBackedOff()) > times, "back off"),
    async stop() {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** What `tagboat hook-url distribution` says to enter, with tries that follow each other faster. */
function configOf(host: string, data: string, hookUrl: string, auth: string | null): string {
  return `version: 0.1
${auth === null ? "" : `auth: ${auth}\n`}log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${data}}}
http: {addr: "${host}", secret: of-the-test}
notifications:
  endpoints:
    - name: tagboat
      url: ${hookUrl}
      timeout: 500ms
      threshold: 3
      backoff: 500ms
      ignore:
        actions: [pull]
        mediatypes: [application/octet-stream]
`;
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`docker-registry does not ${what}`);
    await pause(50);
  }
}
