import { readFile } from "node:fs/promises";
import type { Clock } from "../model/clock.ts";
import { type ImageName, isDigest, isTag, parseImageName, registryOf } from "../model/image.ts";
import type { ReadNeed, Registry, RegistryAnswer } from "../model/registry.ts";
import { isLoopbackHost } from "./addresses.ts";
import { createAuthorisedGet } from "./authorised-get.ts";
import type { Failure } from "./failure.ts";
import {
  type Content,
  fetchManifest,
  type Reader,
  readContent,
  readName,
} from "./image-content.ts";
import { readTags } from "./image-tags.ts";
import { createKeyring } from "./keyring.ts";
import { createRecentMap, type RecentMap } from "./recent-map.ts";
import { letsRead, type RegistryHosts, type RegistryRule, ruleFor } from "./registry-hosts.ts";
import type { Visit } from "./visit.ts";
import { createWire, type Resolve } from "./wire.ts";

/** What this room logs with; pino is one. */
export interface RegistryLog {
  debug(fields: object, message: string): void;
}

export interface OciRegistryOptions {
  readonly hosts: RegistryHosts;
  readonly clock: Clock;
  readonly log: RegistryLog;
  /** Where `passwordEnv` looks, and what credential helpers are given but for our own secrets. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Names to addresses; default: the system. */
  readonly resolve?: Resolve;
  /** Milliseconds for one request (10,000) and for a whole read (30,000). */
  readonly requestTimeout?: number;
  readonly readTimeout?: number;
  /** Milliseconds for a credential helper (10,000). */
  readonly helperTimeout?: number;
  /** Versions that are remembered by digest (5,000). */
  readonly remembered?: number;
}

export interface OciRegistry extends Registry {
  /** Closes idle connections. */
  close(): void;
}

/**
 * Reads images by the OCI distribution specification: the manifest, of an index the child for linux/amd64, and the config.
 * Whatever is used was hashed and is what its digest says. Nothing is thrown for what a registry or a repo's config does.
 */
export function createOciRegistry(options: OciRegistryOptions): OciRegistry {
  const { hosts, clock, log } = options;
  const wire = createWire(options.resolve);
  const memory: Memory = {
    contents: createRecentMap<Content>(options.remembered ?? 5000),
    tags: createRecentMap<NamedBefore>(options.remembered ?? 5000),
  };
  const http = createAuthorisedGet({
    hosts,
    wire,
    clock,
    keyring: createKeyring({
      environment: options.environment ?? {},
      timeout: options.helperTimeout ?? 10_000,
    }),
    timeout: options.requestTimeout ?? 10_000,
  });

  const reader: Reader = { http, clock };
  return {
    async read(image, reference, owner, need = "now") {
      const visit = namesVersion(image, reference)
        ? await planVisit(options, image, owner)
        : NO_VERSION;
      const answer =
        "rule" in visit ? await readFacts(reader, memory, visit, reference, need) : visit;
      if (answer.kind === "found") return answer;
      const fields = { image, reference, answer: answer.kind, detail: answer.detail };
      log.debug(fields, "image not read");
      return answer;
    },
    async tags(image, owner) {
      const visit =
        parseImageName(image) === image ? await planVisit(options, image, owner) : NO_VERSION;
      const answer = "rule" in visit ? await readTags(reader, visit, image) : visit;
      if (answer.kind === "listed") return answer;
      log.debug({ image, answer: answer.kind, detail: answer.detail }, "tags not listed");
      return answer;
    },
    async names(image, tag, owner) {
      const visit =
        isTag(tag) && namesVersion(image, tag)
          ? await planVisit(options, image, owner)
          : NO_VERSION;
      const what = `manifest of ${image}:${tag}`;
      const answer = "rule" in visit ? await readName(reader, visit, tag, what) : visit;
      if (answer.kind === "named") return answer;
      log.debug({ image, tag, answer: answer.kind, detail: answer.detail }, "tag not looked up");
      return answer;
    },
    close: wire.close,
  };
}

const NO_VERSION: Failure = {
  kind: "unreadable",
  detail: "This is not the name and tag or digest of an image.",
};

function namesVersion(image: ImageName, reference: string): boolean {
  return parseImageName(image) === image && (isTag(reference) || isDigest(reference));
}

/** Whether the read is allowed, and where it goes. */
async function planVisit(
  options: OciRegistryOptions,
  image: ImageName,
  owner: string,
): Promise<Visit | Failure> {
  const host = registryOf(image);
  const rule = ruleFor(options.hosts, image);
  if (rule === null || !letsRead(rule, owner)) {
    const detail = `The operator does not let ${owner} read ${image}.`;
    return { kind: "not-allowed", detail };
  }
  const ca = await readAuthority(rule);
  if (ca !== null && typeof ca === "object") return ca;
  const began = performance.now();
  const deadline = began + (options.readTimeout ?? 30_000);
  const name = image.slice(host.length + 1);
  return { rule, owner, image, origin: originOf(rule, host), name, ca, began, deadline };
}

/** Contents by `image@digest`; what tags named when they were read, by `image:tag`. */
interface Memory {
  readonly contents: RecentMap<Content>;
  readonly tags: RecentMap<NamedBefore>;
}

interface NamedBefore {
  readonly digest: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** How long it is enough to know what a tag named, in milliseconds. */
const TAG_MEMORY = 60 * 60_000;

async function readFacts(
  reader: Reader,
  memory: Memory,
  visit: Visit,
  reference: string,
  need: ReadNeed,
): Promise<RegistryAnswer> {
  const { image } = visit;
  const tag = isDigest(reference) ? null : reference;
  const now = reader.clock.now().getTime();
  const digest = tag === null ? reference : digestBefore(memory, `${image}:${tag}`, now);
  const known = digest === null ? undefined : memory.contents.get(`${image}@${digest}`);
  if (need === "facts" && digest !== null && known !== undefined)
    return { kind: "found", facts: { image, tag, digest, ...known } };
  const what = `${image}${tag === null ? "@" : ":"}${reference}`;
  const manifest = await fetchManifest(reader, visit, reference, `manifest of ${what}`);
  if (manifest.kind !== "fetched") return manifest;
  const key = `${image}@${manifest.digest}`;
  const content =
    memory.contents.get(key) ?? (await readContent(reader, visit, manifest.body, what, 0));
  if ("kind" in content) return content;
  memory.contents.set(key, content);
  if (tag !== null) memory.tags.set(`${image}:${tag}`, { digest: manifest.digest, at: now });
  return { kind: "found", facts: { image, tag, digest: manifest.digest, ...content } };
}

function digestBefore({ tags }: Memory, name: string, now: number): string | null {
  const before = tags.get(name);
  return before !== undefined && now - before.at < TAG_MEMORY ? before.digest : null;
}

/** The address of a registry's API. Docker Hub's has another name than its images have. */
function originOf(rule: RegistryRule, host: string): URL {
  const address = rule.address ?? (host === "docker.io" ? "registry-1.docker.io" : host);
  const isPlain = rule.plainHttp ?? isLoopbackHost(address);
  return new URL(`${isPlain ? "http" : "https"}://${address}`);
}

async function readAuthority(rule: RegistryRule): Promise<string | Failure | null> {
  if (rule.ca === null) return null;
  try {
    return await readFile(rule.ca, "utf8");
  } catch {
    const detail = `The certificate file for ${rule.prefix} cannot be read.`;
    return { kind: "unavailable", detail, retryAt: null };
  }
}
