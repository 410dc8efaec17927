import type { Call, Desk } from "./desk.ts";
import { Refusal } from "./refusal.ts";
import { digestOf } from "./shelves.ts";
import { tell } from "./tell.ts";

const BLOB = "application/octet-stream";

/** `/v2/{name}/blobs/{digest}` */
export function serveBlob(desk: Desk, call: Call): Response {
  const { request, name, rest: digest } = call;
  const bytes = desk.shelves.blob(name, digest);
  if (bytes === null) throw new Refusal("BLOB_UNKNOWN", "blob unknown to registry", { digest });
  if (request.method === "DELETE") {
    desk.shelves.image(name)?.blobs.delete(digest);
    tell(desk, call, "delete", { digest, repository: name });
    return new Response(null, { status: 202 });
  }
  if (request.method !== "GET" && request.method !== "HEAD")
    throw new Refusal("UNSUPPORTED", "The operation is unsupported.");
  tell(desk, call, "pull", blobTarget(call, digest, bytes));
  const headers = {
    "content-type": BLOB,
    "content-length": String(bytes.length),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  return new Response(request.method === "HEAD" ? null : new Uint8Array(bytes), { headers });
}

/** `/v2/{name}/blobs/uploads/…`: in one piece, in chunks, or mounted from another image. */
export async function serveUpload(desk: Desk, call: Call): Promise<Response> {
  const { request, name, rest: id } = call;
  if (id === "") return request.method === "POST" ? begin(desk, call) : unsupported();
  const parts = desk.uploads.parts(name, id);
  switch (request.method) {
    case "GET":
      return progress(call, id, parts, 204);
    case "PATCH":
      await take(request, parts);
      return progress(call, id, parts, 202);
    case "PUT":
      await take(request, parts);
      desk.uploads.end(id);
      return finish(desk, call, Buffer.concat(parts));
    case "DELETE":
      desk.uploads.end(id);
      return new Response(null, { status: 204 });
    default:
      return unsupported();
  }
}

async function begin(desk: Desk, call: Call): Promise<Response> {
  const { request, url, name } = call;
  const mount = url.searchParams.get("mount");
  const from = url.searchParams.get("from");
  if (mount !== null && from !== null && desk.shelves.mount(name, from, mount)) {
    const bytes = desk.shelves.blob(name, mount) ?? Buffer.alloc(0);
    tell(desk, call, "mount", blobTarget(call, mount, bytes));
    return created(call, mount);
  }
  if (url.searchParams.has("digest"))
    return finish(desk, call, Buffer.from(await request.arrayBuffer()));
  const id = desk.uploads.open(name);
  return progress(call, id, [], 202);
}

/** A chunk must begin where the last one ended. */
async function take(request: Request, parts: Buffer[]): Promise<void> {
  const size = sizeOf(parts);
  const start = /^(\d+)-\d+$/.exec(request.headers.get("content-range") ?? "")?.[1];
  if (start !== undefined && Number(start) !== size)
    throw new Refusal("BLOB_UPLOAD_INVALID", "blob upload invalid", { expected: size });
  parts.push(Buffer.from(await request.arrayBuffer()));
}

function finish(desk: Desk, call: Call, bytes: Buffer): Response {
  const digest = call.url.searchParams.get("digest");
  if (digest !== digestOf(bytes))
    throw new Refusal("DIGEST_INVALID", "provided digest did not match uploaded content");
  desk.shelves.putBlob(call.name, bytes);
  tell(desk, call, "push", blobTarget(call, digest, bytes));
  return created(call, digest);
}

function created({ url, name }: Call, digest: string): Response {
  const location = `${url.origin}/v2/${name}/blobs/${digest}`;
  const headers = { location, "docker-content-digest": digest };
  return new Response(null, { status: 201, headers });
}

function progress({ url, name }: Call, id: string, parts: readonly Buffer[], status: number) {
  const headers = {
    location: `${url.origin}/v2/${name}/blobs/uploads/${id}`,
    "docker-upload-uuid": id,
    // Inclusive: an empty upload says 0-0 as well.
    range: `0-${Math.max(0, sizeOf(parts) - 1)}`,
  };
  return new Response(null, { status, headers });
}

function sizeOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function blobTarget({ url, name }: Call, digest: string, bytes: Buffer) {
  const { length } = bytes;
  const address = `${url.origin}/v2/${name}/blobs/${digest}`;
  return { mediaType: BLOB, size: length, digest, length, repository: name, url: address };
}

function unsupported(): never {
  throw new Refusal("UNSUPPORTED", "The operation is unsupported.");
}
