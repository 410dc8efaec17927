import { createMemoryStore } from "../../../sandbox/git/memory-store.ts";
import { createWorld } from "../../../sandbox/world/create-world.ts";
import type { App, Pull, Repo, Ruleset } from "../../../sandbox/world/entities.ts";
import type { World } from "../../../sandbox/world/world.ts";
import type { WorldEvent } from "../../../sandbox/world/world-event.ts";

/** acme/cd with one file on main, people with and without rights, an App installed, and everything that happened as short lines. */
export interface Seeded {
  readonly world: World;
  readonly repo: Repo;
  readonly app: App;
  readonly bot: string;
  readonly told: string[];
  tip(branch: string): Promise<string>;
  branch(name: string, from?: string): Promise<string>;
  commit(branch: string, files: Record<string, string>, actor?: string): Promise<string>;
  /** A branch with one commit, and its pull request into main. */
  proposal(branch: string, files?: Record<string, string>, actor?: string): Promise<Pull>;
}

export async function seededWorld(): Promise<Seeded> {
  let seconds = Date.parse("2026-11-22T12:00:00Z");
  const now = () => {
    seconds += 1000;
    return new Date(seconds);
  };
  const world = createWorld({ store: async () => createMemoryStore(), now });
  const told: string[] = [];
  world.on((event) => told.push(lineOf(event)));
  world.addOrganization("acme");
  for (const login of ["olga", "wim", "wanda", "rita"]) world.addUser(login);
  const repo = await world.createRepo("acme", "cd", { files: { "env/a.yaml": "tag: 1\n" } });
  world.setPermission(repo, "olga", "admin");
  world.setPermission(repo, "wim", "write");
  world.setPermission(repo, "wanda", "write");
  const app = world.addApp({
    slug: "tagboat",
    publicKey: "",
    webhookUrl: "http://127.0.0.1:1/hooks",
    webhookSecret: "secret",
    permissions: { contents: "write", pull_requests: "write", metadata: "read" },
    events: ["push", "pull_request", "pull_request_review", "issue_comment", "check_run"],
  });
  world.install(app.id, "acme", ["cd"]);
  told.length = 0;
  const tip = async (branch: string) =>
    (await repo.store.readRef(`refs/heads/${branch}`)) ?? "no such branch";
  const seeded = {
    world,
    repo,
    app,
    bot: app.bot.login,
    told,
    tip,
    async branch(name: string, from = "main") {
      const after = await tip(from);
      await world.updateRefs(repo, "wim", [{ name: `refs/heads/${name}`, before: null, after }]);
      return after;
    },
    async commit(branch: string, files: Record<string, string>, actor = "wim") {
      return await world.commitOnBranch(repo, actor, {
        branch,
        expectedHead: await tip(branch),
        message: `Change ${Object.keys(files).join(", ")}`,
        additions: Object.entries(files).map(([path, text]) => ({
          path,
          content: Buffer.from(text),
        })),
        deletions: [],
      });
    },
    async proposal(branch: string, files = { "env/a.yaml": "tag: 2\n" }, actor = "wim") {
      await seeded.branch(branch);
      await seeded.commit(branch, files, actor);
      const head = { repo, branch };
      const pull = { title: `Open ${branch}`, body: "", head, base: "main", draft: false };
      return await world.openPull(repo, actor, pull);
    },
  };
  return seeded;
}

function lineOf(event: WorldEvent): string {
  if (event.kind === "push") return `push ${event.ref}${event.forced ? " forced" : ""}`;
  if (event.kind === "pull_request") return `pull_request ${event.action} #${event.pull.number}`;
  return event.kind === "status" ? event.kind : `${event.kind} ${event.action}`;
}

/** A ruleset for main; what is not named is off. */
export function ruleset(rules: Partial<Ruleset>): Ruleset {
  return {
    id: 1,
    name: "main",
    branches: ["~DEFAULT_BRANCH"],
    pullRequest: null,
    requiredChecks: [],
    upToDate: false,
    linearHistory: false,
    mergeQueue: false,
    ...rules,
  };
}
