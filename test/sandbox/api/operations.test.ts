import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Octokit } from "@octokit/rest";
import { NEEDS } from "../../../sandbox/api/needs.ts";
import { githubInProcess } from "./github-in-process.ts";

const cd = { owner: "acme", repo: "cd" };

/** A world with one open pull request (#1 of branch `topic`), a comment, a check, a status, a deployment. */
async function busyWorld() {
  const github = await githubInProcess();
  const app = github.as(await github.mint()).rest;
  const ada = github.person("ada").rest;
  const sha = (await github.cd.store.readRef("refs/heads/main")) ?? "";
  await app.git.createRef({ ...cd, ref: "refs/heads/topic", sha });
  const tree = await app.git.createTree({
    ...cd,
    base_tree: sha,
    tree: [
      { path: "env/dev/new.yaml", mode: "100644", type: "blob", content: "a: 1\n" },
      { path: "README.md", mode: "100644", type: "blob", sha: null },
    ],
  });
  const commit = await app.git.createCommit({
    ...cd,
    message: "Deploy",
    tree: tree.data.sha,
    parents: [sha],
  });
  await app.git.updateRef({ ...cd, ref: "heads/topic", sha: commit.data.sha });
  await app.pulls.create({ ...cd, title: "Deploy", head: "topic", base: "main", body: "b" });
  const comment = await ada.issues.createComment({ ...cd, issue_number: 1, body: "hi" });
  const check = await app.checks.create({ ...cd, name: "ci", head_sha: commit.data.sha });
  await ada.repos.createCommitStatus({ ...cd, sha: commit.data.sha, state: "success" });
  const deployment = await app.repos.createDeployment({
    ...cd,
    ref: "topic",
    auto_merge: false,
    required_contexts: [],
    environment: "dev",
  });
  const review = await ada.pulls.createReview({ ...cd, pull_number: 1, event: "APPROVE" });
  return {
    ...github,
    main: sha,
    head: commit.data.sha,
    tree: tree.data.sha,
    comment: comment.data.id,
    check: check.data.id,
    deployment: "id" in deployment.data ? deployment.data.id : 0,
    review: review.data.id,
  };
}

type Busy = Awaited<ReturnType<typeof busyWorld>>;
type Rest = Octokit["rest"];

