import { beforeEach, describe, expect, test } from "@jest/globals";
import type { Hono } from "hono";
import { tidyRepo } from "../../../sandbox/fixtures/tidy-repo.ts";
import { createPages } from "../../../sandbox/pages/create-pages.tsx";
import { seed } from "../../../sandbox/seed.ts";
import { createStage, type Stage } from "../../../sandbox/stage.ts";
import type { Pull, Repo } from "../../../sandbox/world/entities.ts";

const BASE = "http://127.0.0.1:4100";
const FILE = "env/overlays/01-dev/kustomization.yaml";
const BRANCH = "tagboat/dev-1a2b3c";
const PULL = "/acme/myapp-cd/pull/1";

let stage: Stage;
let pages: Hono;
let repo: Repo;
let pull: Pull;

beforeEach(async () => {
  let ticks = 0;
  stage = createStage({
    stores: "memory",
    baseUrl: BASE,
    now: () => new Date(Date.parse("2026-03-01T10:00:00Z") + 1000 * ticks++),
    send: async () => ({ status: 500 }),
  });
  const app = { publicKey: "", webhookUrl: "http://app.test/hook", webhookSecret: "s" };
  const image = "r.test/myapp-ci/myapp-runtime";
  const seeded = await seed(stage.world, { repos: { "myapp-cd": tidyRepo({ image }) }, app });
  repo = seeded.repos["myapp-cd"] as Repo;
  const main = await head("main");
  const { world } = stage;
  await world.updateRefs(repo, "ben", [
    { name: `refs/heads/${BRANCH}`, before: null, after: main },
  ]);
  const text = tidyRepo({ image, tag: "bf76-qqxrq" }).branches.main?.[FILE] ?? "";
  await world.commitOnBranch(repo, "ben", {
    branch: BRANCH,
    expectedHead: main,
    message: "dev: bf76-qqxrq",
    additions: [{ path: FILE, content: Buffer.from(text) }],
    deletions: [],
  });
  pull = await world.openPull(repo, "ben", {
    title: "dev <b>bold</b>",
    body: BODY,
    head: { repo, branch: BRANCH },
    base: "main",
    draft: false,
  });
  pages = createPages(stage);
});

const BODY = `moves to **bf76**

| image | tag |
| --- | --- |
| app | bf76 |

<!-- secret-marker --> text <script>alert(1)</script> <img src="http://x.test/p.png" onerror="alert(1)">
[link](javascript:alert(1)) <a href="https://example.com" onclick="x()">fine</a> <form action="/-/actor"><button>x</button></form>

- [x] done
`;

async function head(branch: string): Promise<string> {
  return (await repo.store.readRef(`refs/heads/${branch}`)) ?? "";
}

async function get(path: string, actor = "ann", flash = ""): Promise<Response> {
  const cookie = `actor=${actor}${flash === "" ? "" : `; flash=${flash}`}`;
  return await pages.request(BASE + path, { headers: { cookie } });
}

async function text(path: string, actor = "ann"): Promise<string> {
  return await (await get(path, actor)).text();
}

/** Sends a form as a browser would: with the hidden field that the page holds. Returns where it led and what was said. */
async function send(path: string, fields: Record<string, string>, actor = "ann") {
  const csrf = /name="csrf" value="([^"]+)"/.exec(await text("/", actor))?.[1] ?? "";
  const answer = await pages.request(BASE + path, {
    method: "POST",
    headers: { cookie: `actor=${actor}`, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ csrf, ...fields }).toString(),
  });
  const flash = /flash=([^;]*)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
  return {
    status: answer.status,
    to: answer.headers.get("location"),
    said: decodeURIComponent(flash),
  };
}

