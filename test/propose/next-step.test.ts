import { describe, expect, test } from "@jest/globals";
import type { Environment } from "../../src/model/config.ts";
import type { HeadBranch, PullState, Target } from "../../src/model/forge.ts";
import type { ImageArtifact } from "../../src/model/release.ts";
import type { Authorship } from "../../src/propose/authorship.ts";
import { blobOid } from "../../src/propose/blob-oid.ts";
import { fromHash } from "../../src/propose/commit-message.ts";
import { renderMarker } from "../../src/propose/marker.ts";
import { nextStep, type Step } from "../../src/propose/next-step.ts";
import type { DesiredProposal } from "../../src/propose/proposal.ts";

const now = new Date("2026-11-22T12:00:00Z");
const file = "env/dev/kustomization.yaml";
const text = "images:\n- name: app\n  newTag: v2\n";
const v2: ImageArtifact = {
  kind: "image",
  image: "quay.io/acme/app",
  tag: "v2",
  digest: null,
  orderKey: null,
};
const v3: ImageArtifact = { ...v2, tag: "v3" };
const row = {
  file,
  image: v2.image,
  from: { tag: "v1", digest: null },
  to: { tag: "v2", digest: null },
};

const pull: PullState = {
  number: 5,
  nodeId: "PR_5",
  url: "https://github.example/acme/cd/pull/5",
  state: "open",
  base: "main",
  headOid: "c".repeat(40),
  title: "t",
  body: "",
  draft: false,
  ours: true,
  createdAt: "2026-11-22T09:00:00Z",
  closedAt: null,
  closedBy: null,
  firstMessage: "",
  changedFiles: 1,
  approvedAt: null,
  checks: "none",
  mergeable: "clean",
};
const approved: PullState = { ...pull, approvedAt: "2026-11-22T10:00:00Z", checks: "passing" };

/** With a body that tells of these versions. */
function told(...versions: string[]): PullState {
  const history = versions.map((version) => ({ version, at: "2026-11-22T09:00:00Z" }));
  return { ...pull, body: `words\n\n${renderMarker({ history, waiting: [] })}\n` };
}

const head: HeadBranch = {
  oid: pull.headOid,
  commits: [],
  complete: true,
  blobs: new Map([[file, blobOid(text)]]),
};
const olderHead: HeadBranch = { ...head, blobs: new Map([[file, "0".repeat(40)]]) };

function ours(artifacts: readonly ImageArtifact[], from = fromHash([row])): Authorship {
  return {
    kind: "ours",
    commit: {
      oid: pull.headOid,
      parents: ["b".repeat(40)],
      message: "",
      byApp: true,
      signed: true,
      changedFiles: 1,
    },
    trailers: {
      kind: "tracking",
      environment: "dev",
      component: null,
      artifacts,
      from,
      files: [],
      deliveries: [],
      asked: null,
      components: [],
      changes: [],
    },
  };
}

function target(pulls: readonly PullState[], branch: HeadBranch | null): Target {
  return {
    repo: {
      owner: "acme",
      name: "cd",
      installation: 1,
      id: 7,
      nodeId: "R_7",
      archived: false,
      defaultBranch: "main",
    },
    base: { branch: "main", oid: "b".repeat(40) },
    config: { kind: "absent", path: ".github/tagboat.yml" },
    files: new Map(),
    folders: new Map(),
    head: branch,
    pulls,
    siblings: [],
    beside: new Map(),
    labelled: 0,
  };
}

const desired: DesiredProposal = {
  entryGone: false,
  place: { repo: "acme/cd", base: "main", environment: "dev", component: null },
  environment: {} as Environment,
  rows: [row],
  refs: [],
  artifacts: [v2],
  edits: [{ path: file, text }],
  releases: [],
  deliveries: [],
  orderUnknown: false,
};
const nothing: DesiredProposal = { ...desired, rows: [], artifacts: [], edits: [] };
const newer: DesiredProposal = {
  ...desired,
  artifacts: [v3],
  edits: [{ path: file, text: text.replace("v2", "v3") }],
};
const person: Authorship = { kind: "person", why: "commit 1234567 is not ours" };
const closed: PullState = {
  ...pull,
  state: "closed",
  closedAt: "2026-11-22T11:00:00Z",
  closedBy: "app",
};

