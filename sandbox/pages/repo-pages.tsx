import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import type { Commit, TreeEntry } from "../git/object-store.ts";
import { fileAt } from "../git/tree-edit.ts";
import type { Repo } from "../world/entities.ts";
import { DiffView, diffOf } from "./diff-view.tsx";
import { Csrf, Layout, RepoHead } from "./layout.tsx";
import { renderMarkdown } from "./markdown.ts";
import { StatePill } from "./pull-page.tsx";
import type { RefPath } from "./ref-path.ts";
import { escaped, may, NotFound, pathOf, type Visit } from "./visit.ts";

/** All repos that the visitor may see. */
export function homePage(visit: Visit) {
  const repos = [...visit.stage.world.repos.values()].filter((repo) =>
    may(visit, repo, "contents", "read"),
  );
  return (
    <Layout visit={visit} title="Sandbox">
      <h1>Repos</h1>
      <p class="mute">GitHub on this machine. Nothing here leaves it.</p>
      <section class="box">
        <ul>
          {repos.map((repo) => (
            <li class="row">
              <a href={pathOf(repo)}>
                <b>
                  {repo.owner}/{repo.name}
                </b>
              </a>
              {repo.private ? <span class="tag">private</span> : null}
              <a class="right" href={`${pathOf(repo)}/pulls`}>
                {visit.stage.world.pulls(repo).filter((pull) => pull.state === "open").length} open
                pull requests
              </a>
            </li>
          ))}
          {repos.length === 0 ? <li class="mute">{visit.actor} may see no repo.</li> : null}
        </ul>
      </section>
    </Layout>
  );
}

/** A repo without a commit. */
export function emptyPage(visit: Visit, repo: Repo) {
  return (
    <Layout visit={visit} title={`${repo.owner}/${repo.name}`}>
      <RepoHead visit={visit} repo={repo} tab="files" />
      <p class="mute">This repo is empty. Push a branch to it.</p>
    </Layout>
  );
}

/** A folder of a repo, with its README. */
export async function folderPage(visit: Visit, repo: Repo, at: RefPath) {
  const folder = await fileAt(repo.store, at.oid, at.path);
  const entries = folder === null ? null : await repo.store.readTree(folder.oid);
  if (entries === null) throw new NotFound();
  const branches = [...(await repo.store.refs("refs/heads/")).keys()].map((n) => n.slice(11));
  const readme = entries.find((entry) => entry.name.toLowerCase() === "readme.md");
  const text = readme === undefined ? null : await repo.store.readBlob(readme.oid);
  return (
    <Layout visit={visit} title={`${repo.owner}/${repo.name}`}>
      <RepoHead visit={visit} repo={repo} tab="files" />
      <p class="row">
        {branches.map((branch) => (
          <a class={branch === at.ref ? "tag" : "branch"} href={treeUrl(repo, branch, "")}>
            {branch}
          </a>
        ))}
      </p>
      <section class="box">
        <header>
          <Crumbs repo={repo} at={at} />
          <a class="right" href={`${pathOf(repo)}/commit/${at.oid}`}>
            <code>{at.oid.slice(0, 7)}</code>
          </a>
        </header>
        <ul>
          {sorted(entries).map((entry) => (
            <li>
              <Entry repo={repo} at={at} entry={entry} />
            </li>
          ))}
        </ul>
      </section>
      {text === null ? null : (
        <section class="box">
          <header>{readme?.name}</header>
          <div class="in md">{raw(renderMarkdown(text.toString("utf8")))}</div>
        </section>
      )}
    </Layout>
  );
}

