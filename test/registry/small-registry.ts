import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A http server that answers by path, records what it was asked, and says 404 otherwise. */
export interface SmallServer {
  readonly host: string;
  readonly answers: Map<string, Answer>;
  readonly asked: { readonly path: string; readonly authorization: string | null }[];
  stop(): Promise<void>;
}

export async function startServer(): Promise<SmallServer> {
  const answers = new Map<string, Answer>();
  const asked: SmallServer["asked"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push({ path, authorization: request.headers.authorization ?? null });
    const answer = answers.get(path.replace(/\?.*$/, ""));
    if (answer === undefined) response.writeHead(404).end("{}");
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    asked,
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

export function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

export function answerWith(
  status: number,
  body = "",
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Puts a manifest under its digest and, if given, a tag. Returns the digest. */
export function putManifest(server: SmallServer, body: object, tag?: string): string {
  const text = JSON.stringify(body);
  const digest = digestOf(text);
  const answer = answerWith(200, text, { "docker-content-digest": digest });
  for (const reference of tag === undefined ? [digest] : [digest, tag])
    server.answers.set(`/v2/acme/app/manifests/${reference}`, answer);
  return digest;
}

export function putBlob(server: SmallServer, text: string): string {
  const digest = digestOf(text);
  server.answers.set(`/v2/acme/app/blobs/${digest}`, answerWith(200, text));
  return digest;
}

export const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const INDEX = "application/vnd.oci.image.index.v1+json";

/** An image of one platform with labels. Returns its digest. */
export function putImage(server: SmallServer, tag?: string, arch = "amd64"): string {
  const config = putBlob(
    server,
    JSON.stringify({
      created: "2026-08-21T10:11:12.123456789Z",
      os: "linux",
      architecture: arch,
      config: { Labels: { "org.opencontainers.image.revision": `rev-${arch}`, n: 1 } },
    }),
  );
  const mediaType = "application/vnd.oci.image.config.v1+json";
  return putManifest(server, { mediaType: MANIFEST, config: { mediaType, digest: config } }, tag);
}
