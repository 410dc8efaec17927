import { z } from "zod";
import { type CdRepo, ForgeDenied } from "../model/forge.ts";
import type { Host } from "./host.ts";

const PAGE = 100;

const Installation = z.object({
  id: z.number(),
  suspended_at: z.string().nullish(),
});
const Repos = z.object({
  repositories: z.array(
    z.object({ id: z.number(), name: z.string(), owner: z.object({ login: z.string() }) }),
  ),
});

/**
 * CD repos that the App is installed on: of one owner (one request to find the installation), or of all; and one request
 * for each 100 repos. In the list of all, suspended installations have none, and one that is refused is logged and left out; the
 * one that was asked for is `ForgeDenied`.
 */
export async function cdRepos(
  app: Host,
  hostOf: (installation: number) => Host,
  owner: string | null,
): Promise<readonly CdRepo[]> {
  const repos: CdRepo[] = [];
  const [active, suspended] = parted(await installations(app, owner));
  if (owner !== null && suspended.length > 0)
    throw new ForgeDenied(`${owner} suspended the App's installation`, "installation-revoked");
  for (const { id } of active) {
    try {
      repos.push(...(await reposOf(hostOf(id), id)));
    } catch (error) {
      if (owner !== null || !(error instanceof ForgeDenied)) throw error;
      app.log.warn({ installation: id, detail: error.message }, "installation refused");
    }
  }
  return repos;
}

type Installations = readonly z.infer<typeof Installation>[];

function parted(all: Installations): [Installations, Installations] {
  const isActive = ({ suspended_at }: Installations[number]): boolean =>
    suspended_at === null || suspended_at === undefined;
  return [all.filter(isActive), all.filter((one) => !isActive(one))];
}

async function installations(app: Host, owner: string | null): Promise<Installations> {
  if (owner === null) {
    return await pages((page) => app.read("GET /app/installations", page), z.array(Installation));
  }
  // Serves organizations as well as people.
  const found = await app.read("GET /users/{username}/installation", { username: owner });
  return found === null ? [] : [Installation.parse(found)];
}

async function reposOf(host: Host, installation: number): Promise<CdRepo[]> {
  const found = await pages(
    (page) => host.read("GET /installation/repositories", page),
    Repos.transform(({ repositories }) => repositories),
  );
  return found.map(({ id, name, owner }) => ({ owner: owner.login, name, installation, id }));
}

async function pages<T>(
  read: (page: { per_page: number; page: number }) => Promise<unknown>,
  shape: z.ZodType<T[]>,
): Promise<T[]> {
  const all: T[] = [];
  for (let page = 1; ; page += 1) {
    const answer = await read({ per_page: PAGE, page });
    const items = answer === null ? [] : shape.parse(answer);
    all.push(...items);
    if (items.length < PAGE) return all;
  }
}
