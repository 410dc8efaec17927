import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import type { Fixture } from "./fixtures/fixture.ts";
import { plantRepo } from "./fixtures/plant-repo.ts";
import type { App, Installation, Permission, Repo } from "./world/entities.ts";
import type { World } from "./world/world.ts";

/** Who is there, and what each may do in every repo. */
export const PEOPLE: readonly {
  readonly login: string;
  readonly name: string;
  readonly permission: Permission;
}[] = [
  { login: "ann", name: "Ann Archer", permission: "admin" },
  { login: "ben", name: "Ben Barker", permission: "write" },
  { login: "cara", name: "Cara Cook", permission: "read" },
  { login: "dave", name: "Dave Draper", permission: "none" },
];

const TEAMS = [
  { slug: "ops", members: ["ann"], permission: "write" },
  { slug: "dev", members: ["ben", "cara"], permission: "read" },
] as const;

export interface SeedOptions {
  /** Repos of the organisation, by name. */
  readonly repos: Readonly<Record<string, Fixture>>;
  /** Organisation; default `acme`. */
  readonly owner?: string;
  readonly app: {
    /** PEM, SPKI. */
    readonly publicKey: string;
    readonly webhookUrl: string | null;
    readonly webhookSecret: string;
  };
}

export interface Seeded {
  readonly owner: string;
  readonly app: App;
  readonly installation: Installation;
  /** By name. */
  readonly repos: Readonly<Record<string, Repo>>;
}

/** Fills an empty world: an organisation with people, teams and repos, and the App of `app.yml` installed on these repos. */
export async function seed(world: World, options: SeedOptions): Promise<Seeded> {
  const { owner = "acme" } = options;
  world.addOrganization(owner);
  for (const { login, name } of PEOPLE) world.addUser(login, { name });
  for (const { slug, members } of TEAMS) world.addTeam(owner, slug, members);
  const repos: Record<string, Repo> = {};
  for (const [name, fixture] of Object.entries(options.repos)) {
    const repo = await plantRepo(world, owner, name, fixture);
    for (const { login, permission } of PEOPLE) world.setPermission(repo, login, permission);
    for (const { slug, permission } of TEAMS) repo.teams.set(slug, permission);
    repos[name] = repo;
  }
  const manifest = readManifest();
  const app = world.addApp({
    slug: manifest.name,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    ...options.app,
  });
  const installation = world.install(app.id, owner, Object.keys(repos));
  return { owner, app, installation, repos };
}

const manifestSchema = z.object({
  name: z.string(),
  default_permissions: z.record(z.string(), z.string()),
  default_events: z.array(z.string()),
});

/** Seen from the sources, and from the compiled sandbox. */
const PLACES = ["../app.yml", "../../app.yml"];

function readManifest(): z.infer<typeof manifestSchema> {
  const urls = PLACES.map((place) => new URL(place, import.meta.url));
  const url = urls.find((one) => existsSync(one));
  if (url === undefined) throw new Error("app.yml is missing");
  return manifestSchema.parse(parse(readFileSync(url, "utf8")));
}
