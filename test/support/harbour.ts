import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { pino } from "pino";
import { parse } from "yaml";
import { fileAt } from "../../sandbox/git/tree-edit.ts";
import { createStage, type Stage } from "../../sandbox/stage.ts";
import type { App, Installation, Pull, Repo } from "../../sandbox/world/entities.ts";
import { composeTagboat, type Tagboat, type TagboatParts } from "../../src/compose.ts";
import type { Delivery, HookScope, Source, Subject } from "../../src/model/delivery.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import type { Renderer } from "../../src/model/render.ts";
import { noTally, type Tally } from "../../src/model/tally.ts";
import type { NormaliseOptions } from "../../src/normalise/normaliser.ts";
import { defaultOptions } from "../../src/normalise/sources.ts";
import type { Policy } from "../../src/promote/policy.ts";
import { readPolicy } from "../../src/promote/policy-file.ts";
import { MemoryInbox } from "../../src/store/memory-inbox.ts";
import { MemoryIndexCache } from "../../src/store/memory-index-cache.ts";
import { MemoryLedger } from "../../src/store/memory-ledger.ts";
import { MemoryPacer } from "../../src/store/memory-pacer.ts";
import { MemoryPauses } from "../../src/store/memory-pauses.ts";
import { MemorySwitches } from "../../src/store/memory-switches.ts";
import { Crowd } from "../../src/work/crowd.ts";
import { FakeClock } from "./fake-clock.ts";
import { type FakeImage, FakeRegistry } from "./fake-registry.ts";
import { type People, peopleOf } from "./people.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const WEBHOOK_SECRET = "a webhook secret of the tests";
// Beside the sources, or one folder further up from where they are compiled to.
const manifestFile = ["../../app.yml", "../../../app.yml"]
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url));
if (manifestFile === undefined) throw new Error("app.yml is missing");
const manifest = parse(readFileSync(manifestFile, "utf8")) as {
  default_permissions: Record<string, string>;
  default_events: string[];
};

export interface HarbourOptions {
  /** First commit of the default branch of `acme/cd`. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly keepLog?: boolean;
  /** How long a pull request that was just written is left alone, in milliseconds; default: not at all. */
  readonly restAfterWrite?: number;
  /** Whether commands are answered and gates reported; default: no. */
  readonly promotion?: boolean;
  /** Who counts; absent: nobody does. */
  readonly tally?: Tally;
  /** GitHub's late answers are late on the harbour's clock; default: in real time. */
  readonly lateByClock?: boolean;
  /** The operator's settings of sources (TAGBOAT_SOURCES); default: none. */
  readonly sources?: NormaliseOptions["sources"];
  /** What builds overlays; absent: nothing does. */
  readonly renderer?: Renderer;
  /** Makes more of the world (repos, branches, other owners) before the App is installed on `acme`. */
  readonly before?: (stage: Stage, repo: Repo) => Promise<void>;
  /** Names of the only repos that the App is installed on; default: all. */
  readonly installedOn?: readonly string[];
  /** What the operator set of the sources; default: nothing. */
  readonly normaliseOptions?: TagboatParts["normaliseOptions"];
  /** The operator's allow list; default: everything. */
  readonly allowed?: (fullName: string) => boolean;
  /** What each process is made of, before it is composed. */
  readonly parts?: (parts: TagboatParts) => TagboatParts;
  /** Text of the operator's policy; default: none. */
  readonly policy?: string;
}

export interface HookMessage {
  /** Default: `generic`. */
  readonly source?: Source;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly subjects?: readonly Subject[];
  /** Default: `acme` and everything of it. */
  readonly owner?: string;
  readonly scope?: HookScope;
}

