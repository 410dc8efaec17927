import { Hono } from "hono";
import { z } from "zod";
import type { Repo } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { accessRoutes } from "./control-access.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Recorder } from "./recorder.ts";
import type { Tokens } from "./tokens.ts";

const wait = z.number().int().min(0).max(600_000);

/** Faults as JSON. `moved-head` names the branch that somebody else commits to. */
const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("latency"), ms: wait }),
  z.strictObject({ kind: z.literal("bad-gateway-before") }),
  z.strictObject({ kind: z.literal("bad-gateway-after") }),
  z.strictObject({ kind: z.literal("reset-before") }),
  z.strictObject({ kind: z.literal("reset-after") }),
  z.strictObject({ kind: z.literal("secondary-limit"), retryAfter: wait }),
  z.strictObject({ kind: z.literal("too-many-requests"), retryAfter: wait }),
  z.strictObject({
    kind: z.literal("moved-head"),
    owner: z.string(),
    repo: z.string(),
    branch: z.string(),
    by: z.string(),
  }),
  z.strictObject({
    kind: z.literal("field-fails"),
    field: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    type: z.string(),
    message: z.string(),
  }),
  z.strictObject({ kind: z.literal("combined-refused"), message: z.string() }),
  z.strictObject({ kind: z.literal("webhook-lost") }),
  z.strictObject({ kind: z.literal("webhook-doubled") }),
  z.strictObject({ kind: z.literal("webhook-late"), ms: wait }),
]);

const armedSchema = z.strictObject({
  fault: faultSchema,
  at: z.string().optional(),
  repo: z.string().optional(),
  skip: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
});

export interface ControlDeps {
  readonly world: World;
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly tokens: Tokens;
}

/** What a person or a script steers the running sandbox with, at `/_sandbox`. */
export function controlRoutes(deps: ControlDeps): Hono {
  const app = new Hono();
  app.get("/requests", (c) => c.json(counts(deps.recorder)));
  app.delete("/requests", (c) => {
    deps.recorder.clear();
    return c.body(null, 204);
  });
  app.get("/faults", (c) => c.json(Object.fromEntries(deps.faults.fired)));
  app.post("/faults", async (c) => {
    const given = armedSchema.safeParse(await c.req.json().catch(() => null));
    if (!given.success) return c.json({ message: z.prettifyError(given.error) }, 400);
    const { fault: described, ...where } = given.data;
    const fault = faultOf(deps.world, described);
    if (fault === null) return c.json({ message: "There is no such repo or user" }, 404);
    deps.faults.arm({ ...defined(where), fault });
    return c.body(null, 204);
  });
  app.delete("/faults", (c) => {
    deps.faults.clear();
    return c.body(null, 204);
  });
  app.post("/tokens/:login", (c) => {
    const account = deps.world.accounts.get(c.req.param("login"));
    if (account === undefined) return c.json({ message: "There is no such user" }, 404);
    return c.json({ token: deps.tokens.forPerson(account.login) }, 201);
  });
  app.route("/", accessRoutes(deps.world));
  app.post("/reset", (c) => {
    deps.recorder.clear();
    deps.faults.clear();
    deps.faults.fired.clear();
    return c.body(null, 204);
  });
  return app;
}

function counts(recorder: Recorder) {
  const counted = recorder.counted();
  const byWhat: Record<string, number> = {};
  for (const request of counted) byWhat[request.what] = (byWhat[request.what] ?? 0) + 1;
  return {
    counted: counted.length,
    writes: counted.filter((request) => request.write).length,
    byWhat,
    complaints: recorder.complaints,
  };
}

/** Without the keys that JSON left out: absent and undefined are two things to the compiler. */
function defined(where: {
  at?: string | undefined;
  repo?: string | undefined;
  skip?: number | undefined;
  times?: number | undefined;
}): { at?: string; repo?: string; skip?: number; times?: number } {
  return Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined));
}

function faultOf(world: World, described: z.infer<typeof faultSchema>): Fault | null {
  if (described.kind !== "moved-head") return described;
  const repo = world.repo(described.owner, described.repo);
  if (repo === null || !world.accounts.has(described.by)) return null;
  const { branch, by } = described;
  return { kind: "moved-head", move: () => commitAside(world, repo, branch, by) };
}

/** A commit that is in nobody's way but moves the branch. */
async function commitAside(world: World, repo: Repo, branch: string, by: string): Promise<void> {
  const expectedHead = await repo.store.readRef(`refs/heads/${branch}`);
  if (expectedHead === null) return;
  const path = `moved/${expectedHead.slice(0, 12)}.txt`;
  const additions = [{ path, content: Buffer.from("moved\n") }];
  const message = "Move the branch";
  await world.commitOnBranch(repo, by, { branch, expectedHead, message, additions, deletions: [] });
}
