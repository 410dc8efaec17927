/** `npm run fuzz -- --runs 100000 [--seed 1]`: mutated webhooks of every source, posted to the HTTP edge as their senders would. */
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { createPromTally } from "../src/ingest/metrics.ts";
import { createIngestServer } from "../src/ingest/server.ts";
import type { Delivery } from "../src/model/delivery.ts";
import type { Acceptance } from "../src/model/inbox.ts";
import { readDelivery } from "../src/normalise/delivery.ts";
import { optionsOf } from "../src/normalise/normaliser.ts";
import { type SourceOptions, sourceOptionsSchema } from "../src/normalise/source-options.ts";
import { defaultOptions, isHookSource, sourceTable } from "../src/normalise/sources.ts";
import { createRandom, pick, type Random } from "./edit-mutations.ts";
import { mutateJson, mutateText } from "./hook-mutations.ts";
import { wrongEvents } from "./hook-oracle.ts";
import { type Seed, seeds } from "./hook-seeds.ts";
import { createSenders, type Post, senderOptions } from "./hook-senders.ts";

export interface HookFuzzReport {
  readonly runs: number;
  readonly bySource: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly events: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** The slowest answer, and the slowest reading of a body, in milliseconds. */
  readonly slowestAnswer: number;
  readonly slowestReading: number;
  readonly failures: readonly HookFailure[];
}

export interface HookFailure {
  readonly why: string;
  readonly post: Post;
}

type Letter = Pick<Seed, "source" | "headers" | "own" | "body">;

const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = new Date("2026-11-22T15:00:00Z");
/** Milliseconds: far beyond what a body takes, and within the patience of the tightest sender. */
const TOO_LONG = 1000;
const AT_ONCE = 16;