const READS: [string, (rest: Rest, b: Busy) => Promise<{ data: unknown }>, object][] = [
  ["repos/get", (r) => r.repos.get(cd), { full_name: "acme/cd", default_branch: "main" }],
  ["repos/list-branches", (r) => r.repos.listBranches(cd), [{ name: "main" }, { name: "topic" }]],
  ["repos/get-branch", (r) => r.repos.getBranch({ ...cd, branch: "topic" }), { name: "topic" }],
  ["repos/get-branch-rules", (r) => r.repos.getBranchRules({ ...cd, branch: "main" }), []],
  [
    "repos/get-collaborator-permission-level",
    (r) => r.repos.getCollaboratorPermissionLevel({ ...cd, username: "ada" }),
    { permission: "write", role_name: "write" },
  ],
  [
    "git/get-ref",
    (r) => r.git.getRef({ ...cd, ref: "heads/topic" }),
    { ref: "refs/heads/topic", object: { type: "commit" } },
  ],
  [
    "git/list-matching-refs",
    (r) => r.git.listMatchingRefs({ ...cd, ref: "heads/to" }),
    [{ ref: "refs/heads/topic" }],
  ],
  [
    "git/get-commit",
    (r, b) => r.git.getCommit({ ...cd, commit_sha: b.head }),
    { message: "Deploy", verification: { verified: true } },
  ],
  [
    "git/get-tree",
    (r) => r.git.getTree({ ...cd, tree_sha: "topic", recursive: "1" }),
    {
      truncated: false,
      tree: [
        { path: "env", type: "tree" },
        { path: "env/dev", type: "tree" },
        { path: "env/dev/kustomization.yaml", type: "blob", mode: "100644" },
        { path: "env/dev/new.yaml", type: "blob" },
      ],
    },
  ],
  [
    "git/get-blob",
    (r) => r.git.getBlob({ ...cd, file_sha: "ce013625030ba8dba906f756967f9e9ca394464a" }),
    { content: "aGVsbG8K\n", encoding: "base64", size: 6 },
  ],
  [
    "repos/get-content of a folder",
    (r) => r.repos.getContent({ ...cd, path: "env" }),
    [{ type: "dir", name: "dev", path: "env/dev" }],
  ],
  [
    "repos/get-content of a file",
    (r) => r.repos.getContent({ ...cd, path: "env/dev/new.yaml", ref: "topic" }),
    { type: "file", content: "YTogMQo=\n", size: 5 },
  ],
  ["repos/list-commits", (r) => r.repos.listCommits({ ...cd, sha: "topic" }), [{}, {}]],
  [
    "repos/get-commit",
    (r) => r.repos.getCommit({ ...cd, ref: "topic" }),
    {
      stats: { additions: 1, deletions: 1, total: 2 },
      files: [
        { filename: "README.md", status: "removed" },
        { filename: "env/dev/new.yaml", status: "added", patch: "@@ -0,0 +1 @@\n+a: 1" },
      ],
    },
  ],
  [
    "repos/compare-commits-with-basehead",
    (r) => r.repos.compareCommitsWithBasehead({ ...cd, basehead: "main...acme:topic" }),
    { status: "ahead", ahead_by: 1, behind_by: 0, files: [{}, {}] },
  ],
  [
    "repos/list-pull-requests-associated-with-commit",
    (r, b) => r.repos.listPullRequestsAssociatedWithCommit({ ...cd, commit_sha: b.head }),
    [{ number: 1 }],
  ],
  ["pulls/list", (r) => r.pulls.list({ ...cd, head: "acme:topic" }), [{ number: 1 }]],
  [
    "pulls/get",
    (r) => r.pulls.get({ ...cd, pull_number: 1 }),
    { mergeable: true, commits: 1, changed_files: 2, comments: 1 },
  ],
  [
    "pulls/list-files",
    (r) => r.pulls.listFiles({ ...cd, pull_number: 1 }),
    [{ filename: "README.md" }, { filename: "env/dev/new.yaml" }],
  ],
  ["pulls/list-commits", (r) => r.pulls.listCommits({ ...cd, pull_number: 1 }), [{}]],
  [
    "pulls/list-reviews",
    (r) => r.pulls.listReviews({ ...cd, pull_number: 1 }),
    [{ state: "APPROVED" }],
  ],
  [
    "pulls/get-review",
    (r, b) => r.pulls.getReview({ ...cd, pull_number: 1, review_id: b.review }),
    { state: "APPROVED", user: { login: "ada" } },
  ],
  [
    "pulls/list-requested-reviewers",
    (r) => r.pulls.listRequestedReviewers({ ...cd, pull_number: 1 }),
    { users: [], teams: [] },
  ],
  [
    "issues/get",
    (r) => r.issues.get({ ...cd, issue_number: 1 }),
    { title: "Deploy", state: "open", pull_request: {} },
  ],
  [
    "issues/list-comments",
    (r) => r.issues.listComments({ ...cd, issue_number: 1 }),
    [{ body: "hi" }],
  ],
  [
    "issues/get-comment",
    (r, b) => r.issues.getComment({ ...cd, comment_id: b.comment }),
    { body: "hi", user: { login: "ada" } },
  ],
  [
    "issues/list-labels-on-issue",
    (r) => r.issues.listLabelsOnIssue({ ...cd, issue_number: 1 }),
    [],
  ],
  ["issues/list-labels-for-repo", (r) => r.issues.listLabelsForRepo(cd), []],
  [
    "reactions/list-for-issue-comment",
    (r, b) => r.reactions.listForIssueComment({ ...cd, comment_id: b.comment }),
    [],
  ],
  [
    "checks/get",
    (r, b) => r.checks.get({ ...cd, check_run_id: b.check }),
    { name: "ci", status: "queued", conclusion: null },
  ],
  ["checks/list-for-ref", (r) => r.checks.listForRef({ ...cd, ref: "topic" }), { total_count: 1 }],
  [
    "repos/list-commit-statuses-for-ref",
    (r) => r.repos.listCommitStatusesForRef({ ...cd, ref: "topic" }),
    [{ state: "success", context: "default" }],
  ],
  [
    "repos/get-combined-status-for-ref",
    (r) => r.repos.getCombinedStatusForRef({ ...cd, ref: "topic" }),
    { state: "success", total_count: 1 },
  ],
  ["repos/list-deployments", (r) => r.repos.listDeployments(cd), [{ environment: "dev" }]],
  [
    "repos/get-deployment",
    (r, b) => r.repos.getDeployment({ ...cd, deployment_id: b.deployment }),
    { ref: "topic", task: "deploy" },
  ],
  [
    "repos/list-deployment-statuses",
    (r, b) => r.repos.listDeploymentStatuses({ ...cd, deployment_id: b.deployment }),
    [],
  ],
];

