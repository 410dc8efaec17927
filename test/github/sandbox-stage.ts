import { generateKeyPairSync, sign } from "node:crypto";
import { Octokit } from "@octokit/rest";
import { Faults } from "../../sandbox/api/faults.ts";
import { createGithub } from "../../sandbox/api/github.ts";
import { Recorder } from "../../sandbox/api/recorder.ts";
import { createMemoryStore } from "../../sandbox/git/memory-store.ts";
import { rootFieldsOf } from "../../sandbox/graphql/documents.ts";
import { executeGraphql } from "../../sandbox/graphql/execute.ts";
import { createWorld } from "../../sandbox/world/create-world.ts";
import type { App, Pull, Repo } from "../../sandbox/world/entities.ts";
import type { World } from "../../sandbox/world/world.ts";
import { createGithubForge, type GithubForgeOptions } from "../../src/github/github-forge.ts";
import { createGithubGateReads } from "../../src/github/github-gate-reads.ts";
import { createGithubHistory } from "../../src/github/github-history.ts";
import { createGithubPeople } from "../../src/github/github-people.ts";
import { createGithubPulls } from "../../src/github/github-pulls.ts";
import type { GateReads } from "../../src/model/gate-reads.ts";
import type { HostHistory } from "../../src/model/host-history.ts";
import type { People } from "../../src/model/people.ts";
import type { Pulls } from "../../src/model/pulls.ts";
import { type ForgeStage, stageFiles } from "../contract/forge.contract.ts";

const START = Date.parse("2026-03-01T10:00:00Z");
const PERMISSIONS = {
  contents: "write",
  pull_requests: "write",
  issues: "read",
  checks: "write",
  statuses: "write",
  members: "read",
};
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface SandboxStage extends ForgeStage {
  readonly faults: Faults;
  readonly world: World;
  readonly slept: number[];
  readonly pulls: Pulls;
  readonly people: People;
  readonly gateReads: GateReads;
  readonly history: HostHistory;
  /** The App in the sandbox, and the repo. */
  readonly app: App;
  readonly cd: Repo;
}

/** The real adapter over the sandbox's GitHub, in this process, without sockets. */
export async function sandboxStage(
  files: Readonly<Record<string, string>> = stageFiles,
): Promise<SandboxStage> {
  let ticks = 0;
  const now = () => new Date(START + 1000 * ticks++);
  const world = createWorld({ store: async () => createMemoryStore(), now });
  world.addOrganization("acme");
  world.addUser("ana");
  const repo = await world.createRepo("acme", "cd", { files });
  world.setPermission(repo, "ana", "write");
  const app = world.addApp({
    slug: "tagboat",
    publicKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
    webhookUrl: null,
    webhookSecret: "",
    permissions: PERMISSIONS,
    events: [],
  });
  const installation = world.install(app.id, "acme", "all");
  const recorder = new Recorder();
  const faults = new Faults();
  const github = createGithub({
    world,
    recorder,
    faults,
    baseUrl: "http://127.0.0.1:4100",
    now,
    graphql: {
      rootFieldsOf: (source) => {
        const { operation, fields } = rootFieldsOf(source);
        return { operation, fields: [...fields] };
      },
      execute: (caller, body, access) =>
        executeGraphql({ world, recorder, faults, access }, caller, body),
    },
  });
  const client = (auth: string) =>
    new Octokit({
      auth,
      baseUrl: "http://127.0.0.1:4100/api/v3",
      log: silent,
      request: { fetch: (url: string, init: RequestInit) => github.fetch(new Request(url, init)) },
    });
  const { token } = github.tokens.mint(installation, PERMISSIONS, null);
  const slept: number[] = [];
  const options: GithubForgeOptions = {
    octokitFor: () => Promise.resolve(client(token)),
    appOctokit: () => Promise.resolve(client(jwt(app.id, now()))),
    appId: app.id,
    clock: {
      now,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
    log: silent,
  };
  const forge = createGithubForge(options);
  const pullOf = (number: number) => pullIn(world, repo, number);
  let counted = 0;
  return {
    forge,
    faults,
    world,
    slept,
    pulls: createGithubPulls(options),
    people: createGithubPeople(options),
    gateReads: createGithubGateReads(options),
    history: createGithubHistory(options),
    app,
    cd: repo,
    repo: { owner: "acme", name: "cd", installation: installation.id, id: repo.id },
    branch: (name, oid) =>
      world.updateRefs(repo, "ana", [{ name: `refs/heads/${name}`, before: null, after: oid }]),
    push: async (branch, changed) =>
      world.commitOnBranch(repo, "ana", {
        branch,
        expectedHead: (await tipOf(repo, branch)) ?? "",
        message: "A person's work",
        additions: Object.entries(changed).map(([path, text]) => ({
          path,
          content: Buffer.from(text),
        })),
        deletions: [],
      }),
    tip: (branch) => tipOf(repo, branch),
    branches: async () => {
      const refs = await repo.store.refs("refs/heads/");
      return [...refs.keys()].map((name) => name.slice("refs/heads/".length));
    },
    read: (branch, path) => readText(repo, branch, path),
    approve: async (number) => {
      await world.review(repo, "ana", pullOf(number), { state: "APPROVED", body: "" });
    },
    closeAsPerson: (number) => world.closePull(repo, "ana", pullOf(number)),
    merge: async (number) => {
      await world.mergePull(repo, "ana", pullOf(number), { method: "merge" });
    },
    comments: (number) => world.comments(pullOf(number)).map(({ body }) => body),
    labels: (number) => [...pullOf(number).labels],
    checks: (oid) => world.checks(repo, oid).map(({ name, conclusion }) => ({ name, conclusion })),
    archive: () => {
      repo.archived = true;
    },
    uninstall: () => world.uninstall(installation.id),
    requests: () => {
      const since = recorder.counted().slice(counted);
      counted += since.length;
      return since.map(({ what }) => what);
    },
    close: () => {
      // GitHub's own description of this answer wants an account to be a person and an enterprise at once.
      const flawed = /^apps\/list-installations: \/0\/account /;
      const complaints = recorder.complaints.filter((complaint) => !flawed.test(complaint));
      if (complaints.length === 0) return Promise.resolve();
      return Promise.reject(new Error(`the sandbox complains:\n${complaints.join("\n")}`));
    },
  };
}

function pullIn(world: World, repo: Repo, number: number): Pull {
  const pull = world.pull(repo, number);
  if (pull === null) throw new Error(`no pull request #${number}`);
  return pull;
}

async function tipOf(repo: Repo, branch: string): Promise<string | null> {
  return await repo.store.readRef(`refs/heads/${branch}`);
}

async function readText(repo: Repo, branch: string, path: string): Promise<string | null> {
  const tip = await tipOf(repo, branch);
  const commit = tip === null ? null : await repo.store.readCommit(tip);
  let oid = commit?.tree ?? null;
  for (const name of path.split("/")) {
    const entries = oid === null ? null : await repo.store.readTree(oid);
    oid = entries?.find((entry) => entry.name === name)?.oid ?? null;
  }
  return oid === null ? null : ((await repo.store.readBlob(oid))?.toString() ?? null);
}

function jwt(appId: number, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: String(appId), iat: seconds - 30, exp: seconds + 300 };
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), keys.privateKey).toString("base64url")}`;
}