/** Posts `runs` mutations. A failure is a throw, a 5xx, a hang-up, more than a second of reading, or an event that the rules forbid. */
export async function fuzzHooks(
  runs: number,
  seed: number,
  letters: readonly Letter[],
): Promise<HookFuzzReport> {
  const rig = await openRig(letters);
  const random = createRandom(seed);
  const count = new Counts();
  let started = 0;
  const worker = async () => {
    while (started < runs && count.failures.length < 10) {
      started += 1;
      const index = Math.floor(random() * letters.length);
      await runOnce(rig, random, { letters, index }, count);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    await rig.close();
  }
  return { runs: started, ...count.report() };
}

class Counts {
  readonly bySource: Record<string, number> = {};
  readonly byStatus: Record<string, number> = {};
  readonly dropped: Record<string, number> = {};
  readonly failures: HookFailure[] = [];
  events = 0;
  slowestAnswer = 0;
  slowestReading = 0;

  add(table: "bySource" | "byStatus" | "dropped", name: string | number): void {
    this[table][name] = (this[table][name] ?? 0) + 1;
  }

  report() {
    const { bySource, byStatus, dropped, events, failures, slowestAnswer, slowestReading } = this;
    return { bySource, byStatus, events, dropped, slowestAnswer, slowestReading, failures };
  }
}

interface Chosen {
  readonly letters: readonly Letter[];
  readonly index: number;
}

async function runOnce(rig: Rig, random: Random, chosen: Chosen, count: Counts): Promise<void> {
  const post = await mutatedPost(rig, random, chosen);
  const source = post.path.split("/")[2] ?? "";
  count.add("bySource", source);
  const began = performance.now();
  const answered = await rig.send(post).catch((error: Error) => error);
  count.slowestAnswer = Math.max(count.slowestAnswer, performance.now() - began);
  if (answered instanceof Error) {
    count.failures.push({ why: `no answer: ${answered.message}`, post });
    return;
  }
  count.add("byStatus", answered);
  if (![202, 400, 401].includes(answered)) count.failures.push({ why: `status ${answered}`, post });
  const why = judge(rig, source, post, count);
  if (why !== null) count.failures.push({ why, post });
}

/** Reads what was sent as the router would, stored or not. */
function judge(
  rig: Rig,
  source: string,
  { body, headers, path }: Post,
  count: Counts,
): string | null {
  if (!isHookSource(source)) return "no source";
  const owner = path.split("/")[3] ?? "";
  const began = performance.now();
  const { meaning } = readDelivery({ source, owner, headers, body }, rig.options);
  const taken = performance.now() - began;
  count.slowestReading = Math.max(count.slowestReading, taken);
  if (taken > TOO_LONG) return `reading took ${taken} ms`;
  if (meaning.kind === "unreadable") {
    count.add("dropped", "unreadable");
    return null;
  }
  count.events += meaning.events.length;
  for (const { reason } of meaning.dropped) count.add("dropped", reason);
  const own = optionsOf(rig.options, source, owner);
  return wrongEvents({ source, headers, body, own }, meaning.events);
}

async function mutatedPost(rig: Rig, random: Random, chosen: Chosen): Promise<Post> {
  const { index, letters } = chosen;
  const letter = letters[index];
  if (letter === undefined) throw new Error("no letter");
  const { body: other } = pick(random, letters);
  const changes = 1 + Math.floor(random() ** 2 * 4);
  const json = JSON.stringify(mutateJson(random, letter.body, changes, other)) ?? "null";
  const body = random() < 0.04 ? mutateText(random, json) : json;
  const headers = { "content-type": "application/json", ...letter.headers };
  const to = { source: letter.source, owner: `row-${index}`, headers, body };
  return rig.senders.post(to, "right", NOW);
}

type Rig = Awaited<ReturnType<typeof openRig>>;

async function openRig(letters: readonly Letter[]) {
  const senders = createSenders(SECRET);
  const rows = letters.map(({ own, source }, index): [string, SourceOptions] => [
    `${source}/row-${index}`,
    { ...senderOptions[source], ...own },
  ]);
  const options = { ...defaultOptions, sources: Object.fromEntries(rows) };
  const faults: unknown[] = [];
  const none = () => {};
  const server = createIngestServer({
    secrets: [SECRET],
    generationsOf: () => [1],
    inbox: { accept: async (batch: readonly Delivery[]) => batch.map((): Acceptance => "new") },
    clock: { now: () => NOW, sleep: () => new Promise(none) },
    log: { debug: none, info: none, warn: none, error: (fields) => void faults.push(fields) },
    options,
    outside: senders.outside,
    github: async () => {},
    health: async () => [],
    metrics: createPromTally({ now: () => NOW, registries: [] }),
    depth: async () => {
      throw new Error("not asked for");
    },
    draining: () => false,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  async function send({ body, headers, path }: Post): Promise<number> {
    const req = request({ port, path, method: "POST", headers: sendable(headers), agent });
    req.end(body);
    const [res] = await once(req, "response");
    res.resume();
    await once(res, "end");
    return res.statusCode;
  }

  async function close(): Promise<void> {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }

  return { senders, options, send, close };
}

function sendable(headers: Post["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, "?")]),
  );
}

/** The samples of $TAGBOAT_SHARED where they are, beside our own. */
function readLetters(): readonly Letter[] {
  const folder = join(process.env.TAGBOAT_SHARED ?? "../shared", "samples", "webhooks");
  if (!existsSync(folder)) return seeds;
  const ends = ".expect.json";
  const names = readdirSync(folder).filter((file) => file.endsWith(ends));
  const samples = names.flatMap((file): Letter[] => {
    const told = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const text = readFileSync(join(folder, `${file.slice(0, -ends.length)}.json`), "utf8");
    if (!isHookSource(told.source)) return [];
    const headers = Object.entries(told.headers as Record<string, string>);
    const lower = Object.fromEntries(headers.map(([name, one]) => [name.toLowerCase(), one]));
    const own = sourceOptionsSchema.parse(told.config ?? {});
    return [{ source: told.source, headers: lower, own, body: JSON.parse(text) }];
  });
  return [...seeds, ...samples];
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { runs: text, seed: text } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const letters = readLetters();
  const began = performance.now();
  const { failures, ...report } = await fuzzHooks(Number(values.runs ?? 10_000), seed, letters);
  const missing = Object.keys(sourceTable).filter((one) => report.bySource[one] === undefined);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  console.log({ seed, seconds, letters: letters.length, missing, ...report });
  console.log(`${report.runs} payloads, ${report.events} events, ${failures.length} failures`);
  for (const { post, why } of failures) console.log(`\n${why}\n${JSON.stringify(post)}`);
  process.exitCode = failures.length === 0 && missing.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
