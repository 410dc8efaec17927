import { describe, expect, test } from "@jest/globals";
import type { PullState, Target } from "../../src/model/forge.ts";
import { type Mending, mendStep } from "../../src/promote/mend-step.ts";
import type { Replay } from "../../src/promote/replay.ts";
import type { Authorship } from "../../src/propose/authorship.ts";

const BASE = "b".repeat(40);
const BEFORE = "a".repeat(40);
const HEAD = "c".repeat(40);

const pull: PullState = {
  number: 7,
  nodeId: "PR_7",
  url: "https://github.example/acme/cd/pull/7",
  state: "open",
  base: "main",
  headOid: HEAD,
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

function target(...pulls: readonly PullState[]): Target {
  return {
    repo: {
      owner: "acme",
      name: "cd",
      installation: 1,
      id: 2,
      nodeId: "R",
      archived: false,
      defaultBranch: "main",
    },
    base: { branch: "main", oid: BASE },
    config: { kind: "absent", path: "c" },
    files: new Map(),
    folders: new Map(),
    head: { oid: HEAD, commits: [], complete: true, blobs: new Map() },
    pulls,
    labelled: 0,
    siblings: [],
    beside: new Map(),
  };
}

function ours(over: {
  readonly parent?: string;
  readonly oid?: string;
  readonly kind?: "promotion" | "rollback";
}): Authorship {
  const { kind = "promotion", oid = HEAD, parent = BEFORE } = over;
  return {
    kind: "ours",
    commit: { oid, parents: [parent], message: "", byApp: true, signed: true, changedFiles: 1 },
    trailers: {
      kind,
      environment: "prod",
      component: null,
      components: [],
      artifacts: [],
      from: "",
      files: [],
      deliveries: [],
      asked: null,
      changes: [],
    },
  };
}

const row = {
  file: "f",
  image: "quay.io/acme/app",
  from: { tag: "v1", digest: null },
  to: { tag: "v2", digest: null },
};
const left: Replay = {
  kind: "planned",
  changes: [{ kind: "image", file: "f", entry: "e", newTag: "v2" }],
  rows: [row],
  newer: [],
};
const ahead: Replay = { ...left, newer: [row] };
const held: Replay = { kind: "planned", changes: [], rows: [], newer: [] };

function step(over: Partial<Mending>) {
  const usual = { target: target(pull), author: ours({}), replay: left };
  return mendStep({ ...usual, behind: false, byHand: false, ...over });
}

const conflicting = { target: target({ ...pull, mergeable: "conflicting" as const }) };
const unknown = { target: target({ ...pull, mergeable: "unknown" as const }) };
const onBase = { author: ours({ parent: BASE }) };

describe("what becomes of a pinned proposal", () => {
  test.each<[string, Partial<Mending>, Record<string, unknown>]>([
    ["it merges", {}, { kind: "leave", state: "right" }],
    ["it is in conflict", conflicting, { kind: "rebuild" }],
    ["it is in conflict and on the newest base", { ...conflicting, ...onBase }, { kind: "leave" }],
    ["the base wants all of it", { behind: true }, { kind: "rebuild" }],
    ["GitHub is computing", unknown, { kind: "ask-again" }],
    ["GitHub is computing, on the newest base", { ...unknown, ...onBase }, { state: "right" }],
    ["a person asks", { byHand: true }, { kind: "rebuild" }],
    ["a person asks, on the newest base", { byHand: true, ...onBase }, { state: "right" }],
    [
      "a person asks, with others' work above it",
      { byHand: true, author: ours({ parent: BASE, oid: BEFORE }) },
      { kind: "rebuild" },
    ],
    ["the base has it", { replay: held }, { kind: "close", why: "the base has it" }],
    [
      "the base has something newer",
      { replay: ahead },
      { kind: "close", why: "the base has something newer" },
    ],
    [
      "a rollback goes back from something newer",
      { ...conflicting, replay: ahead, author: ours({ kind: "rollback" }) },
      { kind: "rebuild" },
    ],
    [
      "its place is gone",
      { replay: { kind: "gone", file: "f", what: "e" } },
      {
        kind: "close",
        why: "its place is gone",
        words: "`f` on `main` has no place for `e` any more.",
      },
    ],
    ["it does not say what it sets", { replay: null }, { kind: "leave", state: "stuck" }],
    [
      "others' work",
      { ...conflicting, author: { kind: "person", why: "theirs" } },
      { kind: "person", why: "theirs" },
    ],
    ["nothing on it", { author: { kind: "empty" } }, { kind: "leave", state: "over" }],
    [
      "another pull request uses its branch",
      { target: target(pull, { ...pull, number: 8, base: "other" }) },
      { kind: "person", why: "pull request #8 uses its branch too" },
    ],
    [
      "merged meanwhile",
      { target: target({ ...pull, state: "merged" }) },
      { kind: "leave", state: "over", why: "#7 is merged" },
    ],
    [
      "closed by a person meanwhile",
      { target: target({ ...pull, state: "closed", closedBy: "person" }) },
      { kind: "leave", state: "over", why: "#7 was closed by a person" },
    ],
    [
      "superseded meanwhile",
      { target: target({ ...pull, state: "closed", closedBy: "app" }) },
      { kind: "leave", state: "over", why: "#7 was closed by Tagboat" },
    ],
    ["gone", { target: target() }, { kind: "leave", state: "over" }],
  ])("%s", (_name, over, wanted) => {
    expect(step(over)).toMatchObject(wanted);
  });
});
