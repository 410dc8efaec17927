import type { Environment } from "../model/config.ts";
import { CONFIG_PATH } from "../model/config.ts";
import type { Delivery } from "../model/delivery.ts";
import type { LaneTask, Routing } from "../model/inbox.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { ONBOARDING_BRANCH, trackingBranch } from "../propose/branch-name.ts";
import { type GithubNews, readGithubNews } from "./github-news.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import type { RepoIndexes } from "./repo-indexes.ts";

type Item = Routing["items"][number];

/** What a webhook of the App leads to: the index is kept fresh, places are looked at again, config changes get their preview. */
export async function routeGithub(indexes: RepoIndexes, delivery: Delivery): Promise<Routing> {
  const news = readGithubNews(delivery);
  switch (news.kind) {
    case "pushed":
      return routing([
        ...(await afterPush(indexes, news)),
        ...(await afterExtendedConfig(indexes, news)),
      ]);
    case "proposal":
      return routing(await afterProposal(indexes, news));
    case "pull-changed":
      return routing(preview(await indexes.find(news.repo), news));
    case "access-changed":
      indexes.forget(news.owner, news.repos);
      return { ...routing([]), unpark: news.owner };
    case "command":
      return routing([]);
    case "none":
      return {
        items: [],
        outcomes: [
          {
            subject: null,
            outcome: {
              kind: "skipped",
              place: null,
              reason: "source-not-used",
              detail: `github ${news.what}`,
            },
          },
        ],
      };
  }
}

function routing(items: readonly Item[]): Routing {
  const nothing: Outcome = {
    kind: "skipped",
    place: null,
    reason: "nothing-to-do",
    detail: "concerns no base branch or proposal",
  };
  return { items, outcomes: items.length === 0 ? [{ subject: null, outcome: nothing }] : [] };
}

async function afterPush(
  indexes: RepoIndexes,
  news: Extract<GithubNews, { kind: "pushed" }>,
): Promise<Item[]> {
  const before = await indexes.find(news.repo);
  if (before === null || !isBase(before, news.branch)) return [];
  if (news.paths !== null && ![...news.paths].some(concernsIndex)) return [];
  const known = await indexes.refresh(news.repo);
  if (known === null) return [];
  return concernedPlaces(before, known, news).map(({ place, environment }) =>
    recheck(place, environment, `${news.branch} moved`),
  );
}

/** A config that others extend: they are read again, and the places that it moved are looked at. */
async function afterExtendedConfig(
  indexes: RepoIndexes,
  { repo, paths }: Extract<GithubNews, { kind: "pushed" }>,
): Promise<Item[]> {
  if (paths !== null && !paths.has(CONFIG_PATH)) return [];
  const items: Item[] = [];
  for (const before of indexes.extending(repo)) {
    const known = await indexes.refresh(before.fullName);
    if (known === null) continue;
    const none: ReadonlySet<string> = new Set();
    for (const { branch } of known.branches) {
      const moved = concernedPlaces(before, known, { branch, paths: none });
      for (const { place, environment } of moved)
        items.push(recheck(place, environment, `the config of ${repo} changed`));
    }
  }
  return items;
}

/** Places whose files a push changed, those that it took files from or gave files to, and those that it ended. */
function concernedPlaces(
  before: KnownRepo | null,
  now: KnownRepo,
  { branch, paths }: Pick<Extract<GithubNews, { kind: "pushed" }>, "branch" | "paths">,
): readonly FoundPlace[] {
  const earlier = before === null ? new Map<string, FoundPlace>() : placesOn(before, branch);
  const places = placesOn(now, branch);
  const concerned = [...places].filter(([key, { files }]) => {
    const same = earlier.get(key)?.files.join("\n") === files.join("\n");
    return paths === null || !same || files.some((file) => paths.has(file));
  });
  const ended = [...earlier].filter(([key]) => !places.has(key));
  return [...concerned, ...ended].map(([, place]) => place);
}

function isBase(known: KnownRepo, branch: string): boolean {
  // A branch that the config names may not have existed when the repo was read.
  const named =
    known.config?.environments.some((environment) => environment.branch === branch) ?? false;
  return named || known.branches.some((read) => read.branch === branch);
}

/** Whether a changed path can change the index: the config or a kustomization file. */
function concernsIndex(path: string): boolean {
  return path === CONFIG_PATH || /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path);
}

async function afterProposal(
  indexes: RepoIndexes,
  news: Extract<GithubNews, { kind: "proposal" }>,
): Promise<Item[]> {
  if (!news.branch.startsWith("tagboat/")) return [];
  const known = await indexes.find(news.repo);
  if (known === null) return [];
  if (news.branch === ONBOARDING_BRANCH) {
    const task: LaneTask = { kind: "onboard", repo: known.fullName, image: null };
    return [{ lane: laneOf(task, false), task }];
  }
  return [...placesOn(known, news.base).values()]
    .filter(({ place }) => trackingBranch(place) === news.branch)
    .map(({ place, environment }) => recheck(place, environment, news.why));
}

function preview(
  known: KnownRepo | null,
  news: Extract<GithubNews, { kind: "pull-changed" }>,
): Item[] {
  // Our own proposals never touch the config, except for the onboarding one, which is worth its preview.
  if (known === null || /^tagboat\/.+\//.test(news.headBranch)) return [];
  const task: LaneTask = { kind: "preview", repo: news.repo, pull: news.pull };
  return [{ lane: laneOf(task, false), task }];
}

function recheck(place: Place, environment: Environment, why: string): Item {
  const task: LaneTask = { kind: "recheck", place, why };
  return { lane: laneOf(task, environment.delivery === "commit"), task };
}

interface FoundPlace {
  readonly place: Place;
  readonly environment: Environment;
  readonly files: string[];
}

/** The places whose base is `branch` (`null`: any), each with its files. */
function placesOn(known: KnownRepo, branch: string | null): Map<string, FoundPlace> {
  const places = new Map<string, FoundPlace>();
  for (const overlay of known.index.overlays) {
    const environment = known.config?.environments.find((e) => e.name === overlay.environment);
    if (
      environment === undefined ||
      environment.on !== "push" ||
      (branch !== null && overlay.base !== branch)
    )
      continue;
    const key = JSON.stringify([overlay.base, overlay.environment, overlay.component]);
    const place = {
      repo: known.fullName,
      base: overlay.base,
      environment: environment.name,
      component: overlay.component,
    };
    const entry = places.get(key) ?? { place, environment, files: [] };
    entry.files.push(overlay.file);
    places.set(key, entry);
  }
  return places;
}
