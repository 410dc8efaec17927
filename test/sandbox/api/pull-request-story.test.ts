import { expect, test } from "@jest/globals";
import { githubInProcess } from "./github-in-process.ts";

const at = { owner: "acme", repo: "cd" };

test("a person's whole pull request goes through @octokit/rest without one complaint", async () => {
  const github = await githubInProcess();
  const ada = github.person("ada").rest;
  const bob = github.person("bob").rest;
  const main = await ada.git.getRef({ ...at, ref: "heads/main" });
  const sha = main.data.object.sha;
  await ada.git.createRef({ ...at, ref: "refs/heads/topic", sha });
  const path = "env/dev/kustomization.yaml";
  const before = await ada.repos.getContent({ ...at, path });
  if (!("content" in before.data)) throw new Error("not a file");
  await ada.repos.createOrUpdateFileContents({
    ...at,
    path,
    branch: "topic",
    sha: before.data.sha,
    message: "Deploy 2",
    content: Buffer.from("images: [two]\n").toString("base64"),
  });
  const opened = await ada.pulls.create({ ...at, title: "Deploy", head: "topic", base: "main" });
  const pull_number = opened.data.number;
  const on = { ...at, pull_number };
  await expect(
    ada.pulls.create({ ...at, title: "Again", head: "acme:topic", base: "main" }),
  ).rejects.toMatchObject({ status: 422 });
  await bob.issues.createComment({ ...at, issue_number: pull_number, body: "/promote dev" });
  await ada.issues.addLabels({ ...at, issue_number: pull_number, labels: ["held"] });
  await bob.pulls.createReview({ ...on, event: "APPROVE", body: "fine" });
  const files = await bob.pulls.listFiles(on);
  const merged = await bob.pulls.merge({ ...on, merge_method: "squash" });
  const after = await ada.pulls.get(on);
  const reviews = await ada.pulls.listReviews(on);
  const commits = await ada.repos.listCommits({ ...at, sha: "main", path });
  expect({
    state: after.data.state,
    merged: after.data.merged_by?.login,
    labels: after.data.labels.map((label) => label.name),
    comments: after.data.comments,
    reviews: reviews.data.map((review) => [review.user?.login, review.state]),
    patch: files.data.map((file) => file.patch),
    newest: commits.data[0]?.sha === merged.data.sha,
    complaints: github.recorder.complaints,
  }).toEqual({
    state: "closed",
    merged: "bob",
    labels: ["held"],
    comments: 1,
    reviews: [["bob", "APPROVED"]],
    patch: ["@@ -1 +1 @@\n-images: []\n+images: [two]"],
    newest: true,
    complaints: [],
  });
});
