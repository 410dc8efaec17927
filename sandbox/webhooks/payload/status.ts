import type { Signature } from "../../git/object-store.ts";
import type { CommitStatus, Repo } from "../../world/entities.ts";
import { rulesetsOf } from "../../world/rules.ts";
import { userPayload } from "./account.ts";
import { accountNamed, apiOf, htmlOf, type Payload, type Scope } from "./scope.ts";

/** GitHub names at most so many branches that have the commit. */
const MOST_BRANCHES = 10;

export async function statusPayload(
  scope: Scope,
  repo: Repo,
  status: CommitStatus,
): Promise<Payload> {
  return {
    id: status.id,
    sha: status.oid,
    name: `${repo.owner}/${repo.name}`,
    avatar_url: null,
    target_url: status.targetUrl,
    context: status.context,
    description: status.description,
    state: status.state,
    commit: await commitPayload(scope, repo, status.oid),
    branches: await branchesPayload(scope, repo, status.oid),
    created_at: status.at,
    updated_at: status.at,
  };
}

/** Branches that hold the commit, at their head or behind it. */
async function branchesPayload(scope: Scope, repo: Repo, oid: string): Promise<Payload[]> {
  const found: Payload[] = [];
  for (const [ref, tip] of await repo.store.refs("refs/heads/")) {
    if (found.length === MOST_BRANCHES) break;
    if (!(await repo.store.isAncestor(oid, tip))) continue;
    const name = ref.slice("refs/heads/".length);
    const commit = { sha: tip, url: `${apiOf(scope, repo)}/commits/${tip}` };
    found.push({ name, commit, protected: rulesetsOf(repo, name).length > 0 });
  }
  return found;
}

async function commitPayload(scope: Scope, repo: Repo, oid: string): Promise<Payload> {
  const commit = await repo.store.readCommit(oid);
  if (commit === null) throw new Error(`The store lost the commit ${oid}`);
  const url = `${apiOf(scope, repo)}/commits/${oid}`;
  const html = `${htmlOf(scope, repo)}/commit`;
  const login = repo.authors.get(oid);
  const author = login === undefined ? null : userPayload(scope, accountNamed(scope, login));
  return {
    sha: oid,
    node_id: `C_${oid}`,
    commit: {
      author: personPayload(commit.author),
      committer: personPayload(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${apiOf(scope, repo)}/git/trees/${commit.tree}` },
      url: `${apiOf(scope, repo)}/git/commits/${oid}`,
      comment_count: 0,
      verification: {
        verified: repo.signed.has(oid),
        reason: repo.signed.has(oid) ? "valid" : "unsigned",
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url,
    html_url: `${html}/${oid}`,
    comments_url: `${url}/comments`,
    author,
    committer: author,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${apiOf(scope, repo)}/commits/${sha}`,
      html_url: `${html}/${sha}`,
    })),
  };
}

function personPayload({ name, email, time }: Signature): Payload {
  return { name, email, date: new Date(time * 1000).toISOString().replace(".000Z", "Z") };
}
