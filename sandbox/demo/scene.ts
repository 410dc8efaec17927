import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Closers, opened } from "../closers.ts";
import { tidyRepo } from "../fixtures/tidy-repo.ts";
import { openSandbox, type Sandbox } from "../open-sandbox.ts";
import type { Repo } from "../world/entities.ts";
import { AppProcess } from "./app-process.ts";
import { reservePort } from "./free-port.ts";
import { hookUrlFor } from "./hook-url.ts";

const CD_REPO = "myapp-cd";
/** The image's name in the registry. */
export const IMAGE_PATH = "myapp-ci/myapp-runtime";

/** Everything that the demo plays with, running. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly repo: Repo;
  /** `127.0.0.1:5000/myapp-ci/myapp-runtime`. */
  readonly image: string;
  readonly app: AppProcess;
  readonly appUrl: string;
  /** Where the registry notifies. A password: not to be shown whole. */
  readonly hookUrl: string;
  /** For files of the story. */
  readonly folder: string;
  /** Ends the app, the registry and GitHub, and removes their files. */
  close(): Promise<void>;
}

export interface SceneOptions {
  /** GitHub's port, if it is free. */
  readonly port: number;
  /** The app's log; it stays. */
  readonly logFile: string;
}

/** Starts GitHub, a registry and the app on this machine's loopback. Rejects, with nothing left running, when that fails. */
export function openScene(options: SceneOptions): Promise<Scene> {
  return opened((closers) => open(options, closers));
}

async function open({ port, logFile }: SceneOptions, closers: Closers): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), "tagboat-demo-"));
  closers.add(() => rm(folder, { recursive: true, force: true }));
  const reserved = await reservePort(3000);
  closers.add(() => reserved.release());
  const appUrl = `http://127.0.0.1:${reserved.port}`;
  const sandbox = await openSandbox({
    port,
    registryPort: 5000,
    dir: folder,
    webhookUrl: `${appUrl}/api/github/webhooks`,
    repos: (host) => ({ [CD_REPO]: tidyRepo({ image: `${host}/${IMAGE_PATH}` }) }),
  });
  closers.add(() => sandbox.close());
  const { host } = sandbox.registryAddress;
  const settings = await makeSettings({
    sandbox,
    folder,
    appPort: reserved.port,
    registryHost: host,
  });
  await reserved.release();
  const app = await AppProcess.start({ ...settings, logFile });
  closers.add(() => app.stop());
  return {
    sandbox,
    repo: seededRepo(sandbox, CD_REPO),
    image: `${host}/${IMAGE_PATH}`,
    app,
    appUrl,
    folder,
    hookUrl: await hookUrlFor("distribution", "acme", settings.environment),
    close: () => closers.close(),
  };
}

/** How an operator sets the app up for a sandbox: its variables, and a file which lets it read one registry for acme's repos. */
export async function makeSettings(place: {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly appPort: number;
  readonly registryHost: string;
}): Promise<{ program: string; folder: string; environment: Record<string, string> }> {
  const folder = join(place.folder, "app");
  await mkdir(folder);
  const registries = join(folder, "registries.yml");
  await writeFile(registries, `registries:\n  "${place.registryHost}":\n    owners: [acme]\n`);
  return {
    program: fileURLToPath(new URL("../../src/main.js", import.meta.url)),
    folder,
    environment: {
      ...place.sandbox.environment,
      PORT: String(place.appPort),
      TAGBOAT_URL: `http://127.0.0.1:${place.appPort}`,
      TAGBOAT_SECRET: randomBytes(33).toString("base64url"),
      TAGBOAT_REGISTRIES: registries,
      TAGBOAT_DATA: join(folder, "data"),
      // The story counts requests, and is the same whether or not this machine has a kustomize.
      KUSTOMIZE: "off",
      // Nobody waits half a minute for the story's next picture.
      TAGBOAT_UPDATE_INTERVAL: "0",
    },
  };
}

export function seededRepo(sandbox: Sandbox, name: string): Repo {
  const repo = sandbox.seeded.repos[name];
  if (repo === undefined) throw new Error(`${name} was not seeded`);
  return repo;
}
