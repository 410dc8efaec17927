import { generateKeyPairSync } from "node:crypto";
import { pino } from "pino";
import { Probot } from "probot";
import { createStage, type Stage } from "../../sandbox/stage.ts";
import type { App, Installation, Repo } from "../../sandbox/world/entities.ts";
import { createGithubForge } from "../../src/github/github-forge.ts";
import { createGithubHistory } from "../../src/github/github-history.ts";
import { TagboatOctokit } from "../../src/github/octokit.ts";
import type { SentRequest } from "../../src/github/octokit-like.ts";
import type { CdRepo, Forge } from "../../src/model/forge.ts";
import type { HostHistory } from "../../src/model/host-history.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export interface ProbotStage extends Stage {
  readonly clock: { at: number };
  readonly app: App;
  readonly installation: Installation;
  readonly cd: Repo;
  readonly repo: CdRepo;
  readonly sent: SentRequest[];
  /** GUIDs that arrived; while `down`, nobody answers. */
  readonly arrived: string[];
  readonly receiver: { down: boolean };
  /** Adapters of a process that has just begun: it holds no token yet. */
  begin(): { readonly forge: Forge; readonly history: HostHistory };
}

/** The adapters on Probot's own clients, as the app has them, over the sandbox's GitHub in this process. */
export async function probotStage(): Promise<ProbotStage> {
  const clock = { at: Date.parse("2026-03-01T10:00:00Z") };
  const now = () => new Date(clock.at);
  const arrived: string[] = [];
  const sent: SentRequest[] = [];
  const receiver = { down: false };
  const baseUrl = "http://github.test";
  const stage = createStage({
    stores: "memory",
    baseUrl,
    now,
    // Probot signs by this machine's clock.
    tokenNow: () => new Date(),
    send: async (_url, headers) => {
      if (receiver.down) throw new TypeError("fetch failed");
      arrived.push(headers["X-GitHub-Delivery"] ?? "");
      return { status: 202 };
    },
  });
  const { world, github } = stage;
  world.addOrganization("acme");
  for (const login of ["ann", "fred"]) world.addUser(login);
  const cd = await world.createRepo("acme", "cd", { files: { "a.yaml": "a: 1\n" } });
  world.setPermission(cd, "ann", "write");
  const app = world.addApp({
    slug: "tagboat",
    publicKey: keys.publicKey,
    webhookUrl: "http://app.test/hook",
    webhookSecret: "s",
    permissions: { metadata: "read", contents: "write", pull_requests: "write", checks: "write" },
    events: ["push"],
  });
  const installation = world.install(app.id, "acme", ["cd"]);
  await stage.webhooks.idle();
  const begin = () => {
    const probot = new Probot({
      appId: app.id,
      privateKey: keys.privateKey,
      baseUrl: `${baseUrl}/api/v3`,
      log: pino({ level: "silent" }),
      Octokit: TagboatOctokit.defaults((options: object) => ({
        ...options,
        request: {
          fetch: (url: string, init: RequestInit) => github.fetch(new Request(url, init)),
        },
      })),
    });
    const host = {
      appId: app.id,
      octokitFor: (id: number) => probot.auth(id),
      appOctokit: () => probot.auth(),
      clock: { now, sleep: () => Promise.resolve() },
      log: { warn: () => {} },
      onRequest: (request: SentRequest) => sent.push(request),
    };
    return { forge: createGithubForge(host), history: createGithubHistory(host) };
  };
  const repo = { owner: "acme", name: "cd", installation: installation.id, id: cd.id };
  return { ...stage, clock, app, installation, cd, repo, sent, arrived, receiver, begin };
}