describe("reads", () => {
  let busy: Busy;
  let app: Rest;
  let eve: Rest;
  let powerless: Rest;
  beforeAll(async () => {
    busy = await busyWorld();
    app = busy.as(await busy.mint()).rest;
    eve = busy.person("eve").rest;
    powerless = busy.as(await busy.mint({ permissions: { members: "read" } })).rest;
  });

  test.each(READS)("%s", async (_, read, expected) => {
    busy.recorder.clear();
    const { data } = await read(app, busy);
    expect(data).toMatchObject(expected);
    expect(busy.recorder.complaints).toEqual([]);
  });

  test.each(READS)("%s is not found for a stranger", async (_, read) => {
    busy.recorder.clear();
    await expect(read(eve, busy)).rejects.toMatchObject({ status: 404 });
    expect(busy.recorder.complaints).toEqual([]);
  });

  const metadata = [
    "repos/get",
    "repos/get-branch-rules",
    "repos/get-collaborator-permission-level",
  ];
  test.each(READS.filter(([name]) => !metadata.includes(name)))(
    "%s is forbidden without its permission",
    async (_, read) => {
      busy.recorder.clear();
      await expect(read(powerless, busy)).rejects.toMatchObject({ status: 403 });
      expect(busy.recorder.complaints).toEqual([]);
    },
  );
});

