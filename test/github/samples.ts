import { Buffer } from "node:buffer";
import { blobOid } from "../../src/github/git-blob.ts";
import type { CdRepo, CommitFacts, PullState, Target } from "../../src/model/forge.ts";

export const BASE = "b".repeat(40);
export const HEAD = "a".repeat(40);
export const NEW = "c".repeat(40);
export const TREE = "d".repeat(40);
export const ZEROS = "0".repeat(40);

export const REPO: CdRepo = { owner: "acme", name: "cd", installation: 11, id: 42 };

export function oidOf(content: string | Uint8Array): string {
  return blobOid(Buffer.from(content), BASE);
}

/** A file as GraphQL tells it. */
export function entry(text: string, mode = 33188): object {
  return { mode, oid: oidOf(text), object: { byteSize: Buffer.byteLength(text), text } };
}

export function target(change: Partial<Target> = {}): Target {
  return {
    repo: { ...REPO, nodeId: "R_1", archived: false, defaultBranch: "main" },
    base: { branch: "main", oid: BASE },
    config: { kind: "absent", path: ".github/tagboat.yml" },
    files: new Map(),
    folders: new Map(),
    head: null,
    pulls: [],
    siblings: [],
    beside: new Map(),
    labelled: 0,
    ...change,
  };
}

export function commit(change: Partial<CommitFacts> = {}): CommitFacts {
  return {
    oid: HEAD,
    parents: [BASE],
    message: "Track app v2",
    byApp: true,
    signed: true,
    changedFiles: 1,
    ...change,
  };
}

export function pull(change: Partial<PullState> = {}): PullState {
  return {
    number: 5,
    nodeId: "PR_5",
    url: "https://github.test/acme/cd/pull/5",
    state: "open",
    base: "main",
    headOid: HEAD,
    title: "old",
    body: "old",
    draft: false,
    ours: true,
    createdAt: "2026-03-01T00:00:00Z",
    closedAt: null,
    closedBy: null,
    firstMessage: "Track app v2",
    changedFiles: 1,
    approvedAt: null,
    checks: "none",
    mergeable: "clean",
    ...change,
  };
}
