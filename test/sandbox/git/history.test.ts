import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { bare, both, bothThrow, commit, type Files, MISSING, memory, tree } from "./two-stores.ts";

/** The contract of both object stores: history, differences, merges. */

describe("history", () => {
  test("lists the newest first, without what is known", async () => {
    const root = await commit({ a: "0" }, [], 10);
    const left = await commit({ a: "1" }, [root], 20);
    const right = await commit({ a: "2" }, [root], 30);
    const top = await commit({ a: "3" }, [left, right], 40);
    expect(await both((s) => s.log(top))).toEqual([top, right, left, root]);
    expect(await both((s) => s.log(top, { limit: 2 }))).toEqual([top, right]);
    expect(await both((s) => s.log(top, { limit: 0 }))).toEqual([]);
    expect(await both((s) => s.log(top, { not: [right] }))).toEqual([top, left]);
    expect(await both((s) => s.log(left, { not: [right, top] }))).toEqual([]);
    expect(await both((s) => s.mergeBase(left, right))).toBe(root);
    expect(await both((s) => s.mergeBase(left, top))).toBe(left);
    expect(await both((s) => s.isAncestor(root, top))).toBe(true);
    expect(await both((s) => s.isAncestor(top, top))).toBe(true);
    expect(await both((s) => s.isAncestor(left, right))).toBe(false);
    const other = await commit({ b: "0" }, [], 10);
    expect(await both((s) => s.mergeBase(top, other))).toBeNull();
  });

  test("in one second, and with clocks that go back, parents still come last", async () => {
    const root = await commit({ a: "0" }, [], 50);
    const child = await commit({ a: "1" }, [root], 50);
    const side = await commit({ a: "2" }, [child], 5);
    const top = await commit({ a: "3" }, [root, side, child], 50);
    expect(await both((s) => s.log(top))).toEqual([top, side, child, root]);
  });

  test("what is no commit has no history", async () => {
    const root = await commit({ a: "0" });
    await bothThrow((s) => s.log(MISSING));
    await bothThrow((s) => s.log(root, { not: [MISSING] }));
    await bothThrow((s) => s.mergeBase(root, MISSING));
    await bothThrow((s) => s.isAncestor(MISSING, root));
    await bothThrow((s) => s.mergeTrees(root, MISSING));
    await bothThrow((s) => s.diffTrees(MISSING, null));
  });
});

describe("differences", () => {
  test("are files by path: added, deleted, changed, of another mode or type", async () => {
    const a = await tree({
      "same/x": "1",
      "gone/deep/x": "1",
      changed: "1",
      mode: "1",
      type: "1",
      "dir/x": "1",
      file: "1",
      "a.b": "1",
      "a/b": "1",
    });
    const b = await tree({
      "same/x": "1",
      "new/x": "1",
      changed: "2",
      mode: { mode: "100755", text: "1" },
      type: { mode: "120000", text: "1" },
      dir: "1",
      "file/x": "1",
      "a.b": "2",
      "a/b": "2",
    });
    const changes = await both((s) => s.diffTrees(a, b));
    expect(
      changes.map((c) => [c.path, c.before?.mode ?? "-", c.after?.mode ?? "-"].join(" ")),
    ).toEqual([
      "a.b 100644 100644",
      "a/b 100644 100644",
      "changed 100644 100644",
      "dir - 100644",
      "dir/x 100644 -",
      "file 100644 -",
      "file/x - 100644",
      "gone/deep/x 100644 -",
      "mode 100644 100755",
      "new/x - 100644",
      "type 100644 120000",
    ]);
    expect(await both((s) => s.diffTrees(a, a))).toEqual([]);
    expect((await both((s) => s.diffTrees(null, a))).length).toBe(9);
    expect((await both((s) => s.diffTrees(a, null))).every((c) => c.after === null)).toBe(true);
  });
});