const WRITES: [string, (b: Busy, app: Rest, ada: Rest, bob: Rest) => Promise<unknown>, object][] = [
  [
    "a comment is edited, reacted to and deleted",
    async (b, app, ada) => {
      const at = { ...cd, comment_id: b.comment };
      await ada.issues.updateComment({ ...at, body: "changed" });
      const eyes = await app.reactions.createForIssueComment({ ...at, content: "eyes" });
      const again = await app.reactions.createForIssueComment({ ...at, content: "eyes" });
      await app.reactions.deleteForIssueComment({ ...at, reaction_id: eyes.data.id });
      await ada.issues.deleteComment(at);
      const left = await app.issues.listComments({ ...cd, issue_number: 1 });
      return [eyes.status, again.status, left.data.length];
    },
    [201, 200, 0],
  ],
  [
    "labels are set, listed and removed",
    async (_, app, ada) => {
      const on = { ...cd, issue_number: 1 };
      await ada.issues.createLabel({ ...cd, name: "held", color: "ff0000" });
      await app.issues.addLabels({ ...on, labels: ["held", "prod"] });
      await app.issues.setLabels({ ...on, labels: ["prod", "new"] });
      await app.issues.removeLabel({ ...on, name: "prod" });
      await ada.issues.deleteLabel({ ...cd, name: "held" });
      const left = await app.issues.listLabelsOnIssue(on);
      return left.data.map((label) => label.name);
    },
    ["new"],
  ],
  [
    "a check run is completed",
    async (b, app) => {
      const output = { title: "t", summary: "s" };
      const { data } = await app.checks.update({
        ...cd,
        check_run_id: b.check,
        conclusion: "success",
        output,
      });
      return data;
    },
    { status: "completed", conclusion: "success", output: { title: "t", summary: "s" } },
  ],
  [
    "a check run outlives its commit's place on a branch",
    async (b, app) => {
      await app.git.updateRef({ ...cd, ref: "heads/topic", sha: b.main, force: true });
      const run = { ...cd, check_run_id: b.check, conclusion: "success" } as const;
      return (await app.checks.update(run)).data;
    },
    { status: "completed", conclusion: "success" },
  ],
  [
    "a deployment succeeds and retires the one before",
    async (b, app) => {
      const next = await app.repos.createDeployment({
        ...cd,
        ref: "topic",
        environment: "dev",
        auto_merge: false,
        required_contexts: [],
      });
      const id = "id" in next.data ? next.data.id : 0;
      for (const deployment_id of [b.deployment, id])
        await app.repos.createDeploymentStatus({ ...cd, deployment_id, state: "success" });
      const old = await app.repos.listDeploymentStatuses({ ...cd, deployment_id: b.deployment });
      return old.data.map((status) => status.state);
    },
    ["inactive", "success"],
  ],
  [
    "reviewers are asked and let off",
    async (_, app) => {
      const on = { ...cd, pull_number: 1 };
      await app.pulls.requestReviewers({ ...on, reviewers: ["bob"] });
      const asked = await app.pulls.listRequestedReviewers(on);
      await app.pulls.removeRequestedReviewers({ ...on, reviewers: ["bob"] });
      const left = await app.pulls.listRequestedReviewers(on);
      return [asked.data.users.map((user) => user.login), left.data.users.length];
    },
    [["bob"], 0],
  ],
  [
    "a review is dismissed",
    async (b, _app, _ada, bob) => {
      const at = { ...cd, pull_number: 1, review_id: b.review };
      return (await bob.pulls.dismissReview({ ...at, message: "stale" })).data;
    },
    { state: "DISMISSED" },
  ],
  [
    "a pull request is edited, closed and reopened",
    async (_, app, ada) => {
      const on = { ...cd, pull_number: 1 };
      await app.pulls.update({ ...on, title: "Other", state: "closed" });
      const shut = await ada.issues.get({ ...cd, issue_number: 1 });
      await ada.issues.update({ ...cd, issue_number: 1, state: "open" });
      const back = await ada.pulls.get(on);
      return [shut.data.state, shut.data.title, back.data.state];
    },
    ["closed", "Other", "open"],
  ],
  [
    "a file is deleted and a ref too",
    async (b, app) => {
      const path = "env/dev/new.yaml";
      const file = { ...cd, path, branch: "topic" };
      const { data } = await app.repos.getContent({ ...cd, path, ref: "topic" });
      if (!("sha" in data)) throw new Error("not a file");
      await app.repos.deleteFile({ ...file, sha: data.sha, message: "Remove" });
      await app.git.deleteRef({ ...cd, ref: "heads/topic" });
      const pull = await app.pulls.get({ ...cd, pull_number: 1 });
      return [pull.data.state, pull.data.head.sha === b.head];
    },
    ["closed", false],
  ],
];

test.each(WRITES)("%s", async (_, write, expected) => {
  const busy = await busyWorld();
  const app = busy.as(await busy.mint()).rest;
  const result = await write(busy, app, busy.person("ada").rest, busy.person("bob").rest);
  expect(result).toMatchObject(expected);
  expect(busy.recorder.complaints).toEqual([]);
});

