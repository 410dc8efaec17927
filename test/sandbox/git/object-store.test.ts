import { beforeAll, describe, expect, test } from "@jest/globals";
import type { Oid } from "../../../sandbox/git/object-store.ts";
import { bare, both, bothThrow, commit, git, MISSING, memory, who } from "./two-stores.ts";

/** The contract of both object stores: objects and refs. */

describe("objects", () => {
  test.each([
    ["empty", Buffer.alloc(0)],
    ["unicode", Buffer.from("größe: 日本語 🚢\n")],
    ["binary", Buffer.from([0, 255, 10, 13, 0, 128, 10])],
    ["large", Buffer.alloc(600_000, "line of text\n")],
  ])("a blob: %s", async (_, bytes) => {
    const oid = await both((store) => store.writeBlob(bytes));
    expect(oid).toBe(git(["hash-object", "--stdin"], bytes).trim());
    expect((await both((store) => store.readBlob(oid)))?.equals(bytes)).toBe(true);
    expect(await both((store) => store.typeOf(oid))).toBe("blob");
    expect(await both((store) => store.readTree(oid))).toBeNull();
  });

  test("what was read or written can be changed by the caller without harm", async () => {
    const bytes = Buffer.from("mine");
    const oid = await both((store) => store.writeBlob(bytes));
    bytes.fill(0);
    (await memory.readBlob(oid))?.fill(0);
    expect(String(await both((store) => store.readBlob(oid)))).toBe("mine");
  });

  test.each([MISSING, "main", "HEAD", "", `${MISSING}\ncontents HEAD`])(
    "there is no object %j",
    async (oid) => {
      expect(await both((store) => store.typeOf(oid))).toBeNull();
      expect(await both((store) => store.readBlob(oid))).toBeNull();
      expect(await both((store) => store.readTree(oid))).toBeNull();
      expect(await both((store) => store.readCommit(oid))).toBeNull();
    },
  );

  test("an object that was missing is found once it is written", async () => {
    const bytes = Buffer.from("late");
    const oid = git(["hash-object", "--stdin"], bytes).trim();
    expect(await both((store) => store.readBlob(oid))).toBeNull();
    await both((store) => store.writeBlob(bytes));
    expect(await both((store) => store.readBlob(oid))).toEqual(bytes);
  });

  test("many reads at once are answered each with its own", async () => {
    const oids = await Promise.all(
      Array.from({ length: 12 }, (_, i) => bare.writeBlob(Buffer.from(`${i}`.repeat(i * 9000)))),
    );
    const read = await Promise.all([...oids, MISSING].map((oid) => bare.readBlob(oid)));
    expect(read.map((bytes) => bytes?.length)).toEqual([
      ...oids.map((_, i) => `${i}`.length * i * 9000),
      undefined,
    ]);
  });

  test("a tree sorts folders as if their names ended in a slash", async () => {
    const blob = await both((store) => store.writeBlob(Buffer.from("x")));
    const sub = await both((store) => store.writeTree([{ name: "f", mode: "100644", oid: blob }]));
    const names = ["a0", "a", "a.b", "Z", "ä", "a-b", "-", "z\nz", 'q"q', "\u{1f6a2}", "\uffee"];
    const entries = names.map((name) =>
      name === "a"
        ? { name, mode: "040000", oid: sub }
        : { name, mode: name === "Z" ? "100755" : "100644", oid: blob },
    );
    const odd = [
      { name: "link", mode: "120000", oid: blob },
      { name: "module", mode: "160000", oid: MISSING },
    ];
    const oid = await both((store) => store.writeTree([...entries, ...odd]));
    expect(git(["ls-tree", "-z", "--name-only", oid]).split("\0").slice(0, -1)).toEqual(
      (await both((store) => store.readTree(oid)))?.map((entry) => entry.name),
    );
    expect(git(["fsck", "--no-dangling", oid])).toBe("");
    expect((await memory.readTree(oid))?.map((e) => e.name)).toEqual([
      "-",
      "Z",
      "a-b",
      "a.b",
      "a",
      "a0",
      "link",
      "module",
      'q"q',
      "z\nz",
      "ä",
      "\uffee",
      "\u{1f6a2}",
    ]);
  });

  test("the empty tree", async () => {
    const oid = await both((store) => store.writeTree([]));
    expect(oid).toBe(git(["mktree"]).trim());
    expect(await both((store) => store.readTree(oid))).toEqual([]);
  });

  test.each([
    ["", "100644"],
    ["a/b", "100644"],
    ["..", "100644"],
    [".GIT", "040000"],
    ["a\0b", "100644"],
    ["a", "100666"],
    ["a", "040000"],
  ])("no tree has the entry %j with mode %s of a blob", async (name, mode) => {
    const oid = await both((store) => store.writeBlob(Buffer.from("x")));
    await bothThrow((store) => store.writeTree([{ name, mode, oid }]));
  });

  test("no tree has a name twice or an object that is missing", async () => {
    const oid = await both((store) => store.writeBlob(Buffer.from("x")));
    const entry = { name: "a", mode: "100644", oid };
    await bothThrow((store) => store.writeTree([entry, entry]));
    await bothThrow((store) => store.writeTree([{ ...entry, oid: MISSING }]));
  });

  test.each([
    ["without an end of line", "Tow it"],
    ["empty", ""],
    ["blank lines first", "\n\nbody\n"],
    ["unicode and trailers", "dev: größe → 🚢\n\nSigned-off-by: A <a@b>\n"],
    ["long", `${"word ".repeat(20_000)}\n`],
  ])("a commit's message is kept: %s", async (_, message) => {
    const empty = await both((store) => store.writeTree([]));
    const first = await commit({ a: "1" });
    const second = await commit({ a: "2" });
    const written = {
      tree: empty,
      parents: [first, second],
      author: { ...who, time: 1 },
      committer: { name: "Grüße ☸", email: "", time: 1_700_000_001 },
      message,
    };
    const oid = await both((store) => store.writeCommit(written));
    expect(await both((store) => store.readCommit(oid))).toEqual({ oid, ...written });
    expect(git(["show", "-s", "--format=%T %P %an %ae %at %cn %ct", oid]).trim()).toBe(
      `${empty} ${first} ${second} Ada Lovelace ada@example.org 1 Grüße ☸ 1700000001`,
    );
    expect(git(["cat-file", "commit", oid]).split("\n\n").slice(1).join("\n\n")).toBe(message);
  });

  test("no commit has a NUL in its message, or a tree or parent that is missing", async () => {
    const oid = await both((store) => store.writeTree([]));
    const signature = { ...who, time: 0 };
    const base = { tree: oid, parents: [], author: signature, committer: signature, message: "m" };
    await bothThrow((store) => store.writeCommit({ ...base, message: "a\0b" }));
    await bothThrow((store) => store.writeCommit({ ...base, tree: MISSING }));
    await bothThrow((store) => store.writeCommit({ ...base, parents: [oid] }));
    await bothThrow((store) => store.writeCommit({ ...base, author: { ...who, time: -1 } }));
  });

  test("a name cannot add lines to a commit", async () => {
    const oid = await both((store) => store.writeTree([]));
    const author = { name: "Eve <e@x>\nparent x", email: "e@x>\n", time: 5 };
    const written = await both((store) =>
      store.writeCommit({ tree: oid, parents: [], author, committer: author, message: "m" }),
    );
    expect((await both((store) => store.readCommit(written)))?.author).toEqual({
      name: "Eve e@xparent x",
      email: "e@x",
      time: 5,
    });
  });

  test("a signed commit made elsewhere is read", async () => {
    const oid = await commit({ a: "1" });
    const raw = git(["cat-file", "commit", oid]).replace(
      "\n\n",
      "\ngpgsig -----BEGIN-----\n \n author x\n -----END-----\n\n",
    );
    const signed = git(["hash-object", "-t", "commit", "-w", "--stdin"], raw).trim();
    expect(await bare.readCommit(signed)).toEqual({
      ...(await memory.readCommit(oid)),
      oid: signed,
    });
  });
});

