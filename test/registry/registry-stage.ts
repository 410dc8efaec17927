import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  createOciRegistry,
  type OciRegistry,
  type OciRegistryOptions,
} from "../../src/registry/oci-registry.ts";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";
import type { RegistryHosts } from "../../src/registry/registry-hosts.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { answerWith, type SmallServer, startServer } from "./small-registry.ts";

/** Two small servers, a folder, and readers of the first server's `acme/app`. */
export interface RegistryRig {
  readonly server: SmallServer;
  readonly other: SmallServer;
  readonly clock: FakeClock;
  /** Everything that was logged, as JSON. */
  readonly logged: () => string;
  readonly image: string;
  readonly folder: string;
  /** Reads by an operator's file that has this entry for the first server. */
  reader(entry?: string, more?: Partial<OciRegistryOptions>): OciRegistry;
  file(name: string, text: string, mode?: number): string;
  close(): Promise<void>;
}

export async function openRig(): Promise<RegistryRig> {
  const [server, other] = await Promise.all([startServer(), startServer()]);
  const folder = mkdtempSync(join(tmpdir(), "tagboat-registry-"));
  const clock = new FakeClock();
  const open: OciRegistry[] = [];
  const lines: object[] = [];
  return {
    server,
    other,
    clock,
    folder,
    image: `${server.host}/acme/app`,
    logged: () => JSON.stringify(lines),
    reader(entry = "{}", more = {}) {
      const registry = createOciRegistry({
        hosts: hostsOf(`registries:\n  ${server.host}: ${entry}\n`),
        clock,
        log: { debug: (fields) => void lines.push(fields) },
        ...more,
      });
      open.push(registry);
      return registry;
    },
    file(name, text, mode = 0o600) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    },
    async close() {
      for (const registry of open) registry.close();
      await Promise.all([server.stop(), other.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function hostsOf(text: string): RegistryHosts {
  const file = readRegistriesFile(text);
  if (file.kind === "refused") throw new Error(JSON.stringify(file.problems));
  return file.hosts;
}

/** From now on everything below `/v2/` wants one of these authorizations, and asks others with the challenge. */
export function lockAll(
  server: SmallServer,
  challenge: string,
  isGood: (authorization: string) => boolean,
): void {
  for (const [path, inner] of [...server.answers])
    if (path.startsWith("/v2/"))
      server.answers.set(path, (request, response) => {
        if (isGood(request.headers.authorization ?? "")) inner(request, response);
        else answerWith(401, "{}", { "www-authenticate": challenge })(request, response);
      });
}

export function basicOf(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
