import { CONFIG_PATH } from "../model/config.ts";
import type { Delivery } from "../model/delivery.ts";
import { ForgeDenied } from "../model/forge.ts";
import type { LaneTask, Routing } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { parseComment } from "../promote/command.ts";
import { ONBOARDING_BRANCH } from "../propose/branch-name.ts";
import { type GithubNews, readGithubNews } from "./github-news.ts";
import type { KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import { concernedPlaces, placeOfBranch, recheck } from "./places.ts";
import type { RepoIndexes } from "./repo-indexes.ts";
import type { RouteParts } from "./route-events.ts";
import { routeGates } from "./route-gates.ts";

type Item = Routing["items"][number];

/** What a webhook of the App leads to: the index is kept fresh, places are looked at again, config changes get their preview. */
export async function routeGithub(
  parts: Pick<RouteParts, "gateReads" | "indexes" | "promotion" | "pulls">,
  delivery: Delivery,
): Promise<Routing> {
  const news = readGithubNews(delivery);
  try {
    const routed = await routeNews(parts.indexes, news);
    if (!parts.promotion) return routed;
    const gates = await routeGates(parts, delivery, news);
    return gates.length === 0 ? routed : { ...routed, items: [...routed.items, ...gates] };
  } catch (error) {
    if (!(error instanceof ForgeDenied)) throw error;
    // Nothing can be done there now; once the owner gives the access back, the rounds of catching up find what it told of.
    const { message: detail, reason } = error;
    return nothing({ kind: "refused", place: null, reason, detail });
  }
}

async function routeNews(indexes: RepoIndexes, news: GithubNews): Promise<Routing> {
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
      // Read now, so that other processes learn of it from the store.
      await indexes.ofOwner(news.owner).catch(() => null);
      return { ...routing([]), unpark: news.owner };
    case "command":
      return routing(command(await indexes.find(news.repo), news));
    case "none":
      return nothing({
        kind: "skipped",
        place: null,
        reason: "source-not-used",
        detail: `github ${news.what}`,
      });
  }
}

function nothing(outcome: Outcome): Routing {
  return { items: [], outcomes: [{ subject: null, outcome }] };
}

function routing(items: readonly Item[]): Routing {
  if (items.length > 0) return { items, outcomes: [] };
  const detail = "concerns no base branch or proposal";
  return nothing({ kind: "skipped", place: null, reason: "nothing-to-do", detail });
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
  const found = placeOfBranch(known, news.base, news.branch);
  return found === null ? [] : [recheck(found.place, found.environment, news.why)];
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

function command(known: KnownRepo | null, news: Extract<GithubNews, { kind: "command" }>): Item[] {
  if (known === null || parseComment(news.comment.body).kind === "none") return [];
  const { at, id, login, nodeId, userId } = news.comment;
  const task: LaneTask = {
    kind: "command",
    repo: known.fullName,
    pull: { number: news.pull, nodeId: news.pullNodeId },
    comment: { id, nodeId, login, userId, at },
  };
  return [{ lane: laneOf(task, false), task }];
}
