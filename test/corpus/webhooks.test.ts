import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Credentials, createSenders, senderOptions } from "../../scripts/hook-senders.ts";
import { run } from "../../src/cli/run.ts";
import { createProveSender } from "../../src/ingest/prove-sender.ts";
import type { ImageEvent } from "../../src/model/event.ts";
import { readDelivery } from "../../src/normalise/delivery.ts";
import type { HookSource } from "../../src/normalise/normaliser.ts";
import { type SourceOptions, sourceOptionsSchema } from "../../src/normalise/source-options.ts";
import { defaultOptions, isHookSource, sourceTable } from "../../src/normalise/sources.ts";
import { type Edge, SECRET, startEdge } from "../ingest/edge.ts";
import { FakeClock } from "../support/fake-clock.ts";

/*
 * Bodies as senders really send them, from $TAGBOAT_SHARED/samples, posted to the real HTTP edge with the
 * authentication of their source; what was stored is read and compared with what the sample says it means.
 * Without the folder there is nothing to check: said by one test outside of CI, a failure within.
 */
const samples = join(process.env.TAGBOAT_SHARED ?? "../shared", "samples");

interface Image {
  readonly image: string;
  readonly tag?: string | null;
  readonly digest: string | null;
}

interface Sent {
  readonly name: string;
  readonly source: HookSource;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly config?: SourceOptions;
}

interface Sample extends Sent {
  /** Where the sidecar gives the secret by which its signature was made. */
  readonly secret: string | null;
  readonly expected: readonly Image[];
  readonly untagged: readonly Image[];
}

const senders = createSenders(SECRET);
const clock = new FakeClock("2026-11-22T15:00:00Z");
// Each sample has an owner of its own, and so the settings that its sidecar gives for it.
const sources: Record<string, SourceOptions> = { ...senderOptions };
// Task runs are opt-in; the samples hold some, with what they mean when they are wanted.
const options = { tekton: { ...defaultOptions.tekton, taskRuns: true }, sources };

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge({ outside: senders.outside, options, clock });
});
afterAll(() => edge.stop());

async function send(sample: Sent, credentials: Credentials): Promise<number> {
  const owner = sample.name.toLowerCase().replace(/[^a-z0-9]/g, "-");
  if (sample.config !== undefined) sources[`${sample.source}/${owner}`] = sample.config;
  const { body, headers, path } = await senders.post(
    { ...sample, owner },
    credentials,
    clock.now(),
  );
  const answer = await fetch(edge.url + path, { method: "POST", body, headers });
  return answer.status;
}

/** Posts a sample as its sender would; returns the events of what the edge stored. */
async function throughTheEdge(sample: Sent) {
  const before = edge.batches.length;
  expect(await send(sample, "right")).toBe(202);
  expect(edge.batches.length).toBe(before + 1);
  const delivery = edge.batches.at(-1)?.[0];
  if (delivery === undefined || !isHookSource(delivery.source))
    throw new Error("nothing was stored");
  if (sample.source !== "ecr-sns") expect(delivery.body).toBe(sample.body);
  const { meaning } = readDelivery({ ...delivery, source: delivery.source }, options);
  if (meaning.kind === "unreadable") throw new Error(meaning.detail);
  return meaning.events;
}

function tagged(events: readonly ImageEvent[]): readonly Image[] {
  return events
    .filter(({ tag }) => tag !== null)
    .map(({ image, tag, digest }) => ({ image, tag, digest }));
}

/** Only a pipeline's image without a tag is an event: the config's template may compute its tag. */
function untagged(events: readonly ImageEvent[]): readonly Image[] {
  return events.filter(({ tag }) => tag === null).map(({ image, digest }) => ({ image, digest }));
}