describe("the next step of a tracking proposal", () => {
  test.each<[string, Target, Authorship, DesiredProposal, Step["kind"]]>([
    ["nothing there, something to propose", target([], null), { kind: "none" }, desired, "open"],
    ["nothing there, nothing to propose", target([], null), { kind: "none" }, nothing, "nothing"],
    ["an empty branch left over", target([], head), { kind: "empty" }, desired, "open"],
    ["our branch left over", target([closed], head), ours([v2]), desired, "open"],
    [
      "our branch left over, nothing to propose",
      target([closed], head),
      ours([v2]),
      nothing,
      "drop-branch",
    ],
    [
      "an empty branch left over, nothing to propose",
      target([], head),
      { kind: "empty" },
      nothing,
      "drop-branch",
    ],
    ["the same proposal is open", target([pull], head), ours([v2]), desired, "nothing"],
    [
      "the base moved elsewhere in the file and it merges",
      target([pull], olderHead),
      ours([v2]),
      desired,
      "nothing",
    ],
    [
      "… and it conflicts",
      target([{ ...pull, mergeable: "conflicting" }], olderHead),
      ours([v2]),
      desired,
      "rebuild",
    ],
    [
      "… and the host still computes",
      target([{ ...pull, mergeable: "unknown" }], olderHead),
      ours([v2]),
      desired,
      "ask-again",
    ],
    [
      "the entry itself changed on the base",
      target([pull], olderHead),
      ours([v2], "other"),
      desired,
      "rebuild",
    ],
    ["a newer release", target([pull], head), ours([v2]), newer, "rebuild"],
    ["a newer release, approved and green", target([approved], head), ours([v2]), newer, "wait"],
    [
      "a newer release, approved and pending",
      target([{ ...approved, checks: "pending" }], head),
      ours([v2]),
      newer,
      "wait",
    ],
    [
      "a newer release, approved and red",
      target([{ ...approved, checks: "failing" }], head),
      ours([v2]),
      newer,
      "rebuild",
    ],
    [
      "a newer release, approved a day ago",
      target([{ ...approved, approvedAt: "2026-11-21T12:00:00Z" }], head),
      ours([v2]),
      newer,
      "rebuild",
    ],
    ["its words tell of it", target([told("v1", "v2")], head), ours([v2]), desired, "nothing"],
    ["its words tell of the one before", target([told("v1")], head), ours([v2]), desired, "reword"],
    [
      "its words are old, and the base moved elsewhere in the file",
      target([told("v1")], olderHead),
      ours([v2]),
      desired,
      "reword",
    ],
    ["the base has it", target([pull], head), ours([v2]), nothing, "close"],
    ["a person's commit, nothing to propose", target([pull], head), person, nothing, "person"],
    ["a person's commit, something newer", target([pull], head), person, newer, "person"],
    ["a person's branch of our name", target([], head), person, desired, "person"],
    [
      "somebody's pull request from our branch",
      target([{ ...pull, ours: false }], head),
      ours([v2]),
      newer,
      "person",
    ],
    [
      "our pull request retargeted",
      target([{ ...pull, base: "release" }], head),
      ours([v2]),
      newer,
      "person",
    ],
    [
      "the branch was emptied under an open pull request",
      target([pull], head),
      { kind: "empty" },
      desired,
      "rebuild",
    ],
  ])("%s", (_, state, author, wish, kind) => {
    expect(nextStep(state, author, wish, now).kind).toBe(kind);
  });

  test("a newer release waits until a day after the approval", () => {
    const step = nextStep(target([approved], head), ours([v2]), newer, now);
    expect(step).toEqual({ kind: "wait", pull: approved, until: new Date("2026-11-23T10:00:00Z") });
  });
});
