import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { blobOid } from "../../../sandbox/git/object-format.ts";
import type { ObjectStore, Oid } from "../../../sandbox/git/object-store.ts";
import { fileAt, listTree, type TreeAddition, treeWith } from "../../../sandbox/git/tree-edit.ts";
import { both, commit, git, MISSING, memory, tree, who } from "./two-stores.ts";

/** Edits of trees, the same in both stores. */

const put = (path: string, text = "new"): TreeAddition => ({ path, content: Buffer.from(text) });

test.each<[string, TreeAddition[], string[], Record<string, string>]>([
  ["adds deep files", [put("x/y/z")], [], { a: "1", "d/b": "2", "d/c": "3", "x/y/z": "new" }],
  ["changes a file", [put("d/b")], [], { a: "1", "d/b": "new", "d/c": "3" }],
  ["deletes a file", [], ["d/b"], { a: "1", "d/c": "3" }],
  ["drops folders without files", [], ["d/b", "d/c"], { a: "1" }],
  ["deletes a folder", [], ["d"], { a: "1" }],
  ["deletes a folder and files in it", [], ["d", "d/b"], { a: "1" }],
  ["deletes, then adds", [put("a")], ["a"], { a: "new", "d/b": "2", "d/c": "3" }],
  ["clears a folder, then adds to it", [put("d/n")], ["d"], { a: "1", "d/n": "new" }],
  ["puts a file for a folder", [put("d")], [], { a: "1", d: "new" }],
  ["puts a folder for a file", [put("a/x")], [], { "a/x": "new", "d/b": "2", "d/c": "3" }],
  ["deletes everything", [], ["a", "d"], {}],
  ["does nothing", [], [], { a: "1", "d/b": "2", "d/c": "3" }],
])("%s", async (_, additions, deletions, expected) => {
  const base = await tree({ a: "1", "d/b": "2", "d/c": "3" });
  const edited = await both((store) => treeWith(store, base, additions, deletions));
  expect(edited).toBe(await tree(expected));
});

test.each<[string, TreeAddition[], string[], string, string]>([
  ["nothing there to delete", [], ["d/none"], "d/none", "absent"],
  ["nothing below a file", [], ["a/none"], "a/none", "absent"],
  ["twice the same", [put("n"), put("n")], [], "n", "overlap"],
  ["below another addition", [put("n"), put("n/m")], [], "n/m", "overlap"],
  ["above another addition", [put("n/m"), put("n")], [], "n", "overlap"],
  ["no path", [put("")], [], "", "invalid"],
  ["a rooted path", [put("/a")], [], "/a", "invalid"],
  ["a path upwards", [put("d/../a")], [], "d/../a", "invalid"],
  ["git's own folder", [put(".git/config")], [], ".git/config", "invalid"],
])("refuses: %s", async (_, additions, deletions, path, reason) => {
  const base = await tree({ a: "1", "d/b": "2" });
  const refusal = (store: ObjectStore) =>
    treeWith(store, base, additions, deletions).catch((e) => [e.name, e.path, e.reason]);
  expect(await both(refusal)).toEqual(["TreeEditError", path, reason]);
});

test("modes: an existing file keeps its own, a link becomes a file, a named mode wins", async () => {
  const base = await tree({
    run: { mode: "100755", text: "1" },
    link: { mode: "120000", text: "run" },
    plain: "1",
  });
  const oid = await both((store) =>
    treeWith(store, base, [
      put("run"),
      put("link"),
      { ...put("plain"), mode: "100755" },
      { path: "copy", oid: blobOid(Buffer.from("1")) },
      { path: "sub", oid: MISSING, mode: "160000" },
    ]),
  );
  const listed = await both((store) => listTree(store, oid, false));
  expect(listed?.map((e) => `${e.mode} ${e.path}`)).toEqual([
    "100644 copy",
    "100644 link",
    "100755 plain",
    "100755 run",
    "160000 sub",
  ]);
});

test("fileAt finds files, folders and the root, and nothing else", async () => {
  const oid = await commit({ "d/e/f": "1", l: { mode: "120000", text: "d" } });
  const at = (path: string) => both((store) => fileAt(store, oid, path));
  expect(await at("d/e/f")).toEqual({ mode: "100644", oid: blobOid(Buffer.from("1")) });
  expect(await at("d/e")).toEqual({ mode: "040000", oid: await tree({ f: "1" }) });
  expect((await at(""))?.oid).toBe(await tree({ "d/e/f": "1", l: { mode: "120000", text: "d" } }));
  expect((await at("l"))?.mode).toBe("120000");
  for (const path of ["none", "d/e/f/g", "l/e", "d/", "/d"]) expect(await at(path)).toBeNull();
  expect(await both((store) => fileAt(store, MISSING, "d"))).toBeNull();
  expect(await both((store) => listTree(store, MISSING, true))).toBeNull();
});

describe("random edits", () => {
  const name = fc.constantFrom("a", "a.b", "a-b", "a0", "b", "ä", "dev");
  const step = fc.record({
    path: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    text: fc.option(fc.constantFrom("", "1\n", "2", "\u0000")),
    mode: fc.constantFrom("kept", "100644", "100755", "120000"),
  });

  /** The commit after one edit; deleting what is not there changes nothing. */
  async function next(
    store: ObjectStore,
    tip: Oid,
    { path, text, mode }: { path: string; text: string | null; mode: string },
  ): Promise<Oid> {
    const base = (await store.readCommit(tip))?.tree ?? null;
    const gone = text === null && (await fileAt(store, tip, path)) !== null ? [path] : [];
    const added = { ...put(path, text ?? ""), ...(mode === "kept" ? {} : { mode }) };
    const signature = { ...who, time: 7 };
    return store.writeCommit({
      tree: await treeWith(store, base, text === null ? [] : [added], gone),
      parents: [tip],
      author: signature,
      committer: signature,
      message: path,
    });
  }

  test("give the same ids and differences, and git lists the same files", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        const states: Oid[] = [await commit({})];
        for (const edit of steps) {
          const tip = states.at(-1) ?? "";
          states.push(await both((store) => next(store, tip, edit)));
        }
        const treeOf = async (at: number) =>
          (await memory.readCommit(states.at(at) ?? ""))?.tree ?? "";
        const listed = await both(async (s) => listTree(s, await treeOf(-1), true));
        const paths = (listed ?? []).map((e) => `${e.path}\0`).join("");
        expect(paths).toBe(git(["ls-tree", "-r", "-t", "-z", "--name-only", await treeOf(-1)]));
        await both(async (s) => s.diffTrees(await treeOf(states.length >> 1), await treeOf(-1)));
      }),
      { numRuns: 8, seed: 20261122 },
    );
  });
});
