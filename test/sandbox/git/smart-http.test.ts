import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type BareStore, createBareStore } from "../../../sandbox/git/bare-store.ts";
import type { Oid } from "../../../sandbox/git/object-store.ts";
import { gitEnvironment } from "../../../sandbox/git/run-git.ts";
import { createGitHandler, type GitRequest, type Push } from "../../../sandbox/git/smart-http.ts";
import { treeWith } from "../../../sandbox/git/tree-edit.ts";

/** git's own client against the handler, on a real port. */

const run = promisify(execFile);
const served: string[] = [];
const pushes: Push[] = [];
const encodings = new Set<string | undefined>();
let folder: string;
let store: BareStore;
let server: Server;
let origin: string;
let first: Oid;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "smart-http-"));
  store = await createBareStore(join(folder, "repo.git"));
  first = await commitOf("hello\n", []);
  const handle = createGitHandler({
    authorise: async (request) => admit(request),
    onPushed: async (push) => void pushes.push(push),
    onServed: ({ service }, status) => void served.push(`${service} ${status}`),
  });
  server = createServer((req, res) => {
    encodings.add(req.headers["content-encoding"]);
    handle(req, res).then(
      (done) => done || res.writeHead(418).end(),
      () => res.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  served.length = 0;
  pushes.length = 0;
  const others = [...(await store.refs()).keys()].map((name) => ({ name, after: null }));
  await store.updateRefs(others);
  await store.updateRefs([{ name: "refs/heads/main", after: first }]);
});

function admit({ owner, name, service, credentials }: GitRequest) {
  if (`${owner}/${name}` !== "acme/cd") return { kind: "not-found" } as const;
  if (credentials === null || credentials.password !== "secret") {
    return { kind: "unauthorised" } as const;
  }
  if (service === "git-receive-pack" && credentials.user === "reader") {
    return { kind: "forbidden" } as const;
  }
  return { kind: "allowed", dir: store.dir, user: credentials.user } as const;
}

async function commitOf(text: string | Buffer, parents: readonly Oid[]): Promise<Oid> {
  const tree = await treeWith(store, null, [{ path: "dir/file", content: Buffer.from(text) }]);
  const signature = { name: "Ada", email: "ada@example.org", time: 1_700_000_000 };
  return store.writeCommit({
    tree,
    parents,
    author: signature,
    committer: signature,
    message: "m",
  });
}

const url = (user = "ada:secret") => `http://${user}@${origin}/acme/cd.git`;

/** The user's git in a folder of its own. */
async function git(dir: string, ...args: string[]): Promise<string> {
  const { GIT_DIR: _, ...env } = gitEnvironment(folder);
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  return (await run("git", ["-C", dir, ...identity, ...args], { env })).stdout;
}

async function clone(): Promise<string> {
  const dir = await mkdtemp(join(folder, "clone-"));
  await git(folder, "clone", "--quiet", url(), dir);
  return dir;
}

async function commitIn(dir: string, text: string | Buffer): Promise<Oid> {
  await writeFile(join(dir, "dir/file"), text);
  await git(dir, "commit", "--quiet", "--all", "--message", "changed");
  return (await git(dir, "rev-parse", "HEAD")).trim();
}

test("clones what the store holds, and fetches what came later", async () => {
  const dir = await clone();
  expect(await readFile(join(dir, "dir/file"), "utf8")).toBe("hello\n");
  const second = await commitOf("later\n", [first]);
  await store.updateRefs([
    { name: "refs/heads/main", before: first, after: second },
    { name: "refs/pull/1/head", after: second },
  ]);
  await git(dir, "fetch", "--quiet", "origin", "refs/pull/1/head");
  expect((await git(dir, "rev-parse", "FETCH_HEAD")).trim()).toBe(second);
  const unnamed = await commitOf("in no branch\n", [first]);
  await git(dir, "fetch", "--quiet", "origin", unnamed);
  expect(pushes).toEqual([]);
  expect(new Set(served)).toEqual(new Set(["git-upload-pack 401", "git-upload-pack 200"]));
});

test("a clone checks out the branch that HEAD names", async () => {
  await store.updateRefs([{ name: "refs/heads/trunk", after: first }]);
  await store.setHead("trunk");
  try {
    expect((await git(await clone(), "branch", "--show-current")).trim()).toBe("trunk");
  } finally {
    await store.setHead("main");
  }
});

test("a push tells which refs moved before it returns: created, moved, deleted", async () => {
  const dir = await clone();
  const second = await commitIn(dir, "pushed\n");
  await git(dir, "push", "--quiet", "origin", "main", "main:refs/heads/new");
  await git(dir, "push", "--quiet", "origin", ":refs/heads/new");
  const common = { dir: store.dir, owner: "acme", name: "cd", user: "ada" };
  expect(pushes).toEqual([
    {
      ...common,
      updates: [
        { name: "refs/heads/main", before: first, after: second },
        { name: "refs/heads/new", before: null, after: second },
      ],
    },
    { ...common, updates: [{ name: "refs/heads/new", before: second, after: null }] },
  ]);
  expect(await store.readRef("refs/heads/main")).toBe(second);
  expect((await store.readCommit(second))?.message).toBe("changed\n");
});

test("a large push arrives whole (chunked, without a length)", async () => {
  const dir = await clone();
  const noise = Buffer.from(
    Array.from({ length: 3_000_000 }, (_, i) => (i * i * 2_654_435_761) >>> 13),
  );
  const second = await commitIn(dir, noise);
  await git(dir, "push", "--quiet", "origin", "main");
  expect(await store.readRef("refs/heads/main")).toBe(second);
  const oid = (await git(dir, "rev-parse", "HEAD:dir/file")).trim();
  expect((await store.readBlob(oid))?.equals(noise)).toBe(true);
});

test("a rejected push moves nothing and tells of nothing", async () => {
  const dir = await clone();
  await commitIn(dir, "mine\n");
  const theirs = await commitOf("theirs\n", [first]);
  await store.updateRefs([{ name: "refs/heads/main", before: first, after: theirs }]);
  await expect(git(dir, "push", "origin", "main")).rejects.toThrow(/rejected/);
  expect(await store.readRef("refs/heads/main")).toBe(theirs);
  expect(pushes).toEqual([]);
  await git(dir, "push", "--quiet", "--force", "origin", "main");
  expect(pushes.map((push) => push.updates[0]?.before)).toEqual([theirs]);
});

test("of a push in which one ref is refused only the other is told", async () => {
  const dir = await clone();
  const second = await commitIn(dir, "pull\n");
  const both = ["main:refs/pull/7/head", "main:refs/heads/fine"];
  await expect(git(dir, "push", "origin", ...both)).rejects.toThrow(/hidden ref/);
  expect(await store.readRef("refs/pull/7/head")).toBeNull();
  expect(pushes.flatMap((push) => push.updates)).toEqual([
    { name: "refs/heads/fine", before: null, after: second },
  ]);
});

test("two pushes at the same time to one repo both arrive, one after the other", async () => {
  const dirs = [await clone(), await clone()];
  const tips = await Promise.all(dirs.map((dir, i) => commitIn(dir, `${i}\n`)));
  await Promise.all(dirs.map((dir, i) => git(dir, "push", "--quiet", "origin", `main:b${i}`)));
  expect([...(await store.refs("refs/heads/b")).values()]).toEqual(tips);
  expect(pushes.length).toBe(2);
});

test.each([
  ["a wrong password", "ada:wrong", "acme/cd", "Authentication failed", "401"],
  ["an unknown repo", "ada:secret", "acme/none", "not found", "404"],
])("%s cannot clone", async (_, user, repo, message, status) => {
  const target = join(folder, "never");
  const from = `http://${user}@${origin}/${repo}.git`;
  await expect(git(folder, "clone", from, target)).rejects.toThrow(message);
  expect(served.at(-1)).toBe(`git-upload-pack ${status}`);
});

test("who may only read cannot push", async () => {
  const dir = await clone();
  await commitIn(dir, "reader\n");
  await expect(git(dir, "push", url("reader:secret"), "main")).rejects.toThrow("403");
  expect(await store.readRef("refs/heads/main")).toBe(first);
  expect(served.at(-1)).toBe("git-receive-pack 403");
});

test.each([
  ["GET", "/acme/cd", 418],
  ["GET", "/acme/cd.git/info/refs", 418],
  ["GET", "/acme/cd.git/info/refs?service=git-upload-archive", 418],
  ["GET", "/acme/cd.git/HEAD", 418],
  ["GET", "/acme/cd.git/objects/../../config", 418],
  ["POST", "/acme/cd/info/refs?service=git-upload-pack", 405],
  ["GET", "/acme/cd/git-receive-pack", 405],
  ["POST", "/acme/cd/git-receive-pack", 401],
])("%s %s is answered with %i", async (method, path, status) => {
  const response = await fetch(`http://${origin}${path}`, { method });
  expect(response.status).toBe(status);
  expect(response.headers.has("www-authenticate")).toBe(status === 401);
});

test("a body that is no push is an error of the client and leaves no push behind", async () => {
  const response = await fetch(`http://${origin}/acme/cd/git-receive-pack`, {
    method: "POST",
    body: "nonsense",
    headers: {
      authorization: `Basic ${Buffer.from("ada:secret").toString("base64")}`,
      "content-type": "application/x-git-receive-pack-request",
    },
  });
  expect(await response.text()).not.toContain("unpack ok");
  expect(pushes).toEqual([]);
});

test("a client that goes away in the middle of a push holds up nobody", async () => {
  const body = Buffer.alloc(1000, "0");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const head = [
    "POST /acme/cd/git-receive-pack HTTP/1.1",
    "host: x",
    `authorization: Basic ${Buffer.from("ada:secret").toString("base64")}`,
    "content-type: application/x-git-receive-pack-request",
    "content-length: 100000",
  ];
  const gone = new Promise((resolve) => socket.once("close", resolve));
  await new Promise<void>((resolve) => {
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.write(body, () => resolve());
  });
  socket.destroy();
  await gone;
  const dir = await clone();
  const second = await commitIn(dir, "after\n");
  await git(dir, "push", "--quiet", "origin", "main");
  expect(pushes.flatMap((push) => push.updates.map((update) => update.after))).toEqual([second]);
});

test("a fetch whose request git compresses is understood", async () => {
  const dir = await clone();
  const tip = await commitOf("packed\n", [first]);
  await store.updateRefs([{ name: "refs/heads/main", before: first, after: tip }]);
  // More than 1,024 bytes of request: git's client sends it as gzip.
  const wants = Array.from({ length: 40 }, (_, i) => `refs/heads/main:refs/remotes/x/${i}`);
  for (let i = 0; i < 20; i += 1) await commitIn(dir, `${i}\n`);
  await git(dir, "fetch", "--quiet", "origin", ...wants);
  expect((await git(dir, "rev-parse", "refs/remotes/x/39")).trim()).toBe(tip);
  expect(encodings).toContain("gzip");
});
