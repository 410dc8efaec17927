import type { Change } from "../model/change.ts";
import { NO_TAG } from "../model/release.ts";
import { pinnedBranch } from "./branch-name.ts";
import type { DesiredProposal } from "./proposal.ts";
import type { Asked } from "./trailers.ts";

/** A proposal of one release that somebody asked for. */
export interface PinnedProposal extends DesiredProposal {
  readonly kind: "promotion" | "rollback";
  readonly asked: Asked;
  /** What it sets, value by value. */
  readonly changes: readonly Change[];
  /** Components that travel together; empty: the place's own alone. */
  readonly components: readonly string[];
  /** Sentences for the reviewer, as Markdown. */
  readonly notes: readonly string[];
  /** The command that takes the release further; `null`: there is none. */
  readonly next: string | null;
}

/** The branch of a pinned proposal: by what it brings, so that the same wish finds it again. */
export function branchOf({ artifacts, components, kind, place }: PinnedProposal): string {
  const names = artifacts.map((one) => {
    if (one.kind === "ref") return [one.repo, one.ref];
    return [one.image, one.tag === NO_TAG ? one.digest : one.tag];
  });
  const versions = artifacts.map((one) => {
    if (one.kind === "ref") return one.ref.slice(0, 12);
    return one.tag === NO_TAG ? (one.digest ?? "").slice(7, 19) : one.tag;
  });
  const word = [...new Set(versions)].slice(0, 2).join("-");
  const content = [kind, names.map((name) => JSON.stringify(name)).sort()];
  return pinnedBranch(
    { ...place, components },
    kind === "rollback" ? `back-to-${word}` : word,
    content,
  );
}

/** The components that a pinned proposal is about; `null`: of a repo without any. */
export function componentsOf({
  component,
  components,
}: {
  readonly component: string | null;
  readonly components: readonly string[];
}): readonly (string | null)[] {
  return components.length === 0 ? [component] : components;
}
