import { createHmac } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type HookSubject, hookSignatureSecret, hookToken } from "../../src/ingest/hook-token.ts";
import type { ImageEvent } from "../../src/model/event.ts";
import { readDelivery } from "../../src/normalise/delivery.ts";
import type { HookSource } from "../../src/normalise/normaliser.ts";
import { defaultOptions, isHookSource, sourceTable } from "../../src/normalise/sources.ts";
import { type Edge, SECRET, startEdge } from "../ingest/edge.ts";

/*
 * Bodies as senders really send them, from $TAGBOAT_SHARED/samples, posted to the real HTTP edge with the
 * authentication of their source; what was stored is read and compared with what the sample says it means.
 * Without the folder there is nothing to check: said by one test outside of CI, a failure within.
 */
const samples = join(process.env.TAGBOAT_SHARED ?? "../shared", "samples");

// The folder's names of what is one of our sources in another place.
const SOURCE_OF: Readonly<Record<string, HookSource>> = {
  distribution: "distribution",
  "gitlab-registry": "distribution",
  quay: "quay",
  tekton: "tekton",
  "github-package": "github-package",
  "github-registry-package": "github-package",
  "github-ping": "github-package",
  generic: "generic",
};

const SIGNATURE_HEADER = {
  none: null,
  "github-signature": "x-hub-signature-256",
  "generic-signature": "x-signature",
} as const;

interface Image {
  readonly image: string;
  readonly tag?: string | null;
  readonly digest: string | null;
}

interface Sample {
  readonly name: string;
  readonly source: HookSource;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expected: readonly Image[];
  readonly untagged: readonly Image[];
}

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

/** Posts a sample as its sender would; returns the events of what the edge stored. */
async function throughTheEdge({ source, headers, body }: Omit<Sample, "name" | "expected">) {
  const subject: HookSubject = { source, owner: "acme", scope: { kind: "owner" }, generation: 1 };
  const signing = hookSignatureSecret(SECRET, subject);
  const signature = `sha256=${createHmac("sha256", signing).update(body).digest("hex")}`;
  const name = SIGNATURE_HEADER[sourceTable[source].authentication];
  const stale = ["x-hub-signature-256", "x-signature", "host", "content-length"];
  const kept = Object.entries(headers).filter(([header]) => !stale.includes(header.toLowerCase()));
  const answer = await fetch(`${edge.url}/hooks/${source}/acme/${hookToken(SECRET, subject)}`, {
    method: "POST",
    body,
    headers: { ...Object.fromEntries(kept), ...(name === null ? {} : { [name]: signature }) },
  });
  expect(answer.status).toBe(202);
  const delivery = edge.batches.at(-1)?.[0];
  if (delivery === undefined || !isHookSource(delivery.source))
    throw new Error("nothing was stored");
  expect(delivery.body).toBe(body);
  // Task runs are opt-in; the samples hold some, with what they mean when they are wanted.
  const options = { tekton: { ...defaultOptions.tekton, taskRuns: true } };
  const { meaning } = readDelivery({ ...delivery, source }, options);
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
    .map((file) => readSample(folder, file.slice(0, -".expect.json".length)))
    .filter((sample) => sample !== null);
}

function readSample(folder: string, name: string): Sample | null {
  const told = JSON.parse(readFileSync(join(folder, `${name}.expect.json`), "utf8"));
  const source = SOURCE_OF[told.source];
  if (source === undefined) return null;
  return {
    name,
    source,
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
    expect(all.length).toBeGreaterThanOrEqual(28);
    expect(captures.length).toBeGreaterThanOrEqual(13);
    expect(captures.filter(({ expected }) => expected.length > 0).length).toBeGreaterThanOrEqual(9);
  });

  describe("a sender's body means what its sample says", () => {
    test.each(all.map((sample) => [sample.name, sample] as const))("%s", async (_name, sample) => {
      const events = await throughTheEdge(sample);
      expect(tagged(events)).toEqual(sample.expected);
      expect(untagged(events)).toEqual(sample.source === "tekton" ? sample.untagged : []);
    });
  });

  describe("what a registry sent while it was watched", () => {
    test.each(captures.map((capture) => [capture.name, capture] as const))(
      "%s",
      async (_name, { headers, body, expected }) => {
        const sample = { source: "distribution", headers, body, untagged: [] } as const;
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
