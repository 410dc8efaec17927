import { beforeEach, describe, expect, test } from "@jest/globals";
import { type Seeded, seededWorld } from "./seeded-world.ts";

let at: Seeded;

beforeEach(async () => {
  at = await seededWorld();
});

const PROPOSE = `mutation Propose($ref: CreateRefInput!, $commit: CreateCommitOnBranchInput!, $pull: CreatePullRequestInput!) {
  ref: createRef(input: $ref) { ref { name prefix } }
  commit: createCommitOnBranch(input: $commit) { commit { oid message signature { isValid wasSignedByGitHub } author { user { login } } } }
  pull: createPullRequest(input: $pull) { clientMutationId pullRequest { id number url headRefOid title author { __typename login } changedFiles } }
}`;

async function proposal(branch = "tagboat/dev/app-1", expectedHeadOid?: string) {
  const base = await at.head("main");
  return {
    ref: { repositoryId: at.repo.nodeId, name: `refs/heads/${branch}`, oid: base },
    commit: {
      branch: { repositoryNameWithOwner: "acme/cd", branchName: branch },
      expectedHeadOid: expectedHeadOid ?? base,
      message: { headline: "dev: app v1 → v2", body: "Why\n\nTrailer: x" },
      fileChanges: {
        additions: [
          { path: "env/dev/kustomization.yaml", contents: Buffer.from("new\n").toString("base64") },
        ],
      },
    },
    pull: {
      repositoryId: at.repo.nodeId,
      baseRefName: "main",
      headRefName: branch,
      title: "dev: app v2",
      body: "body",
      clientMutationId: "mine",
    },
  };
}

describe("one document: branch, commit, pull request", () => {
  test("each field sees what the one before it did", async () => {
    const answer = await at.ask(PROPOSE, await proposal());
    expect(answer.errors).toBeUndefined();
    const { ref, commit, pull } = answer.data;
    expect(ref.ref).toEqual({ name: "tagboat/dev/app-1", prefix: "refs/heads/" });
    expect(commit.commit).toEqual({
      oid: await at.head("tagboat/dev/app-1"),
      message: "dev: app v1 → v2\n\nWhy\n\nTrailer: x",
      signature: { isValid: true, wasSignedByGitHub: true },
      author: { user: { login: "tagboat[bot]" } },
    });
    expect(pull).toEqual({
      clientMutationId: "mine",
      pullRequest: {
        id: at.world.pulls(at.repo)[0]?.nodeId,
        number: 1,
        url: "http://127.0.0.1:4100/acme/cd/pull/1",
        headRefOid: commit.commit.oid,
        title: "dev: app v2",
        author: { __typename: "Bot", login: "tagboat" },
        changedFiles: 1,
      },
    });
    expect(at.recorder.complaints).toEqual([]);
  });

  test("a stale head fails the commit; the others run, and the pull request has no commits", async () => {
    const answer = await at.ask(PROPOSE, await proposal("x", `${"0".repeat(39)}1`));
    expect(answer.data.commit).toBeNull();
    expect(answer.data.ref).not.toBeNull();
    expect(answer.errors).toMatchObject([
      {
        type: "STALE_DATA",
        path: ["commit"],
        message: `Expected branch to point to "${"0".repeat(39)}1" but it did not.  Pull and try again.`,
      },
      { type: "UNPROCESSABLE", path: ["pull"], message: "No commits between main and x" },
    ]);
  });

  test.each([
    [1, "ref", "BRANCH_NOT_FOUND"],
    [2, "commit", "UNPROCESSABLE"],
    [3, "pull", undefined],
  ] as const)(
    "fault: field %i fails without effect, the others run",
    async (field, alias, also) => {
      at.arm({ kind: "field-fails", field, type: "INTERNAL", message: "planted" });
      const answer = await at.ask(PROPOSE, await proposal());
      expect(answer.data[alias]).toBeNull();
      expect(answer.errors?.[0]).toMatchObject({
        type: "INTERNAL",
        path: [alias],
        message: "planted",
      });
      expect(answer.errors?.[1]?.type).toBe(also);
      expect(at.faults.fired.get("field-fails")).toBe(1);
      expect((await at.head("tagboat/dev/app-1")) === "").toBe(field === 1);
      expect(at.world.pulls(at.repo)).toHaveLength(0);
    },
  );

  test("fault: a combined document is refused whole, a single mutation is not", async () => {
    at.arm({ kind: "combined-refused", message: "Branch not found" });
    const input = await proposal();
    const answer = await at.ask(PROPOSE, input);
    expect(answer).toEqual({
      data: null,
      errors: [{ type: "UNPROCESSABLE", path: ["createRef"], message: "Branch not found" }],
    });
    expect(await at.head("tagboat/dev/app-1")).toBe("");
    at.arm({ kind: "combined-refused", message: "again" });
    const single = "mutation ($ref: CreateRefInput!) { createRef(input: $ref) { ref { id } } }";
    expect((await at.ask(single, { ref: input.ref })).errors).toBeUndefined();
  });
});

