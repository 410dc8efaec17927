import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { plantRepo } from "../../sandbox/fixtures/plant-repo.ts";
import { openSandbox, type Sandbox } from "../../sandbox/open-sandbox.ts";
import { pushImage } from "../../sandbox/registry/image.ts";
import type { Repo } from "../../sandbox/world/entities.ts";
import { Fleet, OWNERS, type Owner, tagOf, type Version } from "./fleet.ts";

/** What survives every crash: GitHub and the registry, in this process, and all that stands in them. */
export interface Ground {
  readonly sandbox: Sandbox;
  readonly fleet: Fleet;
  /** Login of the App's bot. */
  readonly bot: string;
  readonly secret: string;
  /** Variables that point the app at it. */
  readonly environment: Readonly<Record<string, string>>;
  repo(owner: Owner, name: "fleet" | "stage"): Repo;
  /** Every CD repo with its owner. */
  readonly repos: readonly { readonly owner: Owner; readonly repo: Repo }[];
  /** Puts a version into the registry, without a word to anybody. */
  push(version: Version): Promise<void>;
  close(): Promise<void>;
}

/** @param folder an empty one. */
export async function openGround(folder: string, appPort: number): Promise<Ground> {
  const made: { fleet: Fleet | null } = { fleet: null };
  const sandbox = await openSandbox({
    dir: folder,
    inMemory: true,
    webhookUrl: `http://127.0.0.1:${appPort}/api/github/webhooks`,
    repos: (host) => {
      made.fleet = new Fleet(host);
      return made.fleet.reposOf("acme");
    },
  });
  const { fleet } = made;
  if (fleet === null) throw new Error("the sandbox asked for no repos");
  const found = new Map<string, Repo>();
  for (const owner of OWNERS)
    for (const repo of owner === "acme"
      ? Object.values(sandbox.seeded.repos)
      : await plantOwner(sandbox, fleet, owner))
      found.set(`${owner}/${repo.name}`, repo);
  const { host } = sandbox.registryAddress;
  const secret = randomBytes(33).toString("base64url");
  const registry = sandbox.registry.fetch.bind(sandbox.registry);
  const target = { baseUrl: sandbox.registryAddress.url, fetch: registry };
  const ground: Ground = {
    sandbox,
    fleet,
    bot: sandbox.seeded.app.bot.login,
    secret,
    environment: {
      ...sandbox.environment,
      PORT: String(appPort),
      TAGBOAT_URL: `http://127.0.0.1:${appPort}`,
      TAGBOAT_SECRET: secret,
      TAGBOAT_REGISTRIES: await writeRegistries(folder, host),
      TAGBOAT_UPDATE_INTERVAL: "0",
      KUSTOMIZE: "off",
    },
    repo(owner, name) {
      const repo = found.get(`${owner}/${name}`);
      if (repo === undefined) throw new Error(`no repo ${owner}/${name}`);
      return repo;
    },
    repos: OWNERS.flatMap((owner) =>
      [...found].flatMap(([name, repo]) => (name.startsWith(`${owner}/`) ? [{ owner, repo }] : [])),
    ),
    async push(version) {
      await pushImage(target, fleet.pathOf(version), tagOf(version), fleet.build(version));
    },
    close: () => sandbox.close(),
  };
  for (const owner of OWNERS)
    for (const kind of ["app", "web"] as const)
      await ground.push({ owner, kind, rank: fleet.top(owner, kind) });
  return ground;
}

async function plantOwner(sandbox: Sandbox, fleet: Fleet, owner: Owner): Promise<Repo[]> {
  const { world } = sandbox.stage;
  world.addOrganization(owner);
  const repos: Repo[] = [];
  for (const [name, fixture] of Object.entries(fleet.reposOf(owner))) {
    const repo = await plantRepo(world, owner, name, fixture);
    world.setPermission(repo, "ben", "write");
    repos.push(repo);
  }
  const names = repos.map(({ name }) => name);
  world.install(sandbox.seeded.app.id, owner, names);
  return repos;
}

async function writeRegistries(folder: string, host: string): Promise<string> {
  const path = join(folder, "crash-registries.yml");
  const entry = `owners: [${OWNERS.join(", ")}], plainHttp: true`;
  await writeFile(path, `registries:\n  "${host}": { ${entry} }\n`);
  return path;
}
