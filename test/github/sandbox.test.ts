import { expect, test } from "@jest/globals";
import type { Fault } from "../../sandbox/api/faults.ts";
import { ForgeUnavailable, type PullState, type Target } from "../../src/model/forge.ts";
import { DEV, forgeContract } from "../contract/forge.contract.ts";
import { type SandboxStage, sandboxStage } from "./sandbox-stage.ts";

forgeContract("GitHub", () => sandboxStage());

const BRANCH = "tagboat/dev/app-0a1b2c";
const TEXTS: Readonly<Record<string, string>> = { v2: "newTag: v2\n", v3: "newTag: v3\n" };

/** One attempt as a caller makes it: look, and do what is missing. `true`: nothing is missing any more. */
async function attempt({ forge, repo }: SandboxStage, version: string): Promise<boolean> {
  const target = await forge.readTarget({ repo, base: null, head: BRANCH, files: [DEV] });
  if (target === null) throw new Error("the repo is gone");
  const message = `Track app ${version}`;
  const edits = [{ path: DEV, text: TEXTS[version] ?? "" }];
  const words = { title: message, body: version };
  const open = target.pulls.find(({ state }) => state === "open");
  if (open === undefined) {
    const proposal = { target, branch: BRANCH, message, edits, draft: false, ...words };
    const result = await forge.openProposal({ ...proposal, labels: [], reviewers: [] });
    return result.kind === "done";
  }
  if (stands(target, open, message)) return true;
  const commit = { message, edits };
  const result = await forge.updateProposal({
    target,
    pull: open,
    branch: BRANCH,
    commit,
    ...words,
  });
  return result.kind === "done";
}

function stands(target: Target, pull: PullState, message: string): boolean {
  const [commit] = target.head?.commits ?? [];
  return commit?.message === message && pull.title === message && pull.headOid === commit.oid;
}

/** Tries until it is done; what a person would see as tries that failed. */
async function until(stage: SandboxStage, version: string): Promise<number> {
  for (let tries = 0; tries < 6; tries += 1) {
    const done = await attempt(stage, version).catch((error: unknown) => {
      if (error instanceof ForgeUnavailable) return false;
      throw error;
    });
    if (done) return tries;
  }
  throw new Error("never done");
}

const fails = (field: 1 | 2 | 3): Fault => ({
  kind: "field-fails",
  field,
  type: "UNPROCESSABLE",
  message: "Something odd",
});
const faults: readonly (readonly [string, Fault])[] = [
  ["502 before", { kind: "bad-gateway-before" }],
  ["502 after", { kind: "bad-gateway-after" }],
  ["reset before", { kind: "reset-before" }],
  ["reset after", { kind: "reset-after" }],
  ["secondary limit", { kind: "secondary-limit", retryAfter: 30 }],
  ["429", { kind: "too-many-requests", retryAfter: 30 }],
  ["first field fails", fails(1)],
  ["second field fails", fails(2)],
  ["third field fails", fails(3)],
  ["combined refused", { kind: "combined-refused", message: "Branch not found" }],
  [
    "combined forbidden",
    { kind: "combined-refused", message: "Resource not accessible by integration" },
  ],
];
const mutations = [
  "createRef+createCommitOnBranch+createPullRequest",
  "createRef+createCommitOnBranch",
  "updateRefs+updatePullRequest",
];

test.each(mutations.flatMap((at) => faults.map(([name, fault]) => ({ at, name, fault }))))(
  "$name at $at: one pull request with the right commit in the end",
  async ({ at, fault }) => {
    const stage = await sandboxStage();
    stage.faults.arm({ fault, at });
    await until(stage, "v2");
    await stage.push("main", { "README.md": "# New\n" });
    await until(stage, "v3");
    expect(stage.faults.fired.get(fault.kind)).toBe(1);
    const query = { repo: stage.repo, base: null, head: BRANCH, files: [DEV] };
    const target = await stage.forge.readTarget(query);
    expect(target?.pulls.filter(({ state }) => state === "open")).toHaveLength(1);
    expect(target?.pulls[0]).toMatchObject({ title: "Track app v3", changedFiles: 1 });
    expect(target?.head?.commits.map(({ message }) => message)).toEqual(["Track app v3"]);
    expect(await stage.read(BRANCH, DEV)).toBe(TEXTS.v3);
    await stage.forge.sweep(stage.repo, new Date("2100-01-01T00:00:00Z"));
    expect(await stage.branches()).toEqual(["main", BRANCH]);
    await stage.close();
  },
);

test("a host that refuses combined documents is served within the same call, and remembered", async () => {
  const stage = await sandboxStage();
  stage.faults.arm({ fault: { kind: "combined-refused", message: "Branch not found" }, times: 99 });
  expect(await until(stage, "v2")).toBe(0);
  stage.requests();
  expect(await until(stage, "v3")).toBe(0);
  expect(stage.requests()).toEqual([
    "viewer+repository",
    "createRef",
    "createCommitOnBranch",
    "updateRefs",
    "updatePullRequest",
  ]);
  expect(stage.faults.fired.get("combined-refused")).toBe(1);
  await stage.close();
});
