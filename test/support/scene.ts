import { createHash, createHmac } from "node:crypto";
import type { Stage } from "../../sandbox/stage.ts";
import type { HookDelivery } from "../../sandbox/webhooks/delivery.ts";
import type { Comment, Pull, Repo } from "../../sandbox/world/entities.ts";
import { createHarbour, type Harbour } from "./harbour.ts";
import { patience } from "./patience.ts";
import { CONFIG, DEV, IMAGE, overlay, V1, V2, V3 } from "./story.ts";

export type Act = (scene: Scene) => Promise<unknown>;

export interface Setting {
  /** Further lines of an environment. */
  readonly dev?: readonly string[];
  readonly pre?: readonly string[];
  readonly prod?: readonly string[];
  /** Further lines at the end of the config. */
  readonly end?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  /** `main` demands our check, and `ci` where it is named; nobody merges past them. */
  readonly rules?: { readonly checks?: readonly string[]; readonly queue?: boolean };
  readonly before?: (stage: Stage, repo: Repo) => Promise<void>;
}

/** dev holds `V2`, what comes behind it `V1`. ann: admin, ben and erin: write, finn: triage, cara: read, dave: nobody here. */
export interface Scene {
  readonly h: Harbour;
  /** A pull request of ann's to talk on. */
  readonly talk: Pull;
  say(login: string, body: string, on?: Pull): Promise<Comment>;
  settle(ms?: number): Promise<void>;
  /** The newest open pull request of ours. */
  ours(): Pull;
  /** A person's pull request that changes files. */
  change(
    login: string,
    branch: string,
    files: Readonly<Record<string, string>>,
    base?: string,
  ): Promise<Pull>;
  approve(login: string, pull: Pull): Promise<void>;
  /** Presses the button; the rules of the branch may say no. */
  press(login: string, pull: Pull): Promise<void>;
  /** Just before a request of ours is served, somebody acts. */
  meanwhile(request: string, act: () => Promise<unknown>): void;
  /** A webhook that was sent before, once more, under another id. */
  again(delivery: HookDelivery | undefined): Promise<void>;
  /** A webhook as the last one of its kind was, with other values at dotted paths; signed with the App's secret, or with another. */
  hook(event: string, values: Readonly<Record<string, unknown>>, secret?: string): Promise<void>;
}

export const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
export const PROD = "env/overlays/03-prod/kustomization.yaml";
const MINUTE = 60_000;

export function ladder({ dev = [], pre = [], prod = [], end = [] }: Setting = {}): string {
  return [
    "version: 1",
    "images:",
    `  - name: ${IMAGE}`,
    "environments:",
    "  - name: dev",
    "    path: env/overlays/01-dev",
    "    on: push",
    ...dev.map((line) => `    ${line}`),
    "  - name: pre-prod",
    "    path: env/overlays/02-pre-prod",
    "    after: dev",
    ...pre.map((line) => `    ${line}`),
    "  - name: prod",
    "    path: env/overlays/03-prod",
    "    after: pre-prod",
    ...prod.map((line) => `    ${line}`),
    ...end,
    "",
  ].join("\n");
}

async function populate({ before }: Setting, stage: Stage, repo: Repo): Promise<void> {
  const { world } = stage;
  for (const login of ["erin", "finn"]) world.addUser(login);
  world.setPermission(repo, "erin", "write");
  world.setPermission(repo, "finn", "triage");
  world.addTeam("acme", "ops", ["ann", "erin"]);
  world.addTeam("acme", "web", ["ben"]);
  await before?.(stage, repo);
}

/** A world of its own for one act. */
export async function begin(setting: Setting): Promise<Scene> {
  const h = await createHarbour({
    promotion: true,
    before: (stage, repo) => populate(setting, stage, repo),
    files: {
      [CONFIG]: ladder(setting),
      [DEV]: overlay(V2),
      [PRE]: overlay(V1),
      [PROD]: overlay(V1),
      "env/base/kustomization.yaml": "resources:\n- deployment.yaml\n",
      ...setting.files,
    },
  });
  const built = { [V1]: "2026-11-20T10:00:00Z", [V2]: "2026-11-21T10:00:00Z" };
  for (const [tag, created] of Object.entries(built)) h.registry.put(IMAGE, tag, { created });
  h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
  if (setting.rules !== undefined) protect(h, setting.rules);
  await h.tagboat.indexes.ofOwner("acme");
  const scene = sceneOf(h, await openTalk(h));
  await scene.settle();
  return scene;
}

function protect(
  { app, repo }: Harbour,
  { checks = [], queue = false }: NonNullable<Setting["rules"]>,
) {
  repo.allowAutoMerge = true;
  repo.rulesets.push({
    id: 1,
    name: "main",
    branches: ["main"],
    pullRequest: { approvals: 0, dismissStale: false },
    requiredChecks: [
      { context: "tagboat/promotion", appId: app.id },
      ...checks.map((context) => ({ context, appId: null })),
    ],
    upToDate: false,
    linearHistory: false,
    mergeQueue: queue,
  });
}

async function openTalk({ people }: Harbour): Promise<Pull> {
  await people.branch("ann", "topic");
  await people.gitPush("ann", "topic", { "README.md": "# CD\n" });
  return people.openPull("ann", "topic");
}

function sceneOf(h: Harbour, talk: Pull): Scene {
  const settle = (ms = MINUTE): Promise<void> => patience(h, ms);
  return {
    h,
    talk,
    settle,
    async say(login, body, on = talk) {
      const comment = await h.stage.world.comment(h.repo, login, on, body);
      await settle();
      return comment;
    },
    ours() {
      const own = h.open().filter(({ author }) => author === h.app.bot.login);
      const newest = own.at(-1);
      if (newest === undefined) throw new Error("no pull request of ours is open");
      return newest;
    },
    async change(login, branch, files, base = "main") {
      await h.people.branch(login, branch, base);
      await h.commit(login, branch, files);
      const pull = await h.people.openPull(login, branch, base);
      await settle();
      return pull;
    },
    async approve(login, pull) {
      await h.people.approve(login, pull);
      await settle();
    },
    async press(login, pull) {
      await h.people.merge(login, pull).catch(() => null);
      await settle();
    },
    meanwhile(request, act) {
      const move = async () => void (await act());
      h.stage.faults.arm({ fault: { kind: "moved-head", move }, at: request });
    },
    async again(delivery) {
      if (delivery === undefined) throw new Error("no such webhook was sent");
      await receive(h, delivery.event, delivery.body, h.app.webhookSecret);
      await settle();
    },
    async hook(event, values, secret = h.app.webhookSecret) {
      const last = h.stage.webhooks.deliveries(h.app.id).findLast((one) => one.event === event);
      const told = withValues(JSON.parse(last?.body ?? "{}") as Record<string, unknown>, values);
      await receive(h, event, JSON.stringify(told), secret);
      await settle();
    },
  };
}

function withValues(
  payload: Record<string, unknown>,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  for (const [path, value] of Object.entries(values)) {
    const names = path.split(".");
    const last = names.pop() ?? "";
    let place = payload;
    for (const name of names) place = place[name] as Record<string, unknown>;
    place[last] = value;
  }
  return payload;
}

async function receive(h: Harbour, name: string, payload: string, secret: string): Promise<void> {
  const hmac = createHmac("sha256", secret).update(payload).digest("hex");
  const id = createHash("sha256").update(payload).digest("hex");
  const told = { id, name, payload, signature: `sha256=${hmac}` };
  // What is refused is answered with a fault: the row asserts that nothing came of it.
  await h.tagboat.probot.webhooks.verifyAndReceive(told).catch(() => null);
}
