import type { AccessCheck, Caller } from "../../../sandbox/api/caller.ts";
import { type Fault, Faults } from "../../../sandbox/api/faults.ts";
import { Recorder } from "../../../sandbox/api/recorder.ts";
import { createMemoryStore } from "../../../sandbox/git/memory-store.ts";
import { createGraphqlDoor } from "../../../sandbox/graphql/door.ts";
import { createWorld } from "../../../sandbox/world/create-world.ts";
import type { App, Repo } from "../../../sandbox/world/entities.ts";
import type { World } from "../../../sandbox/world/world.ts";

export interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of their documents, which the tests spell out.
  readonly data?: any;
  readonly errors?: readonly {
    readonly type?: string;
    readonly path?: readonly (string | number)[];
    readonly message: string;
    readonly extensions?: Record<string, unknown>;
  }[];
}

export interface Seeded {
  readonly world: World;
  readonly repo: Repo;
  readonly app: App;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly bot: Caller;
  readonly ana: Caller;
  arm(fault: Fault): void;
  head(branch: string): Promise<string>;
  ask(query: string, variables?: Record<string, unknown>, caller?: Caller): Promise<Answer>;
}

export const FILES: Readonly<Record<string, string | Buffer>> = {
  "README.md": "# CD\n",
  "env/dev/kustomization.yaml": "images:\n  - name: app\n    newTag: v1\n",
  "env/dev/patch.yaml": "a: 1\n",
  "env/prod/kustomization.yaml": "\uFEFFimages: []\n",
  "logo.png": Buffer.from([0x89, 0x50, 0, 1, 2]),
};

const START = Date.parse("2026-03-01T10:00:00Z");

/** `acme/cd` with its App and a person with write access; the clock moves a second with every look. */
export async function seededWorld(
  options: { files?: Record<string, string | Buffer>; permissions?: Record<string, string> } = {},
): Promise<Seeded> {
  let ticks = 0;
  const world = createWorld({
    store: async () => createMemoryStore(),
    now: () => new Date(START + 1000 * ticks++),
  });
  world.addOrganization("acme");
  world.addUser("ana", { name: "Ana" });
  const repo = await world.createRepo("acme", "cd", { files: options.files ?? FILES });
  world.setPermission(repo, "ana", "write");
  const permissions = options.permissions ?? {
    contents: "write",
    pull_requests: "write",
    checks: "write",
  };
  const app = world.addApp({
    slug: "tagboat",
    publicKey: "",
    webhookUrl: null,
    webhookSecret: "",
    permissions,
    events: [],
  });
  const installation = world.install(app.id, "acme", "all");
  const bot: Caller = {
    kind: "installation",
    app,
    installation,
    permissions,
    repos: new Set([repo.id]),
    login: app.bot.login,
  };
  const recorder = new Recorder();
  const faults = new Faults();
  const door = createGraphqlDoor({ world, recorder, faults, baseUrl: "http://127.0.0.1:4100" });
  return {
    world,
    repo,
    app,
    recorder,
    faults,
    bot,
    ana: { kind: "user", login: "ana" },
    arm: (fault) => faults.arm({ fault }),
    head: async (branch) => (await repo.store.readRef(`refs/heads/${branch}`)) ?? "",
    async ask(query, variables = {}, caller = bot) {
      const answer = await door.execute(caller, { query, variables }, access);
      if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
      // As it travels: what JSON cannot carry would be lost here.
      return JSON.parse(JSON.stringify(answer.body)) as Answer;
    },
  };
}

/** The doors' rule in small: an installation sees its repos and has its permissions, a person may do all. */
const access: AccessCheck = (caller, repo, permission, level) => {
  if (caller.kind === "user") return "allowed";
  if (caller.kind !== "installation" || !caller.repos.has(repo.id)) return "not-found";
  const granted = permission === "metadata" ? "read" : caller.permissions[permission];
  if (granted === undefined) return "forbidden";
  return level === "read" || granted === "write" ? "allowed" : "forbidden";
};
