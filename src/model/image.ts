/** An image: a repository in a registry with its host, in lower case: `quay.io/org/app`. Never carries a tag. */
export type ImageName = string;

/** A reference as written somewhere: an image with what came behind it. */
export interface ImageReference {
  readonly image: ImageName;
  readonly tag: string | null;
  readonly digest: string | null;
}

/** A version of an image. At least one of the two is set. */
export interface ImageVersion {
  readonly tag: string | null;
  readonly digest: string | null;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
// OCI distribution spec 1.1: a tag is at most 128 characters of this shape.
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const HOST = /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+|[a-z0-9-]+(?=:)|\[[0-9a-f:]+\])(:\d{1,5})?$/;
const PATH = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;
const DOCKER_HUB = new Set([
  "docker.io",
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "hub.docker.com",
]);

/** Whether `text` is a whole sha256 digest (`sha256:` and 64 hex digits). */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Whether `text` may be a tag by the OCI distribution spec. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether `tag` names a signature, attestation or SBOM of another manifest (cosign, referrers) rather than a version. */
export function isAttachmentTag(tag: string): boolean {
  return /^sha256-[0-9a-f]{64}(\..+)?$/.test(tag);
}

/**
 * Splits a reference as it is written: `host:5000/app:v1@sha256:…`.
 * The tag is looked for behind the last slash, so that a port is not taken for one.
 */
export function splitReference(text: string): {
  name: string;
  tag: string | null;
  digest: string | null;
} {
  const at = text.indexOf("@");
  const digest = at < 0 ? null : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.indexOf(":", rest.lastIndexOf("/") + 1);
  return {
    name: colon < 0 ? rest : rest.slice(0, colon),
    tag: colon < 0 ? null : rest.slice(colon + 1),
    digest,
  };
}

/**
 * The image that a name stands for: scheme stripped, lower case, Docker Hub's hosts as `docker.io`
 * with its implied `library/`. `null` when the text cannot be an image.
 */
export function parseImageName(text: string): ImageName | null {
  const bare = text
    .trim()
    .replace(/^(https?|oci|docker):\/\//i, "")
    .toLowerCase();
  const slash = bare.indexOf("/");
  const first = slash < 0 ? "" : bare.slice(0, slash);
  const hosted = HOST.test(first);
  const host = hosted ? first : "docker.io";
  const path = hosted ? bare.slice(slash + 1) : bare;
  if (!PATH.test(path)) return null;
  if (!DOCKER_HUB.has(host)) return `${host}/${path}`;
  return path.includes("/") ? `docker.io/${path}` : `docker.io/library/${path}`;
}

/** Reads a whole reference. A tag or digest that is none is dropped; `null` when the name is no image. */
export function parseImageReference(text: string): ImageReference | null {
  const { name, tag, digest } = splitReference(text.trim());
  const image = parseImageName(name);
  if (image === null) return null;
  return {
    image,
    tag: tag !== null && isTag(tag) ? tag : null,
    digest: digest !== null && isDigest(digest) ? digest : null,
  };
}

/** The registry host of an image, with its port: `quay.io`, `localhost:5000`. */
export function registryOf(image: ImageName): string {
  return image.slice(0, image.indexOf("/"));
}