describe("merges", () => {
  const text = Array.from({ length: 12 }, (_, i) => `line ${i}\n`);
  const lines = (edit: Record<number, string>) => text.map((l, i) => edit[i] ?? l).join("");

  test.each<[string, Files, Files, Files, Files | readonly string[]]>([
    [
      "different files",
      { a: "1", b: "1" },
      { a: "2", b: "1" },
      { a: "1", b: "2" },
      { a: "2", b: "2" },
    ],
    [
      "different lines",
      { f: lines({}) },
      { f: lines({ 1: "ours\n" }) },
      { f: lines({ 9: "theirs\n", 10: "" }) },
      { f: lines({ 1: "ours\n", 9: "theirs\n", 10: "" }) },
    ],
    [
      "the same change",
      { f: lines({}) },
      { f: lines({ 3: "x\n" }) },
      { f: lines({ 3: "x\n", 8: "y\n" }) },
      { f: lines({ 3: "x\n", 8: "y\n" }) },
    ],
    [
      "the same line",
      { f: lines({}), g: "1" },
      { f: lines({ 4: "ours\n" }), g: "1" },
      { f: lines({ 4: "theirs\n" }), g: "2" },
      ["f"],
    ],
    [
      "lines side by side",
      { f: lines({}) },
      { f: lines({ 4: "ours\n" }) },
      { f: lines({ 5: "theirs\n" }) },
      ["f"],
    ],
    [
      "one line between",
      { f: lines({}) },
      { f: lines({ 4: "ours\n" }) },
      { f: lines({ 6: "theirs\n" }) },
      { f: lines({ 4: "ours\n", 6: "theirs\n" }) },
    ],
    [
      "end without a line end",
      { f: `${lines({})}end` },
      { f: `${lines({})}end\n` },
      { f: `${lines({ 0: "t\n" })}end` },
      { f: `${lines({ 0: "t\n" })}end\n` },
    ],
    [
      "names of object members",
      { f: `${lines({})}__proto__` },
      { f: `${lines({ 2: "constructor\n" })}__proto__` },
      { f: `${lines({})}constructor` },
      { f: `${lines({ 2: "constructor\n" })}constructor` },
    ],
    [
      "latin-1 text",
      { f: Buffer.from([0xe4, 10, 10, 10, 10, 0xfc]) },
      { f: Buffer.from([0xe5, 10, 10, 10, 10, 0xfc]) },
      { f: Buffer.from([0xe4, 10, 10, 10, 10, 0xfd]) },
      { f: Buffer.from([0xe5, 10, 10, 10, 10, 0xfd]) },
    ],
    [
      "binary on both sides",
      { f: Buffer.from([0, 10, 10, 1]) },
      { f: Buffer.from([1, 0, 10, 10, 1]) },
      { f: Buffer.from([0, 10, 10, 2]) },
      ["f"],
    ],
    ["deleted here, changed there", { f: "1", g: "1" }, { g: "1" }, { f: "2", g: "1" }, ["f"]],
    ["changed here, deleted there", { f: "1", g: "1" }, { f: "2", g: "1" }, { g: "1" }, ["f"]],
    ["deleted on both sides", { f: "1", g: "1" }, { g: "1" }, { g: "2" }, { g: "2" }],
    ["added alike", { g: "1" }, { g: "1", n: "x" }, { g: "2", n: "x" }, { g: "2", n: "x" }],
    ["added differently", { g: "1" }, { g: "1", n: "x\n" }, { g: "2", n: "y\n" }, ["n"]],
    [
      "mode here, text there",
      { f: "1" },
      { f: { mode: "100755", text: "1" } },
      { f: "2" },
      { f: { mode: "100755", text: "2" } },
    ],
    [
      "text here, mode there",
      { f: "1" },
      { f: "2" },
      { f: { mode: "100755", text: "1" } },
      { f: { mode: "100755", text: "2" } },
    ],
    [
      "links changed on both sides",
      { f: { mode: "120000", text: "1" } },
      { f: { mode: "120000", text: "2" } },
      { f: { mode: "120000", text: "3" } },
      ["f"],
    ],
    ["file here, folder there", { g: "1" }, { g: "1", n: "x" }, { g: "1", "n/m": "y" }, ["n"]],
    [
      "file becomes folder there",
      { g: "1", n: "x" },
      { g: "2", n: "x" },
      { g: "1", "n/m": "y" },
      { g: "2", "n/m": "y" },
    ],
    [
      "folder becomes file there",
      { g: "1", "n/m": "x" },
      { g: "2", "n/m": "x" },
      { g: "1", n: "y" },
      { g: "2", n: "y" },
    ],
    ["everything deleted", { f: "1" }, {}, { f: "1" }, {}],
  ])("%s", async (_, base, ours, theirs, expected) => {
    const root = await commit(base);
    const us = await commit(ours, [root]);
    const them = await commit(theirs, [root]);
    const merged = await both((store) => store.mergeTrees(us, them));
    expect(merged).toEqual(
      Array.isArray(expected) ? { conflicts: expected } : { tree: await tree(expected as Files) },
    );
  });

  test("of a commit with its own ancestor, either way", async () => {
    const root = await commit({ f: "1" });
    const next = await commit({ f: "2" }, [root]);
    expect(await both((s) => s.mergeTrees(root, next))).toEqual({ tree: await tree({ f: "2" }) });
    expect(await both((s) => s.mergeTrees(next, root))).toEqual({ tree: await tree({ f: "2" }) });
  });

  test("of unrelated histories", async () => {
    const one = await commit({ f: "1" });
    const two = await commit({ g: "2" });
    expect(await both((s) => s.mergeTrees(one, two))).toEqual({
      tree: await tree({ f: "1", g: "2" }),
    });
  });

  test("follow renames in a bare repo, as GitHub's do; the in-process store sees a conflict", async () => {
    const root = await commit({ f: lines({}) });
    const us = await commit({ f: lines({ 3: "x\n" }) }, [root]);
    const them = await commit({ moved: lines({}) }, [root]);
    const merged = await tree({ moved: lines({ 3: "x\n" }) });
    expect(await bare.mergeTrees(us, them)).toEqual({ tree: merged });
    expect(await memory.mergeTrees(us, them)).toEqual({ conflicts: ["f"] });
  });

  test("of random lines are the same", async () => {
    const change = fc.constantFrom("keep", "keep", "keep", "own", "both", "delete", "insert");
    const side = fc.array(change, { minLength: 7, maxLength: 7 });
    const written = (changes: readonly string[], own: string) =>
      changes
        .map((c, i) => {
          if (c === "keep") return `line ${i}\n`;
          if (c === "insert") return `line ${i}\n${own} ${i}\n`;
          return { own: `${own} ${i}\n`, both: `same ${i}\n` }[c] ?? "";
        })
        .join("");
    const root = await commit({ f: written(Array(7).fill("keep"), "") });
    await fc.assert(
      fc.asyncProperty(side, side, async (ours, theirs) => {
        const us = await commit({ f: written(ours, "ours") }, [root]);
        const them = await commit({ f: written(theirs, "theirs") }, [root]);
        await both((store) => store.mergeTrees(us, them));
      }),
      { numRuns: 15, seed: 20261122 },
    );
  });
});