describe("refs", () => {
  let one: Oid;
  let two: Oid;

  beforeAll(async () => {
    one = await commit({ a: "1" }, [], 1);
    two = await commit({ a: "2" }, [one], 2);
  });

  /** Starts with `refs/heads/main` and `refs/heads/a/b` at the first commit and nothing else. */
  async function reset(): Promise<void> {
    for (const store of [bare, memory]) {
      const old = [...(await store.refs())].map(([name]) => ({ name, after: null }));
      await store.updateRefs(old);
      await store.updateRefs(
        ["refs/heads/main", "refs/heads/a/b"].map((n) => ({ name: n, after: one })),
      );
    }
  }

  const start = () => ({ "refs/heads/a/b": one, "refs/heads/main": one });
  const refs = async () => Object.fromEntries(await both((store) => store.refs()));

  test("moves, creates and deletes in one go", async () => {
    await reset();
    const result = await both((store) =>
      store.updateRefs([
        { name: "refs/heads/main", before: one, after: two },
        { name: "refs/pull/1/head", before: null, after: two },
        { name: "refs/heads/a/b", before: one, after: null },
        { name: "refs/heads/none", before: null, after: null },
        { name: "refs/heads/never-was", after: null },
        { name: "refs/tags/v1", after: one },
      ]),
    );
    expect(result).toEqual({ ok: true });
    expect(await refs()).toEqual({
      "refs/heads/main": two,
      "refs/pull/1/head": two,
      "refs/tags/v1": one,
    });
    expect(git(["show-ref", "-s", "refs/pull/1/head"]).trim()).toBe(two);
    expect(await both((store) => store.readRef("refs/heads/main"))).toBe(two);
    expect(await both((store) => store.readRef("refs/heads/mai"))).toBeNull();
    expect([...(await both((store) => store.refs("refs/heads/"))).keys()]).toEqual([
      "refs/heads/main",
    ]);
  });

  test.each([
    ["it is elsewhere", "refs/heads/main", { before: "two", after: "two" }],
    ["it exists", "refs/heads/main", { before: "none", after: "two" }],
    ["it does not exist", "refs/heads/gone", { before: "one", after: "two" }],
    ["it is elsewhere, delete", "refs/heads/main", { before: "two", after: "none" }],
    ["it does not exist, delete", "refs/heads/gone", { before: "one", after: "none" }],
    ["it exists, verify", "refs/heads/main", { before: "none", after: "none" }],
    ["a folder stands there", "refs/heads/a", { before: "any", after: "one" }],
    ["a ref stands in its folder", "refs/heads/a/b/c", { before: "any", after: "one" }],
    ["folder of another update", "refs/heads/fresh/x", { before: "any", after: "one" }],
    ["named twice", "refs/heads/fresh", { before: "any", after: "two" }],
    ["no ref name", "refs/heads/a..b", { before: "any", after: "one" }],
    ["outside refs/", "HEAD", { before: "any", after: "one" }],
  ])("nothing moves when one cannot: %s", async (_, name, update) => {
    await reset();
    const oids: Record<string, Oid | null> = { one, two, none: null };
    const asked = {
      name,
      after: oids[update.after] ?? null,
      ...(update.before === "any" ? {} : { before: oids[update.before] ?? null }),
    };
    const result = await both((store) =>
      store.updateRefs([{ name: "refs/heads/fresh", after: two }, asked]),
    );
    const named = name === "refs/heads/fresh/x" ? "refs/heads/fresh" : name;
    expect(result).toEqual({ ok: false, conflict: named });
    expect(await refs()).toEqual(start());
  });

  test("a ref never points to what is missing, a branch only to a commit", async () => {
    await reset();
    const blob = await both((store) => store.writeBlob(Buffer.from("x")));
    await bothThrow((store) => store.updateRefs([{ name: "refs/heads/x", after: MISSING }]));
    await bothThrow((store) => store.updateRefs([{ name: "refs/heads/x", after: blob }]));
    expect(await both((store) => store.updateRefs([{ name: "refs/tags/x", after: blob }]))).toEqual(
      {
        ok: true,
      },
    );
    await reset();
    expect(await refs()).toEqual(start());
  });

  test.each([
    "refs/heads/ok",
    "refs/heads/tagboat/dev/app--1.2.3-0123abcd",
    "refs/heads/@",
    "refs/heads/-x",
    "refs/heads/größe",
    "refs/heads/a b",
    "refs/heads/a..b",
    "refs/heads/.a",
    "refs/heads/a.lock",
    "refs/heads/a.lock/b",
    "refs/heads/a.",
    "refs/heads/a/",
    "refs/heads//a",
    "refs/heads/a@{b",
    "refs/heads/a\\b",
    "refs/heads/a~1",
    "refs/heads/a^",
    "refs/heads/a:b",
    "refs/heads/a?",
    "refs/heads/a*",
    "refs/heads/a[",
    "refs/heads/a\x7f",
    "refs/heads/a\n",
  ])("the name %j is judged as git does", async (name) => {
    let allowed = true;
    try {
      git(["check-ref-format", name]);
    } catch {
      allowed = false;
    }
    const result = await both((store) => store.updateRefs([{ name, after: one }]));
    expect(result.ok).toBe(allowed);
    await both((store) => store.updateRefs(allowed ? [{ name, after: null }] : []));
  });

  test("of writers at the same time one wins", async () => {
    await reset();
    for (const store of [bare, memory]) {
      const update = { name: "refs/heads/main", before: one, after: two };
      const results = await Promise.all([1, 2, 3].map(() => store.updateRefs([update])));
      expect(results.map((r) => r.ok)).toEqual([true, false, false]);
    }
  });
});
