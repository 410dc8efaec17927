import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import type { CheckRun, Pull, Repo } from "../world/entities.ts";
import type { MergeState } from "../world/world.ts";
import { Csrf } from "./layout.tsx";
import { renderMarkdown } from "./markdown.ts";
import { may, pathOf, type Visit } from "./visit.ts";

const STATES: Readonly<Record<MergeState, readonly [string, string]>> = {
  CLEAN: ["good", "Ready to merge"],
  UNSTABLE: ["wait", "Mergeable, but not all checks have passed"],
  BEHIND: ["wait", "Behind its base branch"],
  BLOCKED: ["wait", "A rule of the branch is not met"],
  DIRTY: ["bad", "Conflicts with its base branch"],
  DRAFT: ["wait", "A draft"],
};

/** The checks of a commit with what they say. */
export const Checks: FC<{ visit: Visit; repo: Repo; pull: Pull }> = ({ visit, repo, pull }) => {
  const checks = visit.stage.world.checks(repo, pull.headOid);
  if (checks.length === 0) return null;
  return (
    <section class="box">
      <header>
        <b>Checks</b>
        <span class="mute">
          of <code>{pull.headOid.slice(0, 7)}</code>
        </span>
      </header>
      <ul>
        {checks.map((check) => (
          <li>
            <details>
              <summary>
                <span class={`pill ${lookOf(check)}`}>{check.conclusion ?? check.status}</span>{" "}
                <b>{check.name}</b> <span class="mute">{check.title ?? ""}</span>
              </summary>
              <div class="md">
                {raw(renderMarkdown([check.summary, check.text].filter(Boolean).join("\n\n")))}
              </div>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
};

function lookOf(check: CheckRun): string {
  if (check.status !== "completed") return "wait";
  if (check.conclusion === "success") return "good";
  return check.conclusion === "neutral" || check.conclusion === "skipped" ? "" : "bad";
}

/** What can be done with a pull request now. Forms without script; the rules stand behind them. */
export const MergeBox: FC<{ visit: Visit; repo: Repo; pull: Pull; state: MergeState | null }> = ({
  visit,
  repo,
  pull,
  state,
}) => {
  const writes = may(visit, repo, "contents", "write");
  const [look, words] = state === null ? ["", ""] : STATES[state];
  return (
    <section class="box">
      <header>
        {state === null ? (
          <b>{pull.mergedAt === null ? "Closed" : "Merged"}</b>
        ) : (
          <span class={`pill ${look}`}>{words}</span>
        )}
        {writes ? null : <span class="mute">{visit.actor} may not merge here</span>}
      </header>
      <div class="in row">
        {pull.state === "open" ? (
          <OpenActions visit={visit} repo={repo} pull={pull} />
        ) : (
          <ClosedActions visit={visit} repo={repo} pull={pull} />
        )}
      </div>
    </section>
  );
};

interface Where {
  readonly visit: Visit;
  readonly repo: Repo;
  readonly pull: Pull;
}

const OpenActions: FC<Where> = (where) => (
  <>
    <form class="row" method="post" action={`${pathOf(where.repo)}/pull/${where.pull.number}`}>
      <Csrf visit={where.visit} />
      <input type="hidden" name="head" value={where.pull.headOid} />
      <select name="method" aria-label="How to merge">
        <option value="merge">with a merge commit</option>
        <option value="squash">squashed</option>
        <option value="rebase">rebased</option>
      </select>
      <button class="go" type="submit" name="action" value="merge">
        Merge
      </button>
    </form>
    {where.pull.draft ? <Act {...where} action="ready" words="Ready for review" /> : null}
    <Act {...where} action="close" words="Close" look="no right" />
  </>
);

const ClosedActions: FC<Where> = (where) => (
  <>
    {where.pull.mergedAt === null ? <Act {...where} action="reopen" words="Reopen" /> : null}
    {where.pull.headDeleted ? (
      <span class="mute">Its branch is deleted.</span>
    ) : (
      <Act {...where} action="delete-branch" words="Delete branch" look="no" />
    )}
  </>
);

const Act: FC<Where & { action: string; words: string; look?: string }> = (act) => (
  <form
    class={act.look?.includes("right") ? "right" : ""}
    method="post"
    action={`${pathOf(act.repo)}/pull/${act.pull.number}`}
  >
    <Csrf visit={act.visit} />
    <button class={act.look ?? ""} type="submit" name="action" value={act.action}>
      {act.words}
    </button>
  </form>
);

/** The box for comments and reviews. */
export const TalkBox: FC<Where> = ({ visit, repo, pull }) => (
  <form class="box" method="post" action={`${pathOf(repo)}/pull/${pull.number}`}>
    <header>
      <b>Say something</b>
      <span class="mute">as {visit.actor}, in Markdown</span>
    </header>
    <div class="in">
      <Csrf visit={visit} />
      <textarea name="body" aria-label="Comment" />
      <div class="row">
        <button type="submit" name="action" value="comment">
          Comment
        </button>
        {pull.state === "open" ? (
          <>
            <button class="go" type="submit" name="action" value="approve">
              Approve
            </button>
            <button class="no" type="submit" name="action" value="request-changes">
              Request changes
            </button>
          </>
        ) : null}
      </div>
    </div>
  </form>
);
