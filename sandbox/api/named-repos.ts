import { parseGitId } from "../graphql/git-ids.ts";
import type { Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";

/**
 * The repos that a request speaks of, full names in lower case: by `owner` with `repo` or `name`, by `owner/name`, by node id.
 * `given`: parameters of a path or variables of a document, as they came.
 */
export function namedRepos(world: World, given: unknown): readonly string[] {
  if (typeof given === "string") return byId(world, given);
  if (typeof given !== "object" || given === null) return [];
  const fields = new Map<string, unknown>(Object.entries(given));
  const owner = fields.get("owner");
  const name = fields.get("repo") ?? fields.get("name");
  const both = fields.get("repositoryNameWithOwner");
  const named = [
    ...(typeof owner === "string" && typeof name === "string" ? [`${owner}/${name}`] : []),
    ...(typeof both === "string" ? [both] : []),
  ];
  const deeper = [...fields.values()].flatMap((value) => namedRepos(world, value));
  return [...named.map((one) => one.toLowerCase()), ...deeper];
}

export function fullNameOf({ owner, name }: Repo): string {
  return `${owner}/${name}`.toLowerCase();
}

function byId(world: World, id: string): readonly string[] {
  // Texts and files travel in the same fields as ids.
  if (!/^[A-Z]+_[\w-]+$/.test(id)) return [];
  const repo = gitRepo(world, id) ?? repoOf(world, world.node(id)?.value);
  return repo === undefined ? [] : [fullNameOf(repo)];
}

function gitRepo(world: World, id: string): Repo | undefined {
  const git = parseGitId(id);
  return git === null ? undefined : world.repos.get(git.repo);
}

/** Entities of a repo carry its id; the repo itself is found by its own. */
function repoOf(world: World, value: unknown): Repo | undefined {
  const { id, repo } = (value ?? {}) as { readonly id?: unknown; readonly repo?: unknown };
  return world.repos.get(Number(repo ?? id));
}
