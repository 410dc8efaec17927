import type { EventTarget } from "./notifications.ts";
import { Refusal } from "./refusal.ts";
import { digestOf, type Manifest, type Shelves } from "./shelves.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const INDEXES = [OCI_INDEX, DOCKER_LIST];
const KNOWN = [OCI_MANIFEST, DOCKER_MANIFEST, ...INDEXES];

// Limit of distribution for manifests.
const LARGEST = 4 * 1024 * 1024;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

interface Descriptor {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

/** Stores a manifest under a tag or its digest. Throws `Refusal` for one that is broken or names what is not here. */
export function putManifest(
  shelves: Shelves,
  name: string,
  reference: string,
  given: { readonly mediaType: string; readonly bytes: Buffer },
): Manifest {
  if (given.bytes.length > LARGEST) throw new Refusal("SIZE_INVALID", "manifest is too large");
  if (!DIGEST.test(reference) && !TAG.test(reference))
    throw new Refusal("TAG_INVALID", "manifest tag did not match URI");
  const mediaType = given.mediaType.split(";")[0]?.trim() ?? "";
  const digest = digestOf(given.bytes);
  if (reference.includes(":") && reference !== digest)
    throw new Refusal("DIGEST_INVALID", "provided digest did not match uploaded content");
  for (const { digest: needed } of referencesOf({ digest, mediaType, bytes: given.bytes }))
    requirePart(shelves, name, mediaType, needed);
  const manifest: Manifest = { digest, mediaType, bytes: given.bytes };
  const image = shelves.image(name, true);
  image.manifests.set(digest, manifest);
  if (!reference.includes(":")) image.tags.set(reference, digest);
  return manifest;
}

function requirePart(shelves: Shelves, name: string, mediaType: string, digest: string): void {
  const isIndex = INDEXES.includes(mediaType);
  const found = isIndex ? shelves.manifest(name, digest) : shelves.blob(name, digest);
  if (found !== null) return;
  const what = isIndex ? "manifest" : "blob";
  throw new Refusal("MANIFEST_BLOB_UNKNOWN", `${what} unknown to registry`, { digest });
}

/** What a manifest names: config and layers, or the manifests of an index. Throws `Refusal` when it cannot be read. */
export function referencesOf(manifest: Manifest): readonly Descriptor[] {
  const { mediaType, bytes } = manifest;
  const parsed = parse(bytes);
  const declared = parsed.mediaType;
  if (!KNOWN.includes(mediaType) || (declared !== undefined && declared !== mediaType))
    throw new Refusal("MANIFEST_INVALID", "manifest invalid", `unrecognised media type`);
  const parts = INDEXES.includes(mediaType)
    ? parsed.manifests
    : [parsed.config, ...(Array.isArray(parsed.layers) ? parsed.layers : [])];
  if (!Array.isArray(parts)) throw new Refusal("MANIFEST_INVALID", "manifest invalid");
  return parts.map(descriptor);
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Falls through: what is not JSON is not a manifest.
  }
  throw new Refusal("MANIFEST_INVALID", "manifest invalid");
}

function descriptor(value: unknown): Descriptor {
  const { mediaType, size, digest } = (value ?? {}) as Partial<Record<keyof Descriptor, unknown>>;
  const good = typeof mediaType === "string" && typeof size === "number" && size >= 0;
  if (!good || typeof digest !== "string" || !DIGEST.test(digest))
    throw new Refusal("MANIFEST_INVALID", "manifest invalid", "a descriptor is not complete");
  return { mediaType, size, digest };
}

/** What an event says of a manifest. */
export function targetOf(
  origin: string,
  name: string,
  manifest: Manifest,
  tag: string | null,
): EventTarget {
  const { digest, mediaType, bytes } = manifest;
  return {
    mediaType,
    size: bytes.length,
    digest,
    length: bytes.length,
    repository: name,
    url: `${origin}/v2/${name}/manifests/${digest}`,
    ...(tag === null ? {} : { tag }),
    references: referencesOf(manifest),
  };
}
