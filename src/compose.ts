import { hkdfSync } from "node:crypto";
import type { Logger } from "pino";
import { Probot } from "probot";
import { createApp } from "./app.ts";
import { boundedFetch } from "./github/bounded-fetch.ts";
import { createGithubBlobs, createGithubForge } from "./github/github-forge.ts";
import { createGithubGateReads } from "./github/github-gate-reads.ts";
import { createGithubHistory } from "./github/github-history.ts";
import { createGithubPeople } from "./github/github-people.ts";
import { createGithubPulls } from "./github/github-pulls.ts";
import { TagboatOctokit } from "./github/octokit.ts";
import { createGithubSources } from "./github/source-history.ts";
import { tallyRequests } from "./github/tally-requests.ts";
import { createDeliveryIds } from "./ingest/delivery-id.ts";
import type { Clock } from "./model/clock.ts";
import type { Forge } from "./model/forge.ts";
import type { HostHistory } from "./model/host-history.ts";
import type { Inbox } from "./model/inbox.ts";
import type { IndexCache } from "./model/index-cache.ts";
import type { Ledger } from "./model/ledger.ts";
import type { Pacer } from "./model/pacer.ts";
import type { Pauses } from "./model/pauses.ts";
import type { Registry } from "./model/registry.ts";
import type { Renderer } from "./model/render.ts";
import type { Switches } from "./model/switches.ts";
import type { Tally } from "./model/tally.ts";
import type { NormaliseOptions } from "./normalise/normaliser.ts";
import type { Policy } from "./promote/policy.ts";
import { ChangeViewer } from "./render/view-change.ts";
import { catchUpChores } from "./work/catch-up.ts";
import type { Chore } from "./work/chore.ts";
import type { Crowd } from "./work/crowd.ts";
import { OperatorHolds } from "./work/operator-holds.ts";
import { RegistryGate } from "./work/registry-gate.ts";
import { RepoIndexes } from "./work/repo-indexes.ts";
import { Sweeps } from "./work/sweeps.ts";
import { TagMemories } from "./work/tag-memories.ts";
import { Work } from "./work/work.ts";

/** The adapters and settings that one process is made of. */
export interface TagboatParts {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** The operator's secret, and while it is rotated the previous one. */
  readonly secrets: readonly string[];
  /** REST base of a GitHub Enterprise Server; absent: github.com. */
  readonly githubUrl?: string;
  /** The operator's allow list of CD repos, full names in lower case. */
  readonly allowed: (fullName: string) => boolean;
  /** The operator's floors under every repo's config. */
  readonly policy: Policy;
  readonly normaliseOptions: NormaliseOptions;
  readonly inbox: Inbox;
  /** Of the senders whose deliveries come into the inbox. */
  readonly crowd: Crowd;
  readonly ledger: Ledger;
  readonly indexCache: IndexCache;
  readonly pacer: Pacer;
  readonly registry: Registry;
  readonly pauses: Pauses;
  readonly switches: Switches;
  readonly tally: Tally;
  /** Whether commands are answered and gates reported. */
  readonly promotion: boolean;
  /** How long a pull request that was just written is left alone by further releases, in milliseconds. */
  readonly restAfterWrite: number;
  /** Milliseconds from one reading of the registries' tags to the next; `null`: they are not read. */
  readonly reread: number | null;
  /** Builds overlays; `null`: no kustomize here, so nothing is shown of what is built. */
  readonly renderer: Renderer | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** In place of the global one: how an in-process GitHub is reached. */
  readonly fetch?: typeof fetch;
}

/** One process's worth of Tagboat, not started. */
export interface Tagboat {
  readonly probot: Probot;
  readonly forge: Forge;
  readonly history: HostHistory;
  readonly indexes: RepoIndexes;
  readonly work: Work;
  readonly sweeps: Sweeps;
  /** What finds again what was missed; the store starts them. */
  readonly chores: readonly Chore[];
}

/** Wires the rooms together: the one place that knows all of them but the HTTP edge. */
export async function composeTagboat(parts: TagboatParts): Promise<Tagboat> {
  const { clock, inbox, log, promotion, tally } = parts;
  const probot = probotOf(parts);
  const newId = createDeliveryIds();
  await probot.load(createApp({ inbox, newId, now: () => clock.now(), tally, promotion }));
  const host = {
    appId: parts.appId,
    octokitFor: (installation: number) => probot.auth(installation),
    appOctokit: () => probot.auth(),
    clock,
    log,
    onRequest: tallyRequests(tally),
  };
  const forge = createGithubForge(host);
  const history = createGithubHistory(host);
  const { allowed, indexCache: cache, pacer, pauses, policy, registry, renderer } = parts;
  const indexes = new RepoIndexes({ forge, cache, allowed, policy, clock, log });
  const gate = new RegistryGate({ registry, pauses, clock, tally });
  const tagMemories = new TagMemories();
  const work = new Work({
    forge,
    tagMemories,
    pulls: createGithubPulls(host),
    people: createGithubPeople(host),
    gateReads: createGithubGateReads(host),
    source: createGithubSources(host),
    web: webOf(parts.githubUrl),
    promotion,
    indexes,
    keys: parts.secrets.map(proposalKey),
    gate,
    switches: parts.switches,
    viewer:
      renderer === null ? null : new ChangeViewer({ renderer, blobs: createGithubBlobs(host) }),
    pacer,
    inbox,
    crowd: parts.crowd,
    clock,
    log,
    tally,
    restAfterWrite: parts.restAfterWrite,
    normaliseOptions: parts.normaliseOptions,
  });
  const holds = new OperatorHolds(parts.switches, clock);
  const sweeps = new Sweeps({ forge, allowed, pacer, holds, clock, log });
  const round = { forge, history, indexes, inbox, pacer, gate, clock, log, newId };
  const found = { ...round, tagMemories, reread: parts.reread };
  return { probot, forge, history, indexes, work, sweeps, chores: catchUpChores(found) };
}

function probotOf(parts: TagboatParts): Probot {
  const wire: typeof fetch = parts.fetch ?? ((input, init) => fetch(input, init));
  return new Probot({
    appId: parts.appId,
    privateKey: parts.privateKey,
    secret: parts.webhookSecret,
    log: parts.log,
    Octokit: TagboatOctokit.defaults((options: { readonly request?: object }) => ({
      ...options,
      request: { ...options.request, fetch: boundedFetch(wire) },
    })),
    ...(parts.githubUrl === undefined ? {} : { baseUrl: parts.githubUrl }),
  });
}

/** Where the host of that API shows repos. */
function webOf(githubUrl = "https://github.com"): string {
  return githubUrl.replace(/\/api\/v3\/?$/, "");
}

/** The key that signs proposals: another label of the same secret than hooks, so that neither can stand in for the other. */
function proposalKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "proposal", 32));
}