/** The whole of Tagboat against the sandbox's GitHub, in one process, without sockets, on a clock that is moved by hand. */
export interface Harbour {
  readonly clock: FakeClock;
  readonly stage: Stage;
  readonly tagboat: Tagboat;
  readonly registry: FakeRegistry;
  readonly repo: Repo;
  /** What people do in `repo`. */
  readonly people: People;
  readonly app: App;
  readonly installation: Installation;
  readonly inbox: MemoryInbox;
  readonly ledger: MemoryLedger;
  readonly switches: MemorySwitches;
  /** Log lines, when they are kept. */
  readonly lines: string[];
  /** An image is pushed: the registry has it, its webhook arrives. Returns the delivery's id. */
  push(
    image: string,
    tag: string,
    facts?: FakeImage,
    over?: { scope?: HookScope; owner?: string },
  ): Promise<string>;
  /** A webhook as the edge keeps it, authenticated. Returns the delivery's id. */
  deliver(message: HookMessage): Promise<string>;
  /** Lets everything that is due come to its end, webhooks and their consequences too. */
  settle(): Promise<void>;
  /** Moves the clock until nothing waits any more, at most `ms`. */
  settleFor(ms: number): Promise<void>;
  outcomesOf(delivery: string): Promise<readonly Outcome[]>;
  entries(): Promise<readonly LedgerEntry[]>;
  open(): readonly Pull[];
  /** A file's text at a branch; `null`: absent. */
  read(branch: string, path: string): Promise<string | null>;
  /** A person's commit through the API. */
  commit(
    login: string,
    branch: string,
    files: Readonly<Record<string, string>>,
    message?: string,
  ): Promise<string>;
  /** Another process on the same GitHub and registry, and where `over` names no others with the same stores. */
  beside(over: Partial<TagboatParts>): Promise<Tagboat>;
  /** Another process takes the place of the one that GitHub talks to, as after its end. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

function policyOf(text: string | undefined): Policy {
  if (text === undefined) return [];
  const reading = readPolicy(text);
  if (reading.kind === "refused") throw new Error(JSON.stringify(reading.problems));
  return reading.policy;
}

const HOUR = 3_600_000;
let sequence = 0;

export async function createHarbour(options: HarbourOptions): Promise<Harbour> {
  const clock = new FakeClock();
  const registry = new FakeRegistry();
  const ledger = new MemoryLedger();
  const inbox = new MemoryInbox(ledger, () => clock.now().getTime());
  const switches = new MemorySwitches();
  const lines: string[] = [];
  const sink = { write: (line: string) => void (options.keepLog === true && lines.push(line)) };
  const log = pino({ level: options.keepLog === true ? "debug" : "silent" }, sink);
  const baseUrl = "http://127.0.0.1:4100";
  let started: { tagboat: Tagboat } | null = null;
  const stage = createStage({
    stores: "memory",
    baseUrl,
    now: () => clock.now(),
    tokenNow: () => new Date(),
    wait: (ms) => clock.sleep(ms),
    ...(options.lateByClock === true ? { waitToAnswer: (ms: number) => clock.sleep(ms) } : {}),
    send: async (_url, headers, body) => {
      if (started === null) return { status: 503 };
      const lower = Object.fromEntries(
        Object.entries(headers).map(([k, v]) => [k.toLowerCase(), v]),
      );
      try {
        await started.tagboat.probot.webhooks.verifyAndReceive({
          id: lower["x-github-delivery"] ?? "",
          name: lower["x-github-event"] ?? "",
          signature: lower["x-hub-signature-256"] ?? "",
          payload: body,
        });
        return { status: 200 };
      } catch {
        return { status: 500 };
      }
    },
  });
  const { world } = stage;
  world.addOrganization("acme");
  for (const login of ["ann", "ben", "cara", "dave"]) world.addUser(login);
  const app = world.addApp({
    slug: "tagboat",
    publicKey,
    webhookUrl: "http://127.0.0.1:3000/api/github/webhooks",
    webhookSecret: WEBHOOK_SECRET,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  const repo = await world.createRepo("acme", "cd", { files: options.files });
  world.setPermission(repo, "ann", "admin");
  world.setPermission(repo, "ben", "write");
  world.setPermission(repo, "cara", "read");
  await options.before?.(stage, repo);
  const installation = world.install(app.id, "acme", options.installedOn ?? "all");
  const parts: TagboatParts = {
    appId: app.id,
    privateKey,
    webhookSecret: WEBHOOK_SECRET,
    secrets: ["a secret of the tests, thirty-two characters"],
    githubUrl: `${baseUrl}/api/v3`,
    allowed: options.allowed ?? (() => true),
    policy: policyOf(options.policy),
    normaliseOptions: options.normaliseOptions ?? {
      ...defaultOptions,
      sources: options.sources ?? {},
    },
    inbox,
    crowd: new Crowd(clock),
    ledger,
    indexCache: new MemoryIndexCache(),
    pacer: new MemoryPacer(clock),
    registry,
    pauses: new MemoryPauses(),
    switches,
    tally: options.tally ?? noTally,
    restAfterWrite: options.restAfterWrite ?? 0,
    promotion: options.promotion ?? false,
    reread: HOUR,
    renderer: options.renderer ?? null,
    clock,
    log,
    fetch: (input, init) => stage.github.fetch(new Request(input, init)),
  };
  const compose = () => composeTagboat(options.parts?.(parts) ?? parts);
  const running = { tagboat: await compose() };
  started = running;
  async function settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      const before = stage.recorder.requests.length;
      await stage.webhooks.idle();
      await running.tagboat.work.settled();
      if (stage.recorder.requests.length !== before) quiet = -1;
    }
  }

  async function deliver(message: HookMessage): Promise<string> {
    sequence += 1;
    const delivery: Delivery = {
      id: `delivery-${String(sequence).padStart(8, "0")}`,
      source: message.source ?? "generic",
      owner: message.owner ?? "acme",
      scope: message.scope ?? { kind: "owner" },
      senderId: null,
      subjects: message.subjects ?? [],
      receivedAt: clock.now().toISOString(),
      headers: { "content-type": "application/json", ...message.headers },
      body: message.body,
    };
    await inbox.accept([delivery]);
    return delivery.id;
  }

  const harbour: Harbour = {
    clock,
    stage,
    get tagboat() {
      return running.tagboat;
    },
    registry,
    repo,
    people: peopleOf(world, repo),
    app,
    installation,
    inbox,
    ledger,
    switches,
    lines,
    async push(image, tag, facts = {}, over = {}) {
      const digest = registry.put(image, tag, facts);
      return deliver({ ...over, body: JSON.stringify({ image, tag, digest }) });
    },
    deliver,
    settle,
    async settleFor(ms) {
      const end = clock.now().getTime() + ms;
      await settle();
      for (;;) {
        const due = await inbox.nextDue();
        if (due === null || due.getTime() > end) return;
        await clock.advance(Math.max(due.getTime() - clock.now().getTime(), 1));
        await settle();
      }
    },
    outcomesOf: async (delivery) =>
      (await ledger.ofDelivery(delivery)).map((entry) => entry.outcome),
    entries: () => ledger.recent(1000),
    open: () => world.pulls(repo).filter((pull) => pull.state === "open"),
    async read(branch, path) {
      const head = await repo.store.readRef(`refs/heads/${branch}`);
      const file = head === null ? null : await fileAt(repo.store, head, path);
      return file === null
        ? null
        : ((await repo.store.readBlob(file.oid))?.toString("utf8") ?? null);
    },
    async commit(login, branch, files, message = "a person's change") {
      const expectedHead = (await repo.store.readRef(`refs/heads/${branch}`)) ?? "";
      const additions = Object.entries(files).map(([path, text]) => ({
        path,
        content: Buffer.from(text),
      }));
      return world.commitOnBranch(repo, login, {
        branch,
        expectedHead,
        message,
        additions,
        deletions: [],
      });
    },
    beside: (over) => composeTagboat({ ...parts, ...over }),
    async restart() {
      running.tagboat = await compose();
    },
    async close() {
      await running.tagboat.work.stop();
      await stage.close();
    },
  };
  return harbour;
}
