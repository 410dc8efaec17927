import type { LaneTask, NewItem } from "../model/inbox.ts";
import { knowsGates } from "./judge.ts";
import { laneOf } from "./lane.ts";
import type { RepoIndexes } from "./repo-indexes.ts";
import type { RightsNews } from "./rights-news.ts";

/** A look at each repo in which changed rights may open or close a gate: those with gates, and those that could not be read yet. */
export async function rightsItems(
  indexes: RepoIndexes,
  { owner, repo, why }: RightsNews,
): Promise<readonly NewItem[]> {
  const names = repo === null ? await gatedRepos(indexes, owner) : await gatedRepo(indexes, repo);
  return names.map((name) => {
    const task: LaneTask = { kind: "rights", repo: name, why };
    return { lane: laneOf(task, false), task };
  });
}

async function gatedRepo(indexes: RepoIndexes, name: string): Promise<readonly string[]> {
  const known = await indexes.find(name);
  const config = known?.config ?? null;
  return config !== null && knowsGates(config) ? [name] : [];
}

async function gatedRepos(indexes: RepoIndexes, owner: string): Promise<readonly string[]> {
  const { known, unread } = await indexes.ofOwner(owner);
  const gated = known.filter(({ config }) => config !== null && knowsGates(config));
  return [...gated.map(({ fullName }) => fullName), ...unread];
}
