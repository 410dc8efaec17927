import type { Comment, Review } from "./entities.ts";
import { type NodeKey, parseNodeId } from "./ids.ts";
import type { State } from "./state.ts";

/** What a node id names; `null` when there is no such thing (any more). A Ref is `{repo, name}`, a Commit `{repo, oid}`. */
export function findNode(state: State, nodeId: string): { type: string; value: unknown } | null {
  const key = parseNodeId(nodeId);
  if (key === null) return null;
  const value = thingOf(state, key);
  return value === undefined ? null : { type: key.type, value };
}

function thingOf(state: State, { type, id, name }: NodeKey): unknown {
  switch (type) {
    case "Repository":
      return state.repos.get(id);
    case "Installation":
      return state.installations.get(id);
    case "Ref":
      return inRepo(state, id, (repo) => ({ repo, name }));
    case "Commit":
      return inRepo(state, id, (repo) => ({ repo, oid: name }));
    case "Label":
      return [...state.repos.values()]
        .flatMap((repo) => [...repo.labels.values()])
        .find((label) => label.id === id);
    default:
      return listFor(state, type).find((entity) => entity.id === id);
  }
}

function inRepo<T>(state: State, id: number, make: (repo: unknown) => T): T | undefined {
  const repo = state.repos.get(id);
  return repo === undefined ? undefined : make(repo);
}

function listFor(
  state: State,
  type: Exclude<NodeKey["type"], "Repository" | "Installation" | "Ref" | "Commit" | "Label">,
): readonly { readonly id: number }[] {
  switch (type) {
    case "Team":
      return [...state.teams.values()];
    case "PullRequest":
      return [...state.pulls.values()].flat();
    case "PullRequestReview":
      return [...state.reviews.values()].flat() satisfies Review[];
    case "IssueComment":
      return [...state.comments.values()].flat() satisfies Comment[];
    case "StatusContext":
      return [...state.statuses.values()].flat();
    case "CheckRun":
      return [...state.checks.values()].flat();
    default:
      return [...state.accounts.values()];
  }
}
