import { createSign, generateKeyPairSync } from "node:crypto";
import { Octokit } from "@octokit/rest";
import { Faults } from "../../../sandbox/api/faults.ts";
import { createGithub, type GithubDeps } from "../../../sandbox/api/github.ts";
import { Recorder } from "../../../sandbox/api/recorder.ts";
import { createMemoryStore } from "../../../sandbox/git/memory-store.ts";
import { createWorld } from "../../../sandbox/world/create-world.ts";

/** One key pair for all tests: making one takes longer than most tests. */
const KEYS = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

export const PRIVATE_KEY = KEYS.privateKey;

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

export function jwt(claims: object, key: string = KEYS.privateKey): string {
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key, "base64url")}`;
}

const PERMISSIONS = {
  metadata: "read",
  contents: "write",
  pull_requests: "write",
  issues: "read",
  checks: "write",
  statuses: "write",
  deployments: "write",
  members: "read",
};

/** A sandbox GitHub in this process: organisation `acme`, repos `cd` (private), `other` (private), `open` (public), people, one App. */
export async function githubInProcess(more: Partial<GithubDeps> = {}) {
  const clock = { now: new Date("2026-03-01T10:00:00Z") };
  const now = () => clock.now;
  const world = createWorld({ store: async () => createMemoryStore(), now });
  world.addOrganization("acme");
  for (const login of ["ada", "bob", "eve"]) world.addUser(login);
  world.addTeam("acme", "ops", ["ada"]);
  const files = { "env/dev/kustomization.yaml": "images: []\n", "README.md": "hello\n" };
  const cd = await world.createRepo("acme", "cd", { private: true, files });
  await world.createRepo("acme", "other", { private: true, files });
  const open = await world.createRepo("acme", "open", { files });
  for (const repo of [cd, open]) {
    world.setPermission(repo, "ada", "write");
    world.setPermission(repo, "bob", "write");
  }
  const app = world.addApp({
    slug: "tagboat",
    publicKey: KEYS.publicKey,
    webhookUrl: null,
    webhookSecret: "secret",
    permissions: PERMISSIONS,
    events: ["push"],
  });
  const installation = world.install(app.id, "acme", ["cd", "open"]);
  const recorder = new Recorder();
  const faults = new Faults();
  const github = createGithub({
    world,
    recorder,
    faults,
    graphql: null,
    baseUrl: "http://github.test",
    now,
    ...more,
  });
  const fetch = (url: string, init: RequestInit) => github.fetch(new Request(url, init));
  const as = (token: string | null): Octokit =>
    new Octokit({
      baseUrl: "http://github.test/api/v3",
      request: { fetch },
      log: { debug() {}, info() {}, warn() {}, error() {} },
      ...(token === null ? {} : { auth: token }),
    });
  const seconds = () => Math.floor(clock.now.getTime() / 1000);
  const appToken = () => jwt({ iss: app.id, iat: seconds() - 30, exp: seconds() + 500 });
  const mint = async (narrow: object = {}) => {
    const { data } = await as(appToken()).rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      ...narrow,
    });
    return data.token;
  };
  const person = (login: string): Octokit => as(github.tokens.forPerson(login));
  return {
    ...github,
    world,
    recorder,
    faults,
    clock,
    app,
    installation,
    cd,
    open,
    as,
    appToken,
    mint,
    person,
    seconds,
  };
}
