import type { Lane, LaneTask } from "../model/inbox.ts";

/** The parts of a lane's name. */
export type LaneName =
  | {
      readonly kind: "place";
      readonly repo: string;
      readonly base: string;
      readonly environment: string;
      readonly component: string | null;
    }
  /** Commits straight to the base: one lane for the branch, whatever the environment. */
  | { readonly kind: "direct"; readonly repo: string; readonly base: string }
  | { readonly kind: "preview"; readonly repo: string; readonly pull: number }
  | { readonly kind: "onboard"; readonly repo: string }
  /** What people ask for: one after the other in a repo. */
  | { readonly kind: "command"; readonly repo: string }
  /** The gates of a pull request, or of a merge group by its commit. */
  | { readonly kind: "gate"; readonly repo: string; readonly of: number | string }
  /** What changed of people's rights: told by the hundred, looked at together. */
  | { readonly kind: "rights"; readonly repo: string }
  /** Events that wait until the repo can be read. */
  | { readonly kind: "index"; readonly repo: string };

export function renderLane(name: LaneName): Lane {
  switch (name.kind) {
    case "place":
      return JSON.stringify(["place", name.repo, name.base, name.environment, name.component]);
    case "direct":
      return JSON.stringify(["direct", name.repo, name.base]);
    case "preview":
      return JSON.stringify(["preview", name.repo, name.pull]);
    case "onboard":
      return JSON.stringify(["onboard", name.repo]);
    case "command":
      return JSON.stringify(["command", name.repo]);
    case "gate":
      return JSON.stringify(["gate", name.repo, name.of]);
    case "rights":
      return JSON.stringify(["rights", name.repo]);
    case "index":
      return JSON.stringify(["index", name.repo]);
  }
}

/** The lane of a task; `direct`: the task's environment is delivered by commits to the base. */
export function laneOf(task: LaneTask, direct: boolean): Lane {
  const { repo } = "place" in task ? task.place : task;
  switch (task.kind) {
    case "preview":
      return renderLane({ kind: "preview", repo, pull: task.pull });
    case "onboard":
      return renderLane({ kind: "onboard", repo });
    case "event":
      return renderLane({ kind: "index", repo });
    case "command":
    case "words":
      return renderLane({ kind: "command", repo });
    case "rights":
      return renderLane({ kind: "rights", repo });
    case "gate":
      return renderLane({ kind: "gate", repo, of: task.pull });
    case "gate-group":
      return renderLane({ kind: "gate", repo, of: task.oid });
    case "merge":
      return renderLane({ kind: "direct", repo, base: task.base });
    case "promote":
      return renderLane({ kind: "place", ...task.place });
    case "release":
    case "recheck":
      return renderLane(
        direct ? { kind: "direct", repo, base: task.place.base } : { kind: "place", ...task.place },
      );
  }
}
