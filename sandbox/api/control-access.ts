import { Hono } from "hono";
import { z } from "zod";
import type { Installation } from "../world/entities.ts";
import { Rejection, type World } from "../world/world.ts";

const NOBODY = { message: "No App is installed there" };

/** `app`: slug, needed where there are several. */
const installSchema = z.strictObject({
  app: z.string().optional(),
  repos: z.union([z.literal("all"), z.array(z.string())]).default("all"),
});

/** What the owner of an account does to an App on GitHub's own pages: install, suspend, uninstall; and deleting a repo. */
export function accessRoutes(world: World): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (!(error instanceof Rejection)) throw error;
    return c.json({ message: error.message }, error.status);
  });
  app.post("/installations/:account", async (c) => {
    const given = installSchema.safeParse(await c.req.json().catch(() => null));
    if (!given.success) return c.json({ message: z.prettifyError(given.error) }, 400);
    const { app: slug, repos } = given.data;
    const apps = [...world.apps.values()].filter((one) => slug === undefined || one.slug === slug);
    const [only] = apps;
    if (only === undefined || apps.length > 1) return c.json({ message: "Which App?" }, 422);
    const account = c.req.param("account");
    if (installedOn(world, account).some((one) => one.app === only.id))
      return c.json({ message: "It is installed there already" }, 422);
    return c.json({ id: world.install(only.id, account, repos).id }, 201);
  });
  for (const [word, suspended] of [
    ["suspend", true],
    ["unsuspend", false],
  ] as const) {
    app.post(`/installations/:account/${word}`, (c) => {
      const found = installedOn(world, c.req.param("account"));
      for (const { id } of found) world.suspend(id, suspended);
      return found.length === 0 ? c.json(NOBODY, 404) : c.body(null, 204);
    });
  }
  app.delete("/installations/:account", (c) => {
    const found = installedOn(world, c.req.param("account"));
    for (const { id } of found) world.uninstall(id);
    return found.length === 0 ? c.json(NOBODY, 404) : c.body(null, 204);
  });
  app.delete("/repos/:owner/:repo", async (c) => {
    const repo = world.repo(c.req.param("owner"), c.req.param("repo"));
    if (repo === null) return c.json({ message: "There is no such repo" }, 404);
    await world.deleteRepo(repo, repo.owner);
    return c.body(null, 204);
  });
  return app;
}

function installedOn(world: World, account: string): readonly Installation[] {
  const wanted = account.toLowerCase();
  return [...world.installations.values()].filter((one) => one.account.toLowerCase() === wanted);
}