describe("refusals of refs and commits", () => {
  test.each([
    [
      "exists",
      { name: "refs/heads/main" },
      "UNPROCESSABLE",
      'A ref named "refs/heads/main" already exists in the repository.',
    ],
    ["short name", { name: "main2" }, "UNPROCESSABLE", "main2 is not a valid ref name."],
    ["unknown object", { oid: "1".repeat(40) }, "UNPROCESSABLE", "Object does not exist"],
    [
      "unknown repo",
      { repositoryId: "R_x" },
      "NOT_FOUND",
      "Could not resolve to a node with the global id of 'R_x'",
    ],
  ] as const)("createRef: %s", async (_name, change, type, message) => {
    const { ref } = await proposal();
    const query = "mutation ($i: CreateRefInput!) { createRef(input: $i) { ref { id } } }";
    const answer = await at.ask(query, { i: { ...ref, ...change } });
    expect(answer).toEqual({
      data: { createRef: null },
      errors: [{ type, path: ["createRef"], locations: expect.anything(), message }],
    });
  });

  test("createCommitOnBranch makes no branch", async () => {
    const { commit } = await proposal("absent");
    const query =
      "mutation ($i: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $i) { commit { oid } } }";
    expect((await at.ask(query, { i: commit })).errors).toMatchObject([
      { type: "BRANCH_NOT_FOUND", message: "Branch not found" },
    ]);
  });

  test("updateRefs is all or nothing, zeros mean absent", async () => {
    const input = await proposal("a");
    await at.ask(PROPOSE, input);
    const [base, head] = [await at.head("main"), await at.head("a")];
    const update = (updates: readonly unknown[]) =>
      at.ask("mutation ($i: UpdateRefsInput!) { updateRefs(input: $i) { clientMutationId } }", {
        i: { repositoryId: at.repo.nodeId, refUpdates: updates },
      });
    const stale = await update([
      { name: "refs/heads/b", beforeOid: "0".repeat(40), afterOid: base },
      { name: "refs/heads/a", beforeOid: base, afterOid: head },
    ]);
    expect(stale.data).toEqual({ updateRefs: null });
    expect(stale.errors?.[0]?.type).toBe("STALE_DATA");
    expect(await at.head("b")).toBe("");
    const done = await update([
      { name: "refs/heads/b", beforeOid: "0".repeat(40), afterOid: head },
      { name: "refs/heads/a", beforeOid: head, afterOid: "0".repeat(40) },
    ]);
    expect(done.errors).toBeUndefined();
    expect([await at.head("a"), await at.head("b")]).toEqual(["", head]);
  });

  test("updateRef and deleteRef by the ref's id", async () => {
    await at.ask(PROPOSE, await proposal("a"));
    const { data } = await at.ask(
      '{ repository(owner: "acme", name: "cd") { ref(qualifiedName: "a") { id } } }',
    );
    const refId = data.repository.ref.id;
    const backwards = "mutation ($i: UpdateRefInput!) { updateRef(input: $i) { ref { name } } }";
    const oid = await at.head("main");
    expect((await at.ask(backwards, { i: { refId, oid } })).errors?.[0]?.message).toBe(
      "Update is not a fast forward",
    );
    expect(
      (await at.ask(backwards, { i: { refId, oid, force: true } })).data.updateRef.ref.name,
    ).toBe("a");
    await at.ask("mutation ($i: DeleteRefInput!) { deleteRef(input: $i) { clientMutationId } }", {
      i: { refId },
    });
    expect(await at.head("a")).toBe("");
  });

  test("a workflow file needs a permission of its own", async () => {
    const { commit } = await proposal("main");
    const query =
      "mutation ($i: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $i) { commit { oid } } }";
    const fileChanges = { additions: [{ path: ".github/workflows/x.yml", contents: "eA==" }] };
    expect((await at.ask(query, { i: { ...commit, fileChanges } })).errors).toMatchObject([
      { type: "FORBIDDEN", message: "Resource not accessible by integration" },
    ]);
  });
});

