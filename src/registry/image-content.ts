import { createHash } from "node:crypto";
import type { Clock } from "../model/clock.ts";
import { isDigest } from "../model/image.ts";
import type { ImageFacts, NamedAnswer } from "../model/registry.ts";
import type { AuthorisedGet } from "./authorised-get.ts";
import { type Failure, failureOf } from "./failure.ts";
import { acceptedManifests, type ImageConfig, readConfig, readManifest } from "./manifest.ts";
import type { Visit } from "./visit.ts";

/** What a digest stands for never changes. */
export type Content = Pick<ImageFacts, "created" | "labels" | "platforms">;

/** A manifest with the digest of its bytes. */
export interface Fetched {
  readonly kind: "fetched";
  readonly body: Buffer;
  readonly digest: string;
}

/** What reading needs: the way to the registry, and the time for `retryAt`. */
export interface Reader {
  readonly http: AuthorisedGet;
  readonly clock: Clock;
}

const MANIFEST_CAP = 4 * 1024 * 1024;
const CONFIG_CAP = 8 * 1024 * 1024;
const DEEPEST_INDEX = 2;

/** Reads what a manifest or index says of its image. `what`: the image, for messages. `depth`: how many indexes were passed. */
export async function readContent(
  reader: Reader,
  visit: Visit,
  body: Buffer,
  what: string,
  depth: number,
): Promise<Content | Failure> {
  const manifest = readManifest(body);
  if (manifest === null)
    return { kind: "unreadable", detail: `The manifest of ${what} is not that of an image.` };
  if (manifest.kind === "manifest")
    return readOne(reader, visit, manifest.config, manifest.annotations, what);
  if (depth === DEEPEST_INDEX)
    return { kind: "unreadable", detail: `The index of ${what} is nested too deeply.` };
  const child = await fetchManifest(reader, visit, manifest.child, `child manifest of ${what}`);
  if (child.kind !== "fetched") return child;
  const content = await readContent(reader, visit, child.body, what, depth + 1);
  if ("kind" in content) return content;
  const platforms = manifest.platforms.length > 0 ? manifest.platforms : content.platforms;
  return { ...content, labels: { ...manifest.annotations, ...content.labels }, platforms };
}

async function readOne(
  reader: Reader,
  visit: Visit,
  digest: string | null,
  annotations: Readonly<Record<string, string>>,
  what: string,
): Promise<Content | Failure> {
  if (digest === null) return { created: null, labels: annotations, platforms: [] };
  const config = await fetchConfig(reader, visit, digest, `config of ${what}`);
  if ("kind" in config) return config;
  return {
    created: config.created,
    labels: { ...annotations, ...config.labels },
    platforms: config.platform === null ? [] : [config.platform],
  };
}

/** Fetches a manifest by tag or digest and checks its bytes against every digest that was named. */
export async function fetchManifest(
  reader: Reader,
  visit: Visit,
  reference: string,
  what: string,
): Promise<Fetched | Failure> {
  const answer = await reader.http.get(visit, {
    path: `/v2/${visit.name}/manifests/${reference}`,
    accept: acceptedManifests,
    cap: MANIFEST_CAP,
    redirects: false,
  });
  if (answer.kind === "failed" || answer.status !== 200)
    return failureOf(answer, what, reader.clock.now());
  const digest = digestOf(answer.body);
  const said = answer.headers["docker-content-digest"];
  const isOther = typeof said === "string" && isDigest(said) && said !== digest;
  if (isOther || (isDigest(reference) && reference !== digest))
    return { kind: "unreadable", detail: `The ${what} does not have the digest it should have.` };
  return { kind: "fetched", body: answer.body, digest };
}

/**
 * The digest that a tag names: by the header of a HEAD, which Docker Hub does not count as a pull; of one that does not tell there, or
 * knows no HEAD, by the manifest itself.
 */
export async function readName(
  reader: Reader,
  visit: Visit,
  tag: string,
  what: string,
): Promise<NamedAnswer> {
  const answer = await reader.http.get(visit, {
    path: `/v2/${visit.name}/manifests/${tag}`,
    accept: acceptedManifests,
    cap: MANIFEST_CAP,
    redirects: false,
    head: true,
  });
  if (answer.kind === "answered" && (answer.status === 200 || answer.status === 405)) {
    const said = answer.headers["docker-content-digest"];
    if (answer.status === 200 && typeof said === "string" && isDigest(said))
      return { kind: "named", digest: said };
    const manifest = await fetchManifest(reader, visit, tag, what);
    return manifest.kind === "fetched" ? { kind: "named", digest: manifest.digest } : manifest;
  }
  return failureOf(answer, what, reader.clock.now());
}

async function fetchConfig(
  reader: Reader,
  visit: Visit,
  digest: string,
  what: string,
): Promise<ImageConfig | Failure> {
  const answer = await reader.http.get(visit, {
    path: `/v2/${visit.name}/blobs/${digest}`,
    accept: "*/*",
    cap: CONFIG_CAP,
    redirects: true,
  });
  if (answer.kind === "failed" || answer.status !== 200)
    return failureOf(answer, what, reader.clock.now());
  if (digestOf(answer.body) !== digest)
    return { kind: "unreadable", detail: `The ${what} does not have the digest it should have.` };
  return readConfig(answer.body) ?? { kind: "unreadable", detail: `The ${what} is not readable.` };
}

function digestOf(body: Buffer): string {
  return `sha256:${createHash("sha256").update(body).digest("hex")}`;
}
