import { randomBytes, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import type { Child } from "hono/jsx";
import type { Stage } from "../stage.ts";
import { Rejection } from "../world/world.ts";
import { CLICKABLE, deliveriesPage, faultsPage, requestsPage } from "./control-pages.tsx";
import { editFile } from "./edit-file.ts";
import { Layout } from "./layout.tsx";
import { actOnPull, Forbidden, type Form } from "./pull-actions.ts";
import { pullPage } from "./pull-page.tsx";
import { type RefPath, refPathOf } from "./ref-path.ts";
import {
  commitPage,
  commitsPage,
  emptyPage,
  filePage,
  folderPage,
  homePage,
  pullsPage,
} from "./repo-pages.tsx";
import { ACTOR, NotFound, pathOf, people, repoAt, type Visit, visitOf } from "./visit.ts";

// Scripts, pictures and frames have no business on these pages; bodies of pull requests are written by strangers.
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** Pages for people. No rule stands in them: what is forbidden is said by the world, or by the same check as REST's. */
export function createPages(stage: Stage): Hono {
  const csrf = randomBytes(24).toString("base64url");
  const app = new Hono();
  const visit = (c: Context) => visitOf(stage, csrf, c);
  app.use(async (c, next) => {
    // A name that points here may belong to another site: it would read the pages as its own.
    if (!isOwnHost(stage, c)) return c.text("Not this host.", 403);
    c.header("content-security-policy", POLICY);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    if (c.req.method === "POST" && !(await isOwnForm(csrf, c)))
      return c.text("This form is too old. Go back and reload the page.", 403);
    return await next();
  });
  const shown = (page: Child | Promise<Child>, c: Context) => show(c, page);
  addControl(app, visit, shown);
  addRepos(app, visit, shown);
  app.notFound((c) => show(c, missing(visit(c)), 404));
  app.onError((error, c) => failed(error, c, visit(c)));
  return app;
}

type VisitOf = (c: Context) => Visit;
type Shown = (page: Child | Promise<Child>, c: Context) => Promise<Response>;

async function show(c: Context, page: Child | Promise<Child>, status: 200 | 404 = 200) {
  const html = await page;
  // Said once.
  if (c.req.header("cookie")?.includes("flash=") === true) deleteCookie(c, "flash", { path: "/" });
  return c.html(`<!doctype html>${await String(html)}`, status);
}

function isOwnHost(stage: Stage, c: Context): boolean {
  const { hostname } = new URL(c.req.url);
  return ["127.0.0.1", "localhost", new URL(stage.baseUrl).hostname].includes(hostname);
}

async function isOwnForm(csrf: string, c: Context): Promise<boolean> {
  const given = Buffer.from((await formOf(c)).csrf ?? "");
  const expected = Buffer.from(csrf);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function formOf(c: Context): Promise<Form> {
  const fields = Object.entries(await c.req.parseBody().catch(() => ({})));
  return Object.fromEntries(
    fields.filter((field): field is [string, string] => typeof field[1] === "string"),
  );
}

/** Back to a page, with what is to be said there. */
function back(c: Context, path: string, text: string, fine = true): Response {
  setCookie(c, "flash", `${fine ? "+" : "-"}${text.slice(0, 500)}`, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
  });
  return c.redirect(path, 303);
}

/** Does what a form asks; a refusal is said on the page it came from. */
async function doing(c: Context, path: string, work: () => Promise<string>): Promise<Response> {
  try {
    return back(c, path, await work());
  } catch (error) {
    const isRefusal = error instanceof Rejection || error instanceof Forbidden;
    if (!isRefusal) throw error;
    return back(c, path, error.message, false);
  }
}

function addControl(app: Hono, visit: VisitOf, shown: Shown): void {
  app.get("/", (c) => shown(homePage(visit(c)), c));
  app.get("/-/deliveries", (c) => shown(deliveriesPage(visit(c)), c));
  app.get("/-/requests", (c) => shown(requestsPage(visit(c)), c));
  app.get("/-/faults", (c) => shown(faultsPage(visit(c)), c));
  app.post("/-/actor", async (c) => {
    const login = (await formOf(c)).actor ?? "";
    if (!people(visit(c).stage).includes(login)) throw new NotFound();
    setCookie(c, ACTOR, login, { path: "/", httpOnly: true, sameSite: "Lax" });
    return back(c, ownPath(c), `You act as ${login} now.`);
  });
  app.post("/-/deliveries/:id", (c) =>
    doing(c, "/-/deliveries", async () => {
      const again = await visit(c).stage.webhooks.redeliver(Number(c.req.param("id")));
      if (again === null) throw new NotFound();
      return `Sent again: ${again.statusCode} ${again.status}`;
    }),
  );
  app.post("/-/faults", async (c) => {
    const form = await formOf(c);
    const { faults } = visit(c).stage;
    if (form.action === "clear") {
      faults.clear();
      return back(c, "/-/faults", "No fault is armed.");
    }
    const name = form.fault ?? "";
    const fault = Object.hasOwn(CLICKABLE, name) ? CLICKABLE[name] : undefined;
    const times = Number(form.times ?? "1");
    if (fault === undefined || !Number.isInteger(times) || times < 1) throw new NotFound();
    const at = form.at?.trim() ?? "";
    faults.arm({ fault, times, ...(at === "" ? {} : { at }) });
    return back(c, "/-/faults", `Armed: ${name}.`);
  });
}

/** The page a form was sent from, if it is one of these. */
function ownPath(c: Context): string {
  const referer = c.req.header("referer");
  if (referer === undefined || !URL.canParse(referer)) return "/";
  const url = new URL(referer);
  return url.host === new URL(c.req.url).host ? url.pathname : "/";
}

function addRepos(app: Hono, visit: VisitOf, shown: Shown): void {
  const repoOf = (c: Context) =>
    repoAt(visit(c), c.req.param("owner") ?? "", c.req.param("repo") ?? "");
  const at = (c: Context): Promise<RefPath> => refPathOf(repoOf(c), c.req.param("rest") ?? "");
  const pullOf = (c: Context) => {
    const pull = visit(c).stage.world.pull(repoOf(c), Number(c.req.param("number")));
    if (pull === null) throw new NotFound();
    return pull;
  };
  const base = "/:owner/:repo";
  app.get(base, async (c) => {
    const repo = repoOf(c);
    if (repo.defaultBranch === null) return shown(emptyPage(visit(c), repo), c);
    return shown(folderPage(visit(c), repo, await refPathOf(repo, repo.defaultBranch)), c);
  });
  app.get(`${base}/tree/:rest{.+}`, async (c) =>
    shown(folderPage(visit(c), repoOf(c), await at(c)), c),
  );
  app.get(`${base}/blob/:rest{.+}`, async (c) =>
    shown(filePage(visit(c), repoOf(c), await at(c)), c),
  );
  app.get(`${base}/commits/:rest{.+}`, async (c) =>
    shown(commitsPage(visit(c), repoOf(c), await at(c)), c),
  );
  app.get(`${base}/commit/:rest{.+}`, async (c) =>
    shown(commitPage(visit(c), repoOf(c), await at(c)), c),
  );
  app.get(`${base}/pulls`, (c) => {
    const state = c.req.query("state") === "closed" ? "closed" : "open";
    return shown(pullsPage(visit(c), repoOf(c), state), c);
  });
  app.get(`${base}/pull/:number{[0-9]+}`, (c) =>
    shown(pullPage(visit(c), repoOf(c), pullOf(c)), c),
  );
  app.post(`${base}/pull/:number{[0-9]+}`, async (c) => {
    const repo = repoOf(c);
    const pull = pullOf(c);
    const form = await formOf(c);
    const path = `${pathOf(repo)}/pull/${pull.number}`;
    return doing(c, path, () => actOnPull(visit(c), repo, pull, form));
  });
  app.post(`${base}/edit/:rest{.+}`, async (c) => {
    const repo = repoOf(c);
    const place = await at(c);
    const form = await formOf(c);
    const path = `${pathOf(repo)}/blob/${place.ref}/${place.path}`;
    return doing(c, path, () => editFile(visit(c), repo, place, form));
  });
}

const missing = (visit: Visit) => (
  <Layout visit={visit} title="Not found">
    <h1>Nothing here</h1>
    <p class="mute">There is no such page, or {visit.actor} may not see it.</p>
  </Layout>
);

function failed(error: Error, c: Context, visit: Visit): Response | Promise<Response> {
  if (error instanceof NotFound) return show(c, missing(visit), 404);
  visit.stage.recorder.complain(`page ${c.req.path}: ${error.message}`);
  return c.text("The sandbox failed at this page. See /-/requests.", 500);
}
