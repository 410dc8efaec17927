import { type ConfigReading, parseConfig } from "../../src/decide/config.ts";
import type { Config, Environment } from "../../src/model/config.ts";
import type { FileState } from "../../src/model/forge.ts";
import type { RepoRight } from "../../src/model/people.ts";
import type { Account, PullFacts, Review } from "../../src/model/pulls.ts";
import type {
  GateArtifact,
  GateFacts,
  GatePlace,
  LadderStep,
  Standing,
} from "../../src/promote/gates/facts.ts";

/** Facts of a promotion to prod that may merge, for tests that change one of them. */

export const NOW = new Date("2026-11-19T12:00:00Z");
export const HEAD = "a".repeat(40);
export const OLDER = "b".repeat(40);
export const PROD = "env/prod/kustomization.yaml";
export const DIGEST = `sha256:${"1".repeat(64)}`;

export function account(login: string, id: number, isBot = false): Account {
  return { login, id, isBot };
}

export const bot = account("tagboat[bot]", 1, true);
export const ben = account("ben", 2);
export const carol = account("carol", 3);
export const dora = account("dora", 4);
export const erin = account("erin", 5);

const ids = new Map([ben, carol, dora, erin].map(({ login, id }) => [login, id]));

/** `people({ carol: ["write", "ops"] })`. */
export function people(
  standings: Readonly<Record<string, readonly [RepoRight, ...string[]]>>,
): ReadonlyMap<number, Standing> {
  return new Map(
    Object.entries(standings).map(([login, [right, ...teams]]) => [
      ids.get(login) ?? 0,
      { right, teams },
    ]),
  );
}

export function config(prod = "", rest = ""): Config {
  const text = `version: 1
images:
  - name: quay.io/acme/app
${rest}environments:
  - { name: dev, path: env/dev, on: push }
  - name: prod
    path: env/prod
    after: dev
${prod}`;
  const reading: ConfigReading = parseConfig(text);
  if (reading.config === null) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

/** prod of {@link config}, with more keys in YAML. */
export function prod(keys = ""): Environment {
  const environment = config(keys).environments[1];
  if (environment === undefined) throw new Error("no prod");
  return environment;
}

export function text(path: string, content: string, mode = "100644"): FileState {
  return { kind: "text", path, oid: "c".repeat(40), mode, text: content };
}

export function step(more: Partial<LadderStep> = {}): LadderStep {
  return { environment: "dev", held: "now", running: null, ...more };
}

export function artifact(more: Partial<GateArtifact> = {}): GateArtifact {
  return {
    name: "quay.io/acme/app",
    version: "v2",
    registry: { expected: DIGEST, found: { kind: "found", digest: DIGEST } },
    builtAt: "2026-11-18T12:00:00Z",
    steps: [step()],
    ranHere: false,
    ban: null,
    ...more,
  };
}

export function place(more: Partial<GatePlace> = {}): GatePlace {
  return {
    environment: prod(),
    component: null,
    artifacts: [artifact()],
    holds: [],
    overrides: [],
    skip: null,
    ...more,
  };
}

let reviews = 0;

export function review(
  author: Account,
  state: Review["state"] = "approved",
  commitOid: string | null = HEAD,
): Review {
  reviews++;
  return { id: reviews, author, state, commitOid, at: "2026-11-19T11:00:00Z" };
}

export function commit(...by: Account[]): PullFacts["commits"][number] {
  return {
    oid: HEAD,
    parents: ["d".repeat(40)],
    message: "promote",
    byApp: by.some(({ id }) => id === bot.id),
    signed: true,
    changedFiles: 1,
    people: by,
  };
}

export function pull(more: Partial<PullFacts> = {}): PullFacts {
  return {
    number: 7,
    nodeId: "PR_7",
    url: "https://github.example/acme/cd/pull/7",
    state: "open",
    draft: false,
    title: "prod: app v2",
    body: "",
    author: bot,
    ours: true,
    base: { branch: "main", oid: "d".repeat(40) },
    mergedAt: null,
    sameHead: [],
    configOid: null,
    head: { branch: "tagboat/prod/all--v2-12345678", oid: HEAD, sameRepo: true },
    mergeBase: "d".repeat(40),
    files: [{ path: PROD, previousPath: null }],
    filesComplete: true,
    commits: [commit(bot)],
    commitsComplete: true,
    reviews: [review(carol)],
    checks: [],
    labels: [],
    mergeable: "clean",
    behind: false,
    autoMerge: "off",
    queue: null,
    gateRequired: true,
    notes: [],
    ...more,
  };
}

/** Promoted by ben, approved by carol. */
export function facts(more: Partial<GateFacts> = {}): GateFacts {
  return {
    now: NOW,
    pull: pull(),
    origin: { kind: "promotion", requester: ben },
    content: {
      kind: "planned",
      files: new Map([[PROD, "newTag: v2\n"]]),
      mergeBase: new Map([[PROD, text(PROD, "newTag: v1\n")]]),
      head: new Map([[PROD, text(PROD, "newTag: v2\n")]]),
    },
    places: [place()],
    people: people({ ben: ["write"], carol: ["write"], dora: ["write"], erin: ["read"] }),
    config: null,
    ...more,
  };
}
