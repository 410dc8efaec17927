import { CONFIG_PATH } from "../model/config.ts";
import type { Delivery } from "../model/delivery.ts";
import type { LaneTask, NewItem } from "../model/inbox.ts";
import { stepsBefore } from "../promote/ladder.ts";
import { parsePinnedBranch } from "../propose/branch-name.ts";
import { gateItem } from "./gate-item.ts";
import { type GateNews, readGateNews } from "./gate-news.ts";
import type { GithubNews } from "./github-news.ts";
import { knowsGates } from "./judge.ts";
import { hasConfig, type KnownRepo } from "./known-repo.ts";
import { laneOf } from "./lane.ts";
import { readLostWords } from "./lost-words.ts";
import { rightsItems } from "./rights-items.ts";
import type { RightsNews } from "./rights-news.ts";
import type { RouteParts } from "./route-events.ts";

type GateRouteParts = Pick<RouteParts, "gateReads" | "indexes" | "pulls">;

/** So many open pull requests are looked at when what is in place has changed, the newest; all of them when the gates have. */
const MOST_OPEN = 100;

/** The gates that a webhook may move. */
export async function routeGates(
  parts: GateRouteParts,
  delivery: Delivery,
  news: GithubNews,
): Promise<readonly NewItem[]> {
  const items: NewItem[] = [...(await lostWords(parts, delivery))];
  for (const one of readGateNews(delivery))
    items.push(
      ...(one.kind === "rights"
        ? await rightsItems(parts.indexes, one)
        : await itemsOf(parts, one)),
    );
  if (news.kind === "pushed")
    items.push(...(await afterPush(parts, news)), ...(await followers(parts, news)));
  return items;
}

/** Words of people that we keep, taken away by somebody. */
async function lostWords({ indexes }: GateRouteParts, delivery: Delivery): Promise<NewItem[]> {
  const lost = readLostWords(delivery);
  const known = lost === null ? null : await indexes.find(lost.repo);
  if (lost === null || known === null) return [];
  const { marker, pull } = lost;
  const task: LaneTask = { kind: "words", repo: known.fullName, pull, marker };
  return [{ lane: laneOf(task, false), task }];
}

async function itemsOf(
  parts: GateRouteParts,
  news: Exclude<GateNews, RightsNews>,
): Promise<readonly NewItem[]> {
  const known = await parts.indexes.find(news.repo);
  if (known === null || !hasConfig(known)) return [];
  switch (news.kind) {
    case "pull":
      return isMoved(known, news) ? [gateItem(known, news.pull, news.why, news.asked)] : [];
    case "closed":
      return news.branch !== null && parsePinnedBranch(news.branch) !== null
        ? [gateItem(known, news.pull, "it is over")]
        : [];
    case "group": {
      const { branch, oid } = news;
      const task: LaneTask = { kind: "gate-group", repo: known.fullName, oid, branch };
      return [{ lane: laneOf(task, false), task }];
    }
    case "head":
      return asksForChecks(known) || news.asked === true ? ofHead(parts, known, news) : [];
  }
}

/** What is in place has changed, so ladders, conflicts and what a pull request changes may have. */
async function afterPush(
  parts: GateRouteParts,
  { branch, paths, repo }: Extract<GithubNews, { kind: "pushed" }>,
): Promise<readonly NewItem[]> {
  const known = await parts.indexes.find(repo);
  if (known === null || !hasConfig(known)) return [];
  if (!known.branches.some((read) => read.branch === branch)) return [];
  // A config that gates nothing any more opens what the one before had closed.
  const isConfig = paths?.has(CONFIG_PATH) ?? true;
  const own = new Set(known.index.overlays.map(({ file }) => file));
  const mayMove = known.config === null || knowsGates(known.config);
  const isOwn = mayMove && [...(paths ?? [])].some((path) => own.has(path));
  if (!isConfig && !isOwn) return [];
  return allOpen(parts, known, `${branch} moved`, isConfig ? Number.POSITIVE_INFINITY : MOST_OPEN);
}

/** Places with `on: merge` that come after what a push changed. */
async function followers(
  { indexes }: GateRouteParts,
  { branch, paths, repo }: Extract<GithubNews, { kind: "pushed" }>,
): Promise<readonly NewItem[]> {
  const known = await indexes.find(repo);
  if (known === null || known.config === null) return [];
  const moved = known.index.overlays.filter(
    ({ base, file }) => base === branch && (paths === null || paths.has(file)),
  );
  const found = new Map<string, NewItem>();
  for (const { base, component, environment: name } of known.index.overlays) {
    const environment = known.config.environments.find((one) => one.name === name);
    if (environment?.on !== "merge") continue;
    const before = stepsBefore(known.config, environment, (step) =>
      known.index.overlays.some(
        (one) => one.environment === step.name && one.component === component,
      ),
    ).map((step) => step.name);
    const concerned = moved.some(
      (one) => one.component === component && before.includes(one.environment ?? ""),
    );
    if (!concerned) continue;
    const place = { repo: known.fullName, base, environment: environment.name, component };
    const task: LaneTask = { kind: "promote", place, why: `${branch} moved` };
    const lane = laneOf(task, false);
    found.set(lane, { lane, task });
  }
  return [...found.values()];
}

async function allOpen(
  { pulls }: GateRouteParts,
  known: KnownRepo,
  why: string,
  most: number,
): Promise<readonly NewItem[]> {
  const open = await pulls.open(known.repo, null);
  return open.slice(-most).map((pull) => gateItem(known, pull, why));
}

/** A commit that the host named alone: of a fork's head, or of a status. */
async function ofHead(
  { gateReads }: GateRouteParts,
  known: KnownRepo,
  { asked, oid, why }: Extract<GateNews, { kind: "head" }>,
): Promise<readonly NewItem[]> {
  const pulls = await gateReads.ofHead(known.repo, oid);
  return pulls.map((pull) => gateItem(known, pull, why, asked));
}

function asksForChecks({ config }: KnownRepo): boolean {
  return config?.environments.some(({ require }) => require.checks.length > 0) ?? false;
}

/** Checks come by the dozen for each push: of most pull requests they decide nothing here. */
function isMoved(known: KnownRepo, { check }: Extract<GateNews, { kind: "pull" }>): boolean {
  if (check === undefined || asksForChecks(known)) return true;
  const merges = known.config?.environments.some(({ merge }) => merge !== "manual") ?? false;
  return merges && (check.branch?.startsWith("tagboat/") ?? true);
}
