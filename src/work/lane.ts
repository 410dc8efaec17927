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
    case "index":
      return JSON.stringify(["index", name.repo]);
  }
}

/** The lane of a task; `direct`: the task's environment is delivered by commits to the base. */
export function laneOf(task: LaneTask, direct: boolean): Lane {
  if (task.kind === "preview")
    return renderLane({ kind: "preview", repo: task.repo, pull: task.pull });
  if (task.kind === "onboard") return renderLane({ kind: "onboard", repo: task.repo });
  if (task.kind === "command") return renderLane({ kind: "command", repo: task.repo });
  if (task.kind === "event") return renderLane({ kind: "index", repo: task.repo });
  return renderLane(
    direct
      ? { kind: "direct", repo: task.place.repo, base: task.place.base }
      : { kind: "place", ...task.place },
  );
}