describe("a pull request's life", () => {
  const run = (
    field: string,
    type: string,
    input: Record<string, unknown>,
    selection: string,
    caller = at.bot,
  ) =>
    at.ask(
      `mutation ($i: ${type}!) { ${field}(input: $i) { ${selection} } }`,
      { i: input },
      caller,
    );

  beforeEach(async () => {
    await at.ask(PROPOSE, await proposal());
  });

  const pullId = () => at.world.pulls(at.repo)[0]?.nodeId ?? "";

  test("edit, comment, react, minimise, review, merge", async () => {
    const pullRequestId = pullId();
    const edited = await run(
      "updatePullRequest",
      "UpdatePullRequestInput",
      { pullRequestId, title: "new" },
      "pullRequest { title body }",
    );
    expect(edited.data.updatePullRequest.pullRequest).toEqual({ title: "new", body: "body" });
    const comment = await run(
      "addComment",
      "AddCommentInput",
      { subjectId: pullRequestId, body: "hi" },
      "subject { id } commentEdge { node { id body author { login } } }",
    );
    const node = comment.data.addComment.commentEdge.node;
    expect(node).toMatchObject({ body: "hi", author: { login: "tagboat" } });
    const reaction = await run(
      "addReaction",
      "AddReactionInput",
      { subjectId: node.id, content: "EYES" },
      "reaction { content }",
    );
    expect(reaction.data.addReaction.reaction).toEqual({ content: "EYES" });
    expect(at.world.comments(at.world.pulls(at.repo)[0] as never)[0]?.reactions[0]?.content).toBe(
      "eyes",
    );
    const hidden = await run(
      "minimizeComment",
      "MinimizeCommentInput",
      { subjectId: node.id, classifier: "OUTDATED" },
      "minimizedComment { isMinimized minimizedReason }",
    );
    expect(hidden.data.minimizeComment.minimizedComment).toEqual({
      isMinimized: true,
      minimizedReason: "outdated",
    });
    const review = await run(
      "addPullRequestReview",
      "AddPullRequestReviewInput",
      { pullRequestId, event: "APPROVE" },
      "pullRequestReview { state author { login } commit { oid } }",
      at.ana,
    );
    expect(review.data.addPullRequestReview.pullRequestReview).toEqual({
      state: "APPROVED",
      author: { login: "ana" },
      commit: { oid: await at.head("tagboat/dev/app-1") },
    });
    const wrong = await run(
      "mergePullRequest",
      "MergePullRequestInput",
      { pullRequestId, expectedHeadOid: "1".repeat(40) },
      "pullRequest { state }",
      at.ana,
    );
    expect(wrong.data).toEqual({ mergePullRequest: null });
    const merged = await run(
      "mergePullRequest",
      "MergePullRequestInput",
      { pullRequestId, mergeMethod: "SQUASH" },
      "pullRequest { state merged mergedBy { login } mergeCommit { oid } }",
      at.ana,
    );
    expect(merged.data.mergePullRequest.pullRequest).toEqual({
      state: "MERGED",
      merged: true,
      mergedBy: { login: "ana" },
      mergeCommit: { oid: await at.head("main") },
    });
    expect(at.recorder.complaints).toEqual([]);
  });

  test("close and reopen leave their traces in the timeline", async () => {
    const pullRequestId = pullId();
    await run(
      "closePullRequest",
      "ClosePullRequestInput",
      { pullRequestId },
      "pullRequest { state }",
      at.ana,
    );
    await run(
      "reopenPullRequest",
      "ReopenPullRequestInput",
      { pullRequestId },
      "pullRequest { state }",
    );
    await run(
      "closePullRequest",
      "ClosePullRequestInput",
      { pullRequestId },
      "pullRequest { state }",
    );
    const answer = await at.ask(
      `query ($id: ID!) { node(id: $id) { ... on PullRequest { state closed
        timelineItems(first: 10, itemTypes: [CLOSED_EVENT, REOPENED_EVENT]) { nodes { __typename ... on ClosedEvent { actor { login } } } } } } }`,
      { id: pullRequestId },
    );
    expect(answer.data.node).toEqual({
      state: "CLOSED",
      closed: true,
      timelineItems: {
        nodes: [
          { __typename: "ClosedEvent", actor: { login: "ana" } },
          { __typename: "ReopenedEvent" },
          { __typename: "ClosedEvent", actor: { login: "tagboat" } },
        ],
      },
    });
  });

  test("a second pull request for the same branches", async () => {
    const { pull } = await proposal();
    const answer = await run(
      "createPullRequest",
      "CreatePullRequestInput",
      pull,
      "pullRequest { id }",
    );
    expect(answer.errors).toMatchObject([
      {
        type: "UNPROCESSABLE",
        message: "A pull request already exists for acme:tagboat/dev/app-1.",
      },
    ]);
  });

  test("a force push of the head is in the timeline with both commits", async () => {
    const first = await at.head("tagboat/dev/app-1");
    const { commit } = await proposal("tmp");
    await at.ask(PROPOSE, {
      ...(await proposal("tmp")),
      commit: { ...commit, message: { headline: "second" } },
    });
    const second = await at.head("tmp");
    const refUpdates = [
      { name: "refs/heads/tagboat/dev/app-1", beforeOid: first, afterOid: second, force: true },
    ];
    const moved = await run(
      "updateRefs",
      "UpdateRefsInput",
      { repositoryId: at.repo.nodeId, refUpdates },
      "clientMutationId",
    );
    expect(moved.errors).toBeUndefined();
    const answer = await at.ask(
      `query ($id: ID!) { node(id: $id) { ... on PullRequest { headRefOid
        timelineItems(last: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) { totalCount nodes {
          ... on HeadRefForcePushedEvent { actor { login } beforeCommit { oid } afterCommit { oid } } } } } } }`,
      { id: pullId() },
    );
    expect(answer.data.node).toEqual({
      headRefOid: second,
      timelineItems: {
        totalCount: 1,
        nodes: [
          {
            actor: { login: "tagboat" },
            beforeCommit: { oid: first },
            afterCommit: { oid: second },
          },
        ],
      },
    });
  });

  test("auto-merge waits for the review that the rules want", async () => {
    at.repo.allowAutoMerge = true;
    at.repo.rulesets.push({
      id: 1,
      name: "reviews",
      branches: ["~DEFAULT_BRANCH"],
      pullRequest: { approvals: 1, dismissStale: true },
      requiredChecks: [],
      upToDate: false,
      linearHistory: false,
      mergeQueue: false,
    });
    const pullRequestId = pullId();
    const selection =
      "pullRequest { state reviewDecision mergeStateStatus autoMergeRequest { mergeMethod enabledBy { login } } }";
    const enabled = await run(
      "enablePullRequestAutoMerge",
      "EnablePullRequestAutoMergeInput",
      { pullRequestId, mergeMethod: "SQUASH" },
      selection,
    );
    expect(enabled.data.enablePullRequestAutoMerge.pullRequest).toEqual({
      state: "OPEN",
      reviewDecision: "REVIEW_REQUIRED",
      mergeStateStatus: "BLOCKED",
      autoMergeRequest: { mergeMethod: "SQUASH", enabledBy: { login: "tagboat" } },
    });
    const disabled = await run(
      "disablePullRequestAutoMerge",
      "DisablePullRequestAutoMergeInput",
      { pullRequestId },
      selection,
    );
    expect(disabled.data.disablePullRequestAutoMerge.pullRequest.autoMergeRequest).toBeNull();
    const review = { pullRequestId, event: "APPROVE" };
    const approved = await run(
      "addPullRequestReview",
      "AddPullRequestReviewInput",
      review,
      "pullRequestReview { pullRequest { reviewDecision mergeStateStatus } }",
      at.ana,
    );
    expect(approved.data.addPullRequestReview.pullRequestReview.pullRequest).toEqual({
      reviewDecision: "APPROVED",
      mergeStateStatus: "CLEAN",
    });
  });

  test("the merge queue takes a pull request", async () => {
    at.repo.rulesets.push({
      id: 1,
      name: "queue",
      branches: ["main"],
      pullRequest: null,
      requiredChecks: [{ context: "ci", appId: null }],
      upToDate: false,
      linearHistory: false,
      mergeQueue: true,
    });
    const head = at.world.pulls(at.repo)[0]?.headOid ?? "";
    await at.world.createCheck(at.repo, at.app, {
      name: "ci",
      headOid: head,
      status: "completed",
      conclusion: "success",
    });
    const queued = await run(
      "enqueuePullRequest",
      "EnqueuePullRequestInput",
      { pullRequestId: pullId(), expectedHeadOid: head },
      "mergeQueueEntry { enqueuer { login } mergeQueue { url } pullRequest { isInMergeQueue isMergeQueueEnabled } }",
    );
    expect(queued.data.enqueuePullRequest.mergeQueueEntry).toEqual({
      enqueuer: { login: "tagboat" },
      mergeQueue: { url: "http://127.0.0.1:4100/acme/cd/queue/main" },
      pullRequest: { isInMergeQueue: true, isMergeQueueEnabled: true },
    });
  });

  test("labels and reviewers", async () => {
    const pull = at.world.pulls(at.repo)[0];
    if (pull === undefined) throw new Error("no pull request");
    await at.world.label(at.repo, "ana", pull, ["one"]);
    const one = at.repo.labels.get("one")?.nodeId;
    const ana = at.world.accounts.get("ana")?.nodeId;
    const emptied = await run(
      "updatePullRequest",
      "UpdatePullRequestInput",
      { pullRequestId: pull.nodeId, labelIds: [] },
      "pullRequest { labels(first: 5) { nodes { name } } }",
    );
    expect(emptied.data.updatePullRequest.pullRequest.labels.nodes).toEqual([]);
    const labelled = await run(
      "addLabelsToLabelable",
      "AddLabelsToLabelableInput",
      { labelableId: pull.nodeId, labelIds: [one] },
      "labelable { labels(first: 5) { totalCount nodes { name } } }",
    );
    expect(labelled.data.addLabelsToLabelable.labelable.labels).toEqual({
      totalCount: 1,
      nodes: [{ name: "one" }],
    });
    const asked = await run(
      "requestReviews",
      "RequestReviewsInput",
      { pullRequestId: pull.nodeId, userIds: [ana] },
      "pullRequest { reviewRequests(first: 5) { nodes { requestedReviewer { ... on User { login } } } } }",
    );
    expect(asked.data.requestReviews.pullRequest.reviewRequests.nodes).toEqual([
      { requestedReviewer: { login: "ana" } },
    ]);
  });
});

describe("permissions", () => {
  test.each([
    ["createRef", "contents"],
    ["createPullRequest", "pull_requests"],
  ] as const)("%s is forbidden without %s: write", async (field, permission) => {
    at = await seededWorld({
      permissions: { contents: "write", pull_requests: "write", [permission]: "read" },
    });
    const input = field === "createRef" ? (await proposal()).ref : (await proposal()).pull;
    const type = field === "createRef" ? "CreateRefInput" : "CreatePullRequestInput";
    const answer = await at.ask(
      `mutation ($i: ${type}!) { ${field}(input: $i) { clientMutationId } }`,
      { i: input },
    );
    expect(answer.data).toEqual({ [field]: null });
    expect(answer.errors).toMatchObject([
      { type: "FORBIDDEN", path: [field], message: "Resource not accessible by integration" },
    ]);
  });
});
