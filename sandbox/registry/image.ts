import { gzipSync } from "node:zlib";
import { OCI_INDEX, OCI_MANIFEST } from "./manifests.ts";
import { digestOf } from "./shelves.ts";

export interface ImageOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339: when it says that it was built. */
  readonly created?: string;
  /** `linux/amd64`; more than one makes an index. Default: one, linux/amd64. */
  readonly platforms?: readonly string[];
  /** Text of its only file, so that two images differ. */
  readonly content?: string;
}

interface Part {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly digest: string;
}

/** A real OCI image: blobs and manifests in the order in which they can be pushed; the last manifest is what a tag names. */
export interface MadeImage {
  readonly digest: string;
  readonly blobs: readonly Part[];
  readonly manifests: readonly Part[];
}

const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** An image of one layer with one file; no base, no daemon. */
export function makeImage(options: ImageOptions = {}): MadeImage {
  const { platforms = ["linux/amd64"], content = "hello\n" } = options;
  const blobs: Part[] = [];
  const children: Part[] = [];
  for (const platform of platforms) {
    const tar = tarOf("hello.txt", `${platform}\n${content}`);
    const layer = part(LAYER, gzipSync(tar));
    const config = part(CONFIG, json(configOf(platform, digestOf(tar), options)));
    const body = {
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: described(config),
      layers: [described(layer)],
    };
    blobs.push(config, layer);
    children.push(part(OCI_MANIFEST, json(body)));
  }
  const manifests = children.length === 1 ? children : [...children, indexOf(platforms, children)];
  return { digest: manifests.at(-1)?.digest ?? "", blobs, manifests };
}

function configOf(platform: string, diff: string, { created, labels }: ImageOptions): object {
  const [os = "linux", architecture = "amd64"] = platform.split("/");
  return {
    ...(created === undefined ? {} : { created }),
    architecture,
    os,
    config: labels === undefined ? {} : { Labels: labels },
    rootfs: { type: "layers", diff_ids: [diff] },
  };
}

function indexOf(platforms: readonly string[], children: readonly Part[]): Part {
  const manifests = children.map((child, place) => {
    const [os, architecture] = (platforms[place] ?? "").split("/");
    return { ...described(child), platform: { os, architecture } };
  });
  return part(OCI_INDEX, json({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}

function part(mediaType: string, bytes: Buffer): Part {
  return { mediaType, bytes, digest: digestOf(bytes) };
}

function described({ mediaType, bytes, digest }: Part) {
  return { mediaType, digest, size: bytes.length };
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A tar archive (ustar) of one file. */
function tarOf(name: string, text: string): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length, "0")}\0`;
  header.write(name, 0);
  header.write(octal(0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write("        0", 148);
  header.write("ustar\x0000", 257);
  // The checksum counts its own field as blanks.
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

export interface PushTarget {
  /** `http://127.0.0.1:5000`, without a slash at the end. */
  readonly baseUrl: string;
  /** Default: over HTTP. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** Value of the Authorization header. */
  readonly authorization?: string;
}

/** Pushes an image by the OCI distribution API, as any client does. Rejects when the registry refuses. Resolves with the digest. */
export async function pushImage(
  target: PushTarget,
  name: string,
  tag: string,
  image: MadeImage,
): Promise<string> {
  for (const blob of image.blobs) {
    const opened = await send(target, "POST", `/v2/${name}/blobs/uploads/`, null);
    const place = new URL(opened.headers.get("location") ?? "", target.baseUrl);
    place.searchParams.set("digest", blob.digest);
    const type = "application/octet-stream";
    await send(target, "PUT", place.href, { mediaType: type, bytes: blob.bytes });
  }
  for (const manifest of image.manifests) {
    const reference = manifest.digest === image.digest ? tag : manifest.digest;
    await send(target, "PUT", `/v2/${name}/manifests/${reference}`, manifest);
  }
  return image.digest;
}

async function send(
  target: PushTarget,
  method: string,
  path: string,
  content: { readonly mediaType: string; readonly bytes: Buffer } | null,
): Promise<Response> {
  const headers = new Headers({ "user-agent": "sandbox-pusher" });
  if (target.authorization !== undefined) headers.set("authorization", target.authorization);
  if (content !== null) headers.set("content-type", content.mediaType);
  const body = content === null ? null : new Uint8Array(content.bytes);
  const request = new Request(new URL(path, target.baseUrl), { method, headers, body });
  const answer = await (target.fetch ?? fetch)(request);
  if (!answer.ok) {
    const said = (await answer.text()).slice(0, 500);
    throw new Error(`the registry answered ${answer.status} to ${method} ${path}: ${said}`);
  }
  return answer;
}