describe("a pull request", () => {
  test("is shown with its diff, and its body as safe HTML", async () => {
    const html = await text(PULL);
    expect(html).toContain("dev &lt;b&gt;bold&lt;/b&gt;");
    expect(html).toContain("moves to <strong>bf76</strong>");
    expect(html).toContain("<td>app</td>");
    expect(html).toContain('<a href="https://example.com">fine</a>');
    expect(html).toContain(
      '<tr class="del"><td class="n">21</td><td class="n"></td><td>-    newTag: 6322-rbbs9',
    );
    expect(html).toContain(
      '<tr class="add"><td class="n"></td><td class="n">21</td><td>+    newTag: bf76-qqxrq',
    );
    expect(html).toContain("Ready to merge");
    expect(html).not.toMatch(/secret-marker|<script|<img|onclick|href="javascript|<button>x/);
    expect(html).toMatch(/<input type="checkbox" disabled checked \/>/);
  });

  test("is commented, refused, approved, merged and tidied up by clicks", async () => {
    expect(await send(PULL, { action: "comment", body: "Hm" }, "cara")).toMatchObject({
      status: 303,
      to: PULL,
    });
    await send(PULL, { action: "request-changes", body: "No." });
    await send(PULL, { action: "approve", body: "" });
    const merged = await send(PULL, { action: "merge", method: "squash", head: pull.headOid });
    expect(merged.said).toBe("+Merged.");
    expect([pull.mergedBy, pull.mergeOid]).toEqual(["ann", await head("main")]);
    expect((await send(PULL, { action: "delete-branch" })).said).toBe(`+Deleted ${BRANCH}.`);
    const html = await text(PULL);
    for (const said of [
      "Hm",
      "asked for changes",
      "approved",
      "merged this into main",
      "Its branch is deleted.",
    ])
      expect(html).toContain(said);
  });

  test("is closed by its author, and opened again", async () => {
    await send(PULL, { action: "close" }, "ben");
    expect([pull.state, pull.closedBy]).toEqual(["closed", "ben"]);
    await send(PULL, { action: "reopen" }, "ben");
    expect(pull.state).toBe("open");
  });

  test("gets and loses labels", async () => {
    await send(PULL, { action: "label", label: "urgent" });
    expect([...pull.labels]).toEqual(["urgent"]);
    await send(PULL, { action: "unlabel", label: "urgent" });
    expect([...pull.labels]).toEqual([]);
  });

  test("shows what checks say", async () => {
    const app = [...stage.world.apps.values()][0];
    if (app === undefined) throw new Error("no app");
    const check = {
      name: "preview",
      headOid: pull.headOid,
      summary: "**two** files",
      status: "completed",
      conclusion: "success",
    } as const;
    await stage.world.createCheck(repo, app, check);
    expect(await text(PULL)).toContain("<strong>two</strong> files");
  });

  test.each([
    ["cara", "merge", "has no write access"],
    ["cara", "close", "has no write access"],
    ["cara", "label", "has no write access"],
    ["ben", "approve", ""],
  ])("%s cannot %s", async (actor, action, words) => {
    const { said } = await send(PULL, { action, label: "x" }, actor);
    expect(said).toMatch(/^-/);
    expect(said).toContain(words);
    expect([pull.state, stage.world.reviews(pull).length]).toEqual(["open", 0]);
  });

  test("that moved since the page was made is not merged", async () => {
    const { said } = await send(PULL, { action: "merge", head: await head("main") });
    expect([said.slice(0, 1), pull.state]).toEqual(["-", "open"]);
  });
});

describe("files", () => {
  test("a branch with a slash, a folder, a file, commits", async () => {
    expect(await text(`/acme/myapp-cd/tree/${BRANCH}/env/overlays`)).toContain("02-pre-prod");
    expect(await text(`/acme/myapp-cd/blob/${BRANCH}/${FILE}`)).toContain("newTag: bf76-qqxrq");
    expect(await text(`/acme/myapp-cd/commits/${BRANCH}`)).toContain("dev: bf76-qqxrq");
    expect(await text(`/acme/myapp-cd/commit/${pull.headOid}`)).toContain(
      "+    newTag: bf76-qqxrq",
    );
    expect(await text("/acme/myapp-cd")).toContain("<h1>myapp-cd</h1>");
    expect(await text("/acme/myapp-cd/pulls")).toContain("#1 by ben");
  });

  test("a file is edited on a branch, by those who may, from what they saw", async () => {
    const edit = `/acme/myapp-cd/edit/${BRANCH}/README.md`;
    const seen = await head(BRANCH);
    const form = { text: "# New\r\n", message: "Say less", head: seen };
    expect((await send(edit, form, "cara")).said).toContain("no write access");
    expect((await send(edit, form)).said).toBe(`+Committed to ${BRANCH}.`);
    expect(await text(`/acme/myapp-cd/blob/${BRANCH}/README.md`)).toContain(
      '<pre class="file"># New\n</pre>',
    );
    expect((await send(edit, { ...form, text: "# Late" })).said).toMatch(/^-/);
  });
});

describe("who may see what", () => {
  test.each([
    "/acme/myapp-cd",
    PULL,
    "/acme/nothing",
    "/nothing",
    "/acme/myapp-cd/pull/99",
    "/acme/myapp-cd/blob/main/none",
  ])("%s does not exist for dave", async (path) =>
    expect((await get(path, "dave")).status).toBe(404),
  );

  test("another person is chosen by a form", async () => {
    const answer = await send("/-/actor", { actor: "ben" });
    expect([answer.status, (await send("/-/actor", { actor: "root" })).status]).toEqual([303, 404]);
  });

  test.each<[string, RequestInit]>([
    ["without the token", { body: "action=close" }],
    ["with another token", { body: "action=close&csrf=x" }],
  ])("a form %s changes nothing", async (_, init) => {
    const headers = { cookie: "actor=ann", "content-type": "application/x-www-form-urlencoded" };
    const answer = await pages.request(BASE + PULL, { ...init, method: "POST", headers });
    expect([answer.status, pull.state]).toEqual([403, "open"]);
  });

  test("another host name is not answered, and pages carry no script", async () => {
    expect((await pages.request("http://evil.test/")).status).toBe(403);
    const page = await get(PULL);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("what a form led to is said once, as text", async () => {
    const page = await get("/", "ann", encodeURIComponent("-No <b>way</b>"));
    expect(await page.text()).toContain("No &lt;b&gt;way&lt;/b&gt;");
    expect(page.headers.get("set-cookie")).toContain("flash=; Max-Age=0");
  });
});

describe("control", () => {
  test("webhooks are listed and sent again", async () => {
    await stage.webhooks.idle();
    const before = stage.webhooks.deliveries();
    const { said } = await send(`/-/deliveries/${before[0]?.id}`, {});
    expect(said).toBe("+Sent again: 500 Invalid HTTP Response: 500");
    const after = stage.webhooks.deliveries();
    expect([after.length, after.at(-1)?.guid]).toEqual([before.length + 1, before[0]?.guid]);
    expect(await text("/-/deliveries")).toContain("pull_request");
    expect((await send("/-/deliveries/0", {})).status).toBe(404);
  });

  test("faults are armed and cleared", async () => {
    await send("/-/faults", {
      action: "arm",
      fault: "502 before the effect",
      at: "GET /meta",
      times: "2",
    });
    const meta = () => stage.github.fetch(new Request(`${BASE}/api/v3/meta`));
    expect((await meta()).status).toBe(502);
    await send("/-/faults", { action: "clear" });
    expect((await meta()).status).toBe(200);
    expect(await text("/-/faults")).toContain("bad-gateway-before: 1");
    expect((await send("/-/faults", { action: "arm", fault: "__proto__" })).status).toBe(404);
  });

  test("requests are listed with what could not be served", async () => {
    await stage.github.fetch(new Request(`${BASE}/api/v3/nonsense`));
    expect(await text("/-/requests")).toContain("No such route: GET /nonsense");
  });
});
