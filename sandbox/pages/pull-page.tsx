import type { FC } from "hono/jsx";
import type { Commit, Oid } from "../git/object-store.ts";
import type { Pull, Repo } from "../world/entities.ts";
import type { MergeState } from "../world/world.ts";
import { Conversation, Said } from "./conversation.tsx";
import { DiffView, diffOf, type FileDiff } from "./diff-view.tsx";
import { Avatar, Csrf, Layout, RepoHead, When } from "./layout.tsx";
import { Checks, MergeBox, TalkBox } from "./merge-box.tsx";
import { may, pathOf, type Visit } from "./visit.ts";

/** More changed files than that are folded away at first. */
const SHOWN_AT_ONCE = 5;

interface PullFacts {
  readonly visit: Visit;
  readonly repo: Repo;
  readonly pull: Pull;
  readonly commits: readonly Commit[];
  readonly diffs: readonly FileDiff[];
  /** `null`: not open. */
  readonly state: MergeState | null;
}

/** One pull request as a page. */
export async function pullPage(visit: Visit, repo: Repo, pull: Pull) {
  const { store } = repo;
  const from = (await store.mergeBase(pull.baseOid, pull.headOid)) ?? pull.baseOid;
  const commits: Commit[] = [];
  for (const oid of await store.log(pull.headOid, { not: [pull.baseOid], limit: 100 })) {
    const commit = await store.readCommit(oid);
    if (commit !== null) commits.unshift(commit);
  }
  const diffs = await diffOf(store, from, pull.headOid);
  const open = pull.state === "open";
  const state = open ? (await visit.stage.world.mergeability(repo, pull)).state : null;
  return <PullPage {...{ visit, repo, pull, commits, diffs, state }} />;
}

const PullPage: FC<PullFacts> = (facts) => {
  const { visit, repo, pull, diffs } = facts;
  return (
    <Layout visit={visit} title={`${pull.title} · #${pull.number}`}>
      <RepoHead visit={visit} repo={repo} tab="pulls" />
      <h1>
        {pull.title} <span class="mute">#{pull.number}</span>
      </h1>
      <p class="row">
        <StatePill pull={pull} />
        <span>
          <b>{pull.author}</b> wants to bring {facts.commits.length}{" "}
          {facts.commits.length === 1 ? "commit" : "commits"} into{" "}
          <span class="branch">{pull.baseBranch}</span> from{" "}
          <span class="branch">{headName(visit, repo, pull)}</span>
        </span>
      </p>
      <div class="two">
        <div>
          <Said by={pull.author} at={pull.createdAt} text={pull.body} what="opened this" />
          <Commits repo={repo} commits={facts.commits} />
          <details open={diffs.length <= SHOWN_AT_ONCE}>
            <summary class="changed">
              {diffs.length} {diffs.length === 1 ? "file" : "files"} changed
            </summary>
            <DiffView repo={repo} at={pull.headOid} diffs={diffs} />
          </details>
          <Conversation visit={visit} pull={pull} />
          <Checks visit={visit} repo={repo} pull={pull} />
          <MergeBox visit={visit} repo={repo} pull={pull} state={facts.state} />
          <TalkBox visit={visit} repo={repo} pull={pull} />
        </div>
        <Side {...facts} />
      </div>
    </Layout>
  );
};

function headName(visit: Visit, repo: Repo, pull: Pull): string {
  if (pull.headRepo === repo.id) return pull.headBranch;
  return `${visit.stage.world.repos.get(pull.headRepo)?.owner ?? "?"}:${pull.headBranch}`;
}

export const StatePill: FC<{ pull: Pull }> = ({ pull }) => {
  const word = pull.mergedAt !== null ? "merged" : pull.state;
  const draft = pull.draft && pull.state === "open";
  return <span class={`pill ${draft ? "" : word}`}>{draft ? "draft" : word}</span>;
};

const Commits: FC<{ repo: Repo; commits: readonly Commit[] }> = ({ repo, commits }) => (
  <>
    {commits.map((commit) => (
      <p class="event row">
        <a href={`${pathOf(repo)}/commit/${commit.oid}`}>{commit.message.split("\n")[0]}</a>
        <Signed repo={repo} oid={commit.oid} />
        <code class="right">{commit.oid.slice(0, 7)}</code>
      </p>
    ))}
  </>
);

const Signed: FC<{ repo: Repo; oid: Oid }> = ({ repo, oid }) =>
  repo.signed.has(oid) ? <span class="tag">verified</span> : null;

const Side: FC<PullFacts> = ({ visit, repo, pull, diffs }) => (
  <aside class="side">
    <section>
      <h3>Reviewers</h3>
      <People logins={reviewersOf(visit, pull)} />
    </section>
    <section>
      <h3>Labels</h3>
      <div class="row">
        {[...pull.labels].map((label) => (
          <span class="tag">{label}</span>
        ))}
        {pull.labels.size === 0 ? <span class="mute">none</span> : null}
      </div>
      {may(visit, repo, "contents", "write") ? (
        <LabelForm visit={visit} repo={repo} pull={pull} />
      ) : null}
    </section>
    <section>
      <h3>Files</h3>
      {diffs.map((diff) => (
        <div>
          <a class="mono" href={`#${encodeURIComponent(diff.path)}`}>
            {diff.path.split("/").slice(-2).join("/")}
          </a>
        </div>
      ))}
    </section>
    <section>
      <h3>Changed</h3>
      <When at={pull.updatedAt} />
    </section>
  </aside>
);

function reviewersOf(visit: Visit, pull: Pull): readonly string[] {
  const reviewed = visit.stage.world.reviews(pull).map((review) => review.author);
  return [...new Set([...pull.reviewers, ...pull.teamReviewers, ...reviewed])];
}

const People: FC<{ logins: readonly string[] }> = ({ logins }) => (
  <>
    {logins.length === 0 ? <span class="mute">nobody yet</span> : null}
    {logins.map((login) => (
      <div class="row">
        <Avatar login={login} /> {login}
      </div>
    ))}
  </>
);

const LabelForm: FC<{ visit: Visit; repo: Repo; pull: Pull }> = ({ visit, repo, pull }) => (
  <details>
    <summary class="mute">change</summary>
    <form class="row" method="post" action={`${pathOf(repo)}/pull/${pull.number}`}>
      <Csrf visit={visit} />
      <input name="label" aria-label="Label" size={12} required />
      <button type="submit" name="action" value="label">
        Add
      </button>
      <button type="submit" name="action" value="unlabel">
        Remove
      </button>
    </form>
  </details>
);