const REFUSALS: [string, (app: Rest, b: Busy) => Promise<unknown>, number, string][] = [
  [
    "a ref that exists",
    (r, b) => r.git.createRef({ ...cd, ref: "refs/heads/main", sha: b.head }),
    422,
    "Reference already exists",
  ],
  [
    "a ref that does not exist",
    (r, b) => r.git.updateRef({ ...cd, ref: "heads/x", sha: b.head }),
    422,
    "Reference does not exist",
  ],
  [
    "a ref to nothing",
    (r) => r.git.createRef({ ...cd, ref: "refs/heads/x", sha: `${"0".repeat(39)}1` }),
    422,
    "Object does not exist",
  ],
  [
    "a rewind without force",
    (r, b) => r.git.updateRef({ ...cd, ref: "heads/topic", sha: b.main }),
    422,
    "Update is not a fast forward",
  ],
  [
    "a second pull request",
    (r) => r.pulls.create({ ...cd, title: "t", head: "topic", base: "main" }),
    422,
    "A pull request already exists for acme:topic",
  ],
  [
    "a pull request from nowhere",
    (r) => r.pulls.create({ ...cd, title: "t", head: "nope", base: "main" }),
    422,
    "Validation Failed",
  ],
  [
    "a merge of another head",
    (r, b) => r.pulls.merge({ ...cd, pull_number: 1, sha: b.main }),
    409,
    "Head branch was modified",
  ],
  [
    "a file for another version",
    (r, b) =>
      r.repos.createOrUpdateFileContents({
        ...cd,
        path: "README.md",
        message: "m",
        content: "",
        sha: b.head,
      }),
    409,
    "README.md does not match",
  ],
  [
    "a file without its version",
    (r) =>
      r.repos.createOrUpdateFileContents({ ...cd, path: "README.md", message: "m", content: "" }),
    422,
    `"sha" wasn't supplied`,
  ],
  [
    "a check on an unknown commit",
    (r) => r.checks.create({ ...cd, name: "x", head_sha: "nope" }),
    422,
    "No commit found for SHA: nope",
  ],
  [
    "a file that is not there",
    (r) => r.repos.getContent({ ...cd, path: "nope" }),
    404,
    "Not Found",
  ],
  [
    "a pull request that is not there",
    (r) => r.pulls.get({ ...cd, pull_number: 9 }),
    404,
    "Not Found",
  ],
];

describe("refusals in GitHub's words", () => {
  let busy: Busy;
  let app: Rest;
  beforeAll(async () => {
    busy = await busyWorld();
    app = busy.as(await busy.mint()).rest;
  });

  test.each(REFUSALS)("%s", async (_, request, status, message) => {
    busy.recorder.clear();
    await expect(request(app, busy)).rejects.toMatchObject({
      status,
      message: expect.stringContaining(message),
    });
    // GitHub's description leaves out that 422 of check runs.
    const documented = busy.recorder.complaints.filter((c) => !c.includes("not documented"));
    expect(documented).toEqual([]);
  });
});

test("lists are paged with links, and what the client holds is 304", async () => {
  const github = await githubInProcess();
  const { rest, ...octokit } = github.person("ada");
  const sha = (await github.cd.store.readRef("refs/heads/main")) ?? "";
  for (const n of [1, 2, 3, 4]) await rest.git.createRef({ ...cd, ref: `refs/heads/b${n}`, sha });
  const all = await octokit.paginate(rest.repos.listBranches, { ...cd, per_page: 2 });
  const first = await rest.repos.listBranches({ ...cd, per_page: 2 });
  expect(all.map((branch) => branch.name)).toEqual(["b1", "b2", "b3", "b4", "main"]);
  expect(first.headers.link).toContain('page=2>; rel="next"');
  await expect(
    rest.repos.listBranches({
      ...cd,
      per_page: 2,
      headers: { "if-none-match": first.headers.etag ?? "" },
    }),
  ).rejects.toMatchObject({ status: 304 });
});

test("every repo read of the table of needs is in the tables above", () => {
  const reads = Object.entries(NEEDS)
    .filter(([, need]) => need.who === "repo" && need.level === "read")
    .map(([id]) => id);
  const tested = READS.map(([name]) => name.split(" ")[0]);
  // These two answer by being found or not: their own tests say when.
  const apart = ["pulls/check-if-merged", "issues/get-label"];
  expect(reads.filter((id) => !tested.includes(id) && !apart.includes(id))).toEqual([]);
});
