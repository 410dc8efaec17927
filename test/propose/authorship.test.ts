import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { CommitFacts, HeadBranch, PullState } from "../../src/model/forge.ts";
import { authorshipOf } from "../../src/propose/authorship.ts";
import {
  type CommitTrailers,
  parseTrailers,
  renderTrailers,
  type SignedContext,
  verifyTrailers,
} from "../../src/propose/trailers.ts";

const key = Buffer.alloc(32, 1);
const oldKey = Buffer.alloc(32, 2);
const branch = "tagboat/dev/all-123456";
const context: SignedContext = { repoId: 7, branch, parent: "b".repeat(40), requester: null };
const file = { path: "env/dev/kustomization.yaml", oid: "f".repeat(40) };
const trailers: CommitTrailers = {
  kind: "tracking",
  environment: "dev",
  component: null,
  artifacts: [
    {
      kind: "image",
      image: "quay.io/acme/app",
      tag: "v2",
      digest: null,
      orderKey: { at: "2026-11-22T09:00:00Z", from: "image" },
    },
  ],
  from: "0123456789abcdef",
  files: [file],
  deliveries: ["d1"],
  asked: null,
  components: [],
  changes: [],
};

function message(over: Partial<CommitTrailers> = {}, ctx = context, keys = [key]): string {
  return `dev: app v1 → v2\n\n- a line\n\n${renderTrailers({ ...trailers, ...over }, ctx, keys)}`;
}

const ours: CommitFacts = {
  oid: "c".repeat(40),
  parents: [context.parent],
  message: message(),
  byApp: true,
  signed: true,
  changedFiles: 1,
};
const head: HeadBranch = {
  oid: ours.oid,
  commits: [ours],
  complete: true,
  blobs: new Map([[file.path, file.oid]]),
};
const merge: CommitFacts = {
  ...ours,
  oid: "d".repeat(40),
  parents: [ours.oid, "e".repeat(40)],
  message: "Merge branch main",
  byApp: false,
  signed: null,
};
const pull = { number: 3, changedFiles: 1 } as PullState;
const authorContext = { repoId: 7, branch, keys: [key, oldKey], pull: null, onBase: () => null };

describe("trailers", () => {
  test("what is rendered is read back and verified, with any paths and names", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string()),
        fc.array(fc.string(), { maxLength: 4 }),
        (environment, component, paths) => {
          const value: CommitTrailers = {
            ...trailers,
            environment,
            component,
            files: [...new Set(paths)]
              .sort((a, b) => (a < b ? -1 : 1))
              .map((path) => ({ path, oid: "a".repeat(40) })),
          };
          const text = `title\n\n${renderTrailers(value, context, [key])}`;
          expect(parseTrailers(text)).toEqual(value);
          expect(verifyTrailers(text, context, [key])).toEqual(value);
        },
      ),
    );
  });

  test.each<[string, SignedContext, Buffer[]]>([
    ["another repo", { ...context, repoId: 8 }, [key]],
    ["another branch", { ...context, branch: "tagboat/prod/all-123456" }, [key]],
    ["another parent", { ...context, parent: "9".repeat(40) }, [key]],
    ["another requester", { ...context, requester: 1 }, [key]],
    ["another key", context, [oldKey]],
  ])("do not hold for %s", (_, other, keys) =>
    expect(verifyTrailers(message(), other, keys)).toBeNull(),
  );

  test("hold with the key before, while it is rotated", () => {
    expect(verifyTrailers(message({}, context, [oldKey]), context, [key, oldKey])).toEqual(
      trailers,
    );
  });

  test.each([
    ["a tag", "app v2 -", "app v3 -"],
    ["a blob id", "f".repeat(40), "e".repeat(40)],
    ["the place", '["dev",null]', '["prod",null]'],
    ["a delivery", "Tagboat-Delivery: d1", "Tagboat-Delivery: d2"],
  ])("do not hold after %s was changed", (_, from, to) => {
    expect(message()).toContain(from);
    expect(verifyTrailers(message().replace(from, to), context, [key])).toBeNull();
  });

  test("a paragraph behind them takes them out of force", () => {
    expect(verifyTrailers(`${message()}\n\nCo-authored-by: x`, context, [key])).toBeNull();
  });
});

describe("authorship", () => {
  test.each<[string, HeadBranch | null, string]>([
    ["no branch", null, "none"],
    ["nothing beyond the base", { ...head, commits: [] }, "empty"],
    ["our commit", head, "ours"],
    [
      "our commit and a merge of the base",
      { ...head, oid: merge.oid, commits: [merge, ours] },
      "ours",
    ],
    ["a person's commit", { ...head, commits: [{ ...ours, byApp: false }] }, "person"],
    [
      "a person's commit on top",
      { ...head, commits: [{ ...ours, oid: "1", parents: [ours.oid], byApp: false }, ours] },
      "person",
    ],
    ["our commit twice", { ...head, commits: [ours, ours] }, "person"],
    [
      "our message on other parents",
      { ...head, commits: [{ ...ours, parents: ["0".repeat(40)] }] },
      "person",
    ],
    [
      "our message on other content",
      { ...head, blobs: new Map([[file.path, "0".repeat(40)]]) },
      "person",
    ],
    ["our message with the file gone", { ...head, blobs: new Map() }, "person"],
    ["our message with more files", { ...head, commits: [{ ...ours, changedFiles: 2 }] }, "person"],
    [
      "a commit without the host's signature",
      { ...head, commits: [{ ...ours, signed: false }] },
      "person",
    ],
    [
      "a host that does not sign or count",
      { ...head, commits: [{ ...ours, signed: null, changedFiles: null }] },
      "ours",
    ],
    ["our App without trailers", { ...head, commits: [{ ...ours, message: "by hand" }] }, "person"],
    ["a merge alone", { ...head, commits: [merge] }, "person"],
    ["more commits than were read", { ...head, complete: false }, "person"],
  ])("%s: %s", (_, state, kind) => {
    expect(authorshipOf(state, authorContext).kind).toBe(kind);
  });

  test("a merge of the base that changed the same file is ours if the result is what our change makes of it", () => {
    const merged = {
      ...head,
      oid: merge.oid,
      commits: [merge, ours],
      blobs: new Map([[file.path, "5".repeat(40)]]),
    };
    expect(
      authorshipOf(merged, { ...authorContext, pull, onBase: () => "5".repeat(40) }).kind,
    ).toBe("ours");
    expect(
      authorshipOf(merged, { ...authorContext, pull, onBase: () => "6".repeat(40) }).kind,
    ).toBe("person");
  });

  test("a merge that brought in other files is a person's", () => {
    const merged = { ...head, oid: merge.oid, commits: [merge, ours] };
    expect(
      authorshipOf(merged, { ...authorContext, pull: { ...pull, changedFiles: 2 } }).kind,
    ).toBe("person");
  });
});
