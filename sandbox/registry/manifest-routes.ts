import type { Call, Desk } from "./desk.ts";
import { putManifest, targetOf } from "./manifests.ts";
import { Refusal } from "./refusal.ts";
import type { Image, Manifest } from "./shelves.ts";
import { tell } from "./tell.ts";

/** `/v2/{name}/manifests/{tag or digest}` */
export async function serveManifest(desk: Desk, call: Call): Promise<Response> {
  switch (call.request.method) {
    case "GET":
    case "HEAD":
      return read(desk, call);
    case "PUT":
      return put(desk, call);
    case "DELETE":
      return remove(desk, call);
    default:
      throw new Refusal("UNSUPPORTED", "The operation is unsupported.");
  }
}

function found(desk: Desk, { name, rest }: Call): Manifest {
  const manifest = desk.shelves.manifest(name, rest);
  if (manifest === null) throw new Refusal("MANIFEST_UNKNOWN", "manifest unknown", rest);
  return manifest;
}

function tagOf({ rest }: Call): string | null {
  return rest.includes(":") ? null : rest;
}

function read(desk: Desk, call: Call): Response {
  const manifest = found(desk, call);
  const { digest, mediaType, bytes } = manifest;
  tell(desk, call, "pull", targetOf(call.url.origin, call.name, manifest, tagOf(call)));
  const headers = {
    "content-type": mediaType,
    "content-length": String(bytes.length),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  const body = call.request.method === "HEAD" ? null : new Uint8Array(bytes);
  return new Response(body, { headers });
}

async function put(desk: Desk, call: Call): Promise<Response> {
  const { request, url, name, rest } = call;
  const bytes = Buffer.from(await request.arrayBuffer());
  const mediaType = request.headers.get("content-type") ?? "";
  const manifest = putManifest(desk.shelves, name, rest, { mediaType, bytes });
  tell(desk, call, "push", targetOf(url.origin, name, manifest, tagOf(call)));
  const location = `${url.origin}/v2/${name}/manifests/${manifest.digest}`;
  const headers = { location, "docker-content-digest": manifest.digest };
  return new Response(null, { status: 201, headers });
}

/** Of a digest goes the manifest with all its tags, each told on its own; of a tag only the tag. */
function remove(desk: Desk, call: Call): Response {
  const { digest } = found(desk, call);
  const image = desk.shelves.image(call.name, true);
  const tag = tagOf(call);
  if (tag !== null) {
    untag(desk, call, image, tag);
    return new Response(null, { status: 202 });
  }
  image.manifests.delete(digest);
  tell(desk, call, "delete", { digest, repository: call.name });
  const tags = [...image.tags].filter(([, pointed]) => pointed === digest);
  for (const [name] of tags) untag(desk, call, image, name);
  return new Response(null, { status: 202 });
}

function untag(desk: Desk, call: Call, image: Image, tag: string): void {
  image.tags.delete(tag);
  tell(desk, call, "delete", { repository: call.name, tag });
}

/** `/v2/{name}/tags/list`, by pages of `n` after `last`. */
export function serveTags(desk: Desk, { request, url, name }: Call): Response {
  if (request.method !== "GET") throw new Refusal("UNSUPPORTED", "The operation is unsupported.");
  const image = desk.shelves.image(name);
  if (image === null)
    throw new Refusal("NAME_UNKNOWN", "repository name not known to registry", { name });
  const n = url.searchParams.get("n");
  if (n !== null && !/^\d{1,6}$/.test(n))
    throw new Refusal("PAGINATION_NUMBER_INVALID", "invalid number of results requested");
  const last = url.searchParams.get("last") ?? "";
  const after = [...image.tags.keys()].sort().filter((tag) => tag > last);
  const tags = n === null ? after : after.slice(0, Number(n));
  const headers = new Headers();
  if (tags.length < after.length && tags.length > 0) {
    const next = new URLSearchParams({ last: tags.at(-1) ?? "", n: n ?? "" });
    headers.set("link", `</v2/${name}/tags/list?${next}>; rel="next"`);
  }
  return Response.json({ name, tags }, { headers });
}
