import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Closers, opened } from "../../sandbox/closers.ts";
import { reservePort } from "../../sandbox/demo/free-port.ts";
import { hookUrlFor } from "../../sandbox/demo/hook-url.ts";
import type { Fixture } from "../../sandbox/fixtures/fixture.ts";
import { openSandbox, type Sandbox } from "../../sandbox/open-sandbox.ts";
import { AppChild } from "./app-child.ts";
import type { Shelf } from "./fleet.ts";
import { openShelf } from "./open-shelf.ts";
import type { StorePlace } from "./store-place.ts";

/** GitHub, two registries and the app, running: the app as a process of its own, the rest in this one. */
export interface Rig {
  readonly sandbox: Sandbox;
  readonly app: AppChild;
  /** Where a registry posts for the images of `acme`. A password. */
  readonly hookUrl: string;
  /** The app's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly store: StorePlace;
  /** Milliseconds before the second registry answers. */
  readonly slowRegistry?: () => number;
  readonly beforeApi?: (request: Request) => Promise<void>;
  /** CD repos of `acme`, given what stands in the registries; it may fill them. */
  furnish(shelves: {
    readonly fast: Shelf;
    readonly slow: Shelf;
  }): Promise<Readonly<Record<string, Fixture>>>;
  /** More variables of the app. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
}

export function openRig(options: RigOptions): Promise<Rig> {
  return opened((closers) => open(options, closers));
}

async function open(options: RigOptions, closers: Closers): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), "tagboat-bench-"));
  closers.add(() => rm(folder, { recursive: true, force: true }));
  const shelves = {
    fast: await openShelf(closers),
    slow: await openShelf(closers, options.slowRegistry),
  };
  const repos = await options.furnish(shelves);
  const reserved = await reservePort(0);
  closers.add(() => reserved.release());
  const appUrl = `http://127.0.0.1:${reserved.port}`;
  const sandbox = await openSandbox({
    dir: folder,
    webhookUrl: `${appUrl}/api/github/webhooks`,
    repos: () => repos,
    inMemory: true,
    ...(options.beforeApi === undefined ? {} : { beforeApi: options.beforeApi }),
  });
  closers.add(() => sandbox.close());
  const registries = join(folder, "registries-of-the-bench.yml");
  await writeFile(registries, registriesFile(Object.values(shelves)));
  const environment = {
    ...sandbox.environment,
    PORT: String(reserved.port),
    TAGBOAT_URL: appUrl,
    TAGBOAT_REGISTRIES: registries,
    KUSTOMIZE: "off",
    // It would find on its own what the bench is about to tell.
    TAGBOAT_REREAD: "0",
    ...options.store.environment,
    ...options.environment,
  };
  await reserved.release();
  const logFile = process.env.BENCH_LOG ?? join(folder, "app.log");
  const app = await AppChild.start({
    program: fileURLToPath(new URL("../../src/main.js", import.meta.url)),
    folder: await emptyFolder(join(folder, "app")),
    environment,
    logFile,
    nodeOptions: options.nodeOptions ?? [],
  });
  closers.add(() => app.stop());
  const hookUrl = await hookUrlFor("distribution", "acme", environment);
  return { sandbox, app, hookUrl, environment, logFile, close: () => closers.close() };
}

function registriesFile(shelves: readonly Shelf[]): string {
  const entries = shelves.map(
    ({ host }) => `  "${host}":\n    owners: [acme]\n    plainHttp: true\n`,
  );
  return `registries:\n${entries.join("")}`;
}

async function emptyFolder(path: string): Promise<string> {
  await mkdir(path);
  return path;
}