function readSamples(): readonly Sample[] {
  const folder = join(samples, "webhooks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".expect.json"))
    .map((file) => readSample(folder, file.slice(0, -".expect.json".length)));
}

function readSample(folder: string, name: string): Sample {
  const told = JSON.parse(readFileSync(join(folder, `${name}.expect.json`), "utf8"));
  if (!isHookSource(told.source)) throw new Error(`${name}: ${told.source} is no source`);
  return {
    name,
    source: told.source,
    secret: told.secret ?? null,
    ...(told.config === undefined ? {} : { config: sourceOptionsSchema.parse(told.config) }),
    headers: told.headers,
    body: readFileSync(join(folder, `${name}.json`), "utf8"),
    expected: told.expect,
    untagged: told.untagged ?? [],
  };
}

interface Capture {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: readonly Image[];
}

function readCaptures(): readonly Capture[] {
  const folder = join(samples, "registry");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return files.map((name) => {
    const { headers, body } = JSON.parse(readFileSync(join(folder, name), "utf8"));
    // Their names say what was done: only a push with a tag means anything.
    const isPush = name.includes("-push-") && !name.includes("untagged");
    const [{ target, request }] = body.events;
    const image = `${request.host}/${target.repository}`;
    const expected = isPush ? [{ image, tag: target.tag, digest: target.digest }] : [];
    return { name, headers, body: JSON.stringify(body, null, 3), expected };
  });
}

if (!existsSync(samples) && !process.env.CI) {
  test("no samples folder: nothing was checked (set TAGBOAT_SHARED)", () => {
    expect(existsSync(samples)).toBe(false);
  });
} else {
  const all = readSamples();
  const captures = readCaptures();

  test("the samples are there, of every source", () => {
    expect(new Set(all.map(({ source }) => source))).toEqual(new Set(Object.keys(sourceTable)));
    expect(all.length).toBeGreaterThanOrEqual(94);
    expect(captures.length).toBeGreaterThanOrEqual(13);
    expect(captures.filter(({ expected }) => expected.length > 0).length).toBeGreaterThanOrEqual(9);
  });

  describe("a sender's body means what its sample says", () => {
    test.each(all.map((sample) => [sample.name, sample] as const))("%s", async (_name, sample) => {
      const events = await throughTheEdge(sample);
      expect(tagged(events)).toEqual(sample.expected);
      // The others' untagged pushes mean nothing.
      expect(untagged(events)).toEqual(sample.source === "tekton" ? sample.untagged : []);
    });
  });

  describe("the command line tells the same", () => {
    const folder = mkdtempSync(join(tmpdir(), "tagboat-samples-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each(all.map((sample) => [sample.name, sample] as const))("%s", async (name, sample) => {
      const [headers, own] = ["headers", "options"].map((one) => join(folder, `${one}.json`));
      writeFileSync(headers ?? "", JSON.stringify(sample.headers));
      writeFileSync(own ?? "", JSON.stringify(sample.config ?? {}));
      const payload = join(samples, "webhooks", `${name}.json`);
      const files = ["--headers", headers ?? "", "--options", own ?? "", payload];
      let out = "";
      const tell = (text: string) => {
        out += text;
      };
      const terminal = { variables: {}, out: tell, err: tell };
      const code = await run(["parse", "--source", sample.source, "--json", ...files], terminal);
      expect(code).toBe(0);
      const { dropped, events } = JSON.parse(out);
      expect(events).toEqual(sample.expected);
      expect(sample.expected.length + dropped.length).toBeGreaterThan(0);
    });
  });

  describe("without its proof or with another's nothing is stored", () => {
    test.each(all.map((sample) => [sample.name, sample] as const))("%s", async (_name, sample) => {
      const before = edge.batches.length;
      expect(await send(sample, "wrong")).toBe(401);
      expect(await send(sample, "missing")).toBe(401);
      expect(edge.batches.length).toBe(before);
    });
  });

  // The sidecars' own signatures, made by others: a check that does not rest on how ours are made.
  const signed = all.filter(({ secret }) => secret !== null);
  test.each(signed.map((sample) => [sample.name, sample] as const))(
    "the signature that came with %s is right under its secret, and under no other",
    async (_name, sample) => {
      const prove = createProveSender(senders.outside);
      const named = Object.entries(sample.headers).map(([name, value]) => [
        name.toLowerCase(),
        value,
      ]);
      const headers = Object.fromEntries(named) as Record<string, string>;
      const isToken = headers["x-jfrog-event-auth"] === sample.secret;
      const seconds = Number(headers["webhook-timestamp"] ?? 0);
      const sent = { headers, body: Buffer.from(sample.body), now: new Date(seconds * 1000) };
      const own: SourceOptions = isToken ? { signing: "token" } : {};
      const by = sourceTable[sample.source].authentication;
      const secrets = ["another", sample.secret ?? ""];
      expect(await prove(by, { ...sent, secrets }, own)).toEqual({ kind: "proven" });
      const strangers = await prove(by, { ...sent, secrets: ["another"] }, own);
      expect(strangers.kind).toBe("refused");
    },
  );

  describe("what a registry sent while it was watched", () => {
    test.each(captures.map((capture) => [capture.name, capture] as const))(
      "%s",
      async (name, { headers, body, expected }) => {
        const sample = { name, source: "distribution", headers, body } as const;
        expect(tagged(await throughTheEdge(sample))).toEqual(expected);
      },
    );

    test("every retry carries the sender's same id", async () => {
      const retries = captures.filter(({ name }) => /attempt(1|10)-/.test(name));
      const ids = retries.map(({ headers, body }) => {
        const raw = { source: "distribution", headers, body } as const;
        return readDelivery(raw, defaultOptions).senderId;
      });
      expect(ids).toEqual([ids[0], ids[0]]);
      expect(ids[0]).not.toBeNull();
    });
  });
}
