import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";

const run = promisify(execFile);

export interface Change {
  /** Address of the sandbox: `http://127.0.0.1:4100`. */
  readonly url: string;
  readonly owner: string;
  readonly repo: string;
  /** Token of who writes it, and of who reviews it. */
  readonly author: string;
  readonly reviewer: string;
}

/**
 * What a person does with git and a plain @octokit/rest: clone, push a branch, open a pull request, talk, review, merge.
 * Nothing in here knows that this GitHub is a sandbox. Resolves with the number and the merge commit.
 */
export async function changeByPullRequest(
  change: Change,
): Promise<{ number: number; merged: string }> {
  const { owner, repo } = change;
  const author = new Octokit({ baseUrl: `${change.url}/api/v3`, auth: change.author });
  const reviewer = new Octokit({ baseUrl: `${change.url}/api/v3`, auth: change.reviewer });
  await pushBranch(change, "more-replicas");
  const { data: pull } = await author.rest.pulls.create({
    owner,
    repo,
    title: "Say hello",
    body: "By a script.",
    head: "more-replicas",
    base: "main",
  });
  const here = { owner, repo, pull_number: pull.number };
  await author.rest.issues.createComment({
    owner,
    repo,
    issue_number: pull.number,
    body: "Please have a look.",
  });
  await reviewer.rest.pulls.createReview({ ...here, event: "APPROVE", body: "Good." });
  const { data: merged } = await author.rest.pulls.merge({ ...here, merge_method: "squash" });
  return { number: pull.number, merged: merged.sha };
}

async function pushBranch({ url, owner, repo, author }: Change, branch: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "clone-"));
  const remote = new URL(`${url}/${owner}/${repo}.git`);
  remote.username = "x-access-token";
  remote.password = author;
  const git = (...args: string[]) => run("git", ["-C", folder, ...args]);
  try {
    await git("clone", "--quiet", remote.href, ".");
    await git("checkout", "--quiet", "-b", branch);
    const path = join(folder, "README.md");
    await writeFile(path, `${await readFile(path, "utf8")}\nHello.\n`);
    const person = ["-c", "user.name=Ben Barker", "-c", "user.email=ben@example.com"];
    await git(...person, "commit", "--quiet", "--all", "--message", "Say hello");
    await git("push", "--quiet", "origin", branch);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