function sorted(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const rank = (entry: TreeEntry) => (entry.mode === "040000" ? 0 : 1);
  return [...entries].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function treeUrl(repo: Repo, ref: string, path: string): string {
  return `${pathOf(repo)}/tree/${escaped(path === "" ? ref : `${ref}/${path}`)}`;
}

const Entry: FC<{ repo: Repo; at: RefPath; entry: TreeEntry }> = ({ repo, at, entry }) => {
  const path = at.path === "" ? entry.name : `${at.path}/${entry.name}`;
  const isFolder = entry.mode === "040000";
  const look = isFolder ? "folder" : entry.mode === "120000" ? "link" : "";
  const href = isFolder
    ? treeUrl(repo, at.ref, path)
    : `${pathOf(repo)}/blob/${escaped(`${at.ref}/${path}`)}`;
  return (
    <a href={href}>
      <span class={`icon ${look}`} aria-hidden="true" />
      {entry.name}
    </a>
  );
};

const Crumbs: FC<{ repo: Repo; at: RefPath }> = ({ repo, at }) => {
  const names = at.path === "" ? [] : at.path.split("/");
  return (
    <span class="mono">
      <a href={treeUrl(repo, at.ref, "")}>{repo.name}</a>
      {names.map((name, place) => (
        <>
          {" / "}
          {place === names.length - 1 ? (
            name
          ) : (
            <a href={treeUrl(repo, at.ref, names.slice(0, place + 1).join("/"))}>{name}</a>
          )}
        </>
      ))}
    </span>
  );
};

/** One file, with a form to change it on a branch. */
export async function filePage(visit: Visit, repo: Repo, at: RefPath) {
  const file = await fileAt(repo.store, at.oid, at.path);
  const bytes =
    file === null || file.mode === "040000" ? null : await repo.store.readBlob(file.oid);
  if (bytes === null) throw new NotFound();
  const text = bytes.includes(0) ? null : bytes.toString("utf8");
  const canEdit = at.isBranch && text !== null && may(visit, repo, "contents", "write");
  return (
    <Layout visit={visit} title={at.path}>
      <RepoHead visit={visit} repo={repo} tab="files" />
      <section class="box">
        <header>
          <Crumbs repo={repo} at={at} />
          <span class="right branch">{at.isBranch ? at.ref : at.ref.slice(0, 7)}</span>
        </header>
        {text === null ? <p class="in mute">Not text.</p> : <pre class="file">{text}</pre>}
      </section>
      {canEdit ? <EditForm visit={visit} repo={repo} at={at} text={text} /> : null}
    </Layout>
  );
}

const EditForm: FC<{ visit: Visit; repo: Repo; at: RefPath; text: string }> = (edit) => (
  <details class="box">
    <summary class="in">Edit on {edit.at.ref}</summary>
    <form
      class="in"
      method="post"
      action={`${pathOf(edit.repo)}/edit/${escaped(`${edit.at.ref}/${edit.at.path}`)}`}
    >
      <Csrf visit={edit.visit} />
      <input type="hidden" name="head" value={edit.at.oid} />
      {/* A first empty line would be eaten by the browser. */}
      <textarea class="code" name="text" aria-label="Text" spellcheck={false}>
        {`\n${edit.text}`}
      </textarea>
      <div class="row">
        <input
          name="message"
          aria-label="Commit message"
          value={`Change ${edit.at.path}`}
          size={50}
        />
        <button class="go" type="submit">
          Commit
        </button>
      </div>
    </form>
  </details>
);

/** The newest commits of a branch. */
export async function commitsPage(visit: Visit, repo: Repo, at: RefPath) {
  const commits: Commit[] = [];
  for (const oid of await repo.store.log(at.oid, { limit: 100 })) {
    const commit = await repo.store.readCommit(oid);
    if (commit !== null) commits.push(commit);
  }
  return (
    <Layout visit={visit} title={`Commits of ${at.ref}`}>
      <RepoHead visit={visit} repo={repo} tab="commits" />
      <section class="box">
        <header>
          <span class="branch">{at.ref}</span>
        </header>
        <ul>
          {commits.map((commit) => (
            <li class="row">
              <a href={`${pathOf(repo)}/commit/${commit.oid}`}>{commit.message.split("\n")[0]}</a>
              <span class="mute">{repo.authors.get(commit.oid) ?? commit.author.name}</span>
              <code class="right">{commit.oid.slice(0, 7)}</code>
            </li>
          ))}
        </ul>
      </section>
    </Layout>
  );
}

/** One commit with what it changed. */
export async function commitPage(visit: Visit, repo: Repo, at: RefPath) {
  const commit = await repo.store.readCommit(at.oid);
  if (commit === null) throw new NotFound();
  const diffs = await diffOf(repo.store, commit.parents[0] ?? null, commit.oid);
  return (
    <Layout visit={visit} title={commit.message.split("\n")[0] ?? ""}>
      <RepoHead visit={visit} repo={repo} tab="commits" />
      <section class="box">
        <header>
          <b>{repo.authors.get(commit.oid) ?? commit.author.name}</b>
          {repo.signed.has(commit.oid) ? <span class="tag">verified</span> : null}
          <code class="right">{commit.oid}</code>
        </header>
        <pre class="file">{commit.message}</pre>
      </section>
      <DiffView repo={repo} at={commit.oid} diffs={diffs} />
    </Layout>
  );
}

/** Pull requests, open or closed. */
export function pullsPage(visit: Visit, repo: Repo, state: "open" | "closed") {
  const all = visit.stage.world.pulls(repo);
  const pulls = all.filter((pull) => pull.state === state).reverse();
  const path = `${pathOf(repo)}/pulls`;
  return (
    <Layout visit={visit} title={`Pull requests · ${repo.name}`}>
      <RepoHead visit={visit} repo={repo} tab="pulls" />
      <section class="box">
        <header>
          <a href={path}>{all.filter((pull) => pull.state === "open").length} open</a>
          <a href={`${path}?state=closed`}>
            {all.filter((pull) => pull.state === "closed").length} closed
          </a>
        </header>
        <ul>
          {pulls.map((pull) => (
            <li class="row">
              <StatePill pull={pull} />
              <a href={`${pathOf(repo)}/pull/${pull.number}`}>
                <b>{pull.title}</b>
              </a>
              {[...pull.labels].map((label) => (
                <span class="tag">{label}</span>
              ))}
              <span class="right mute">
                #{pull.number} by {pull.author}
              </span>
            </li>
          ))}
          {pulls.length === 0 ? <li class="mute">No {state} pull requests.</li> : null}
        </ul>
      </section>
    </Layout>
  );
}
