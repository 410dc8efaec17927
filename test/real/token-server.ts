import { execFile } from "node:child_process";
import { randomUUID, sign, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

/** A token service by the distribution token specification: RS256 with the certificate in the header. */
export interface TokenServer {
  /** `127.0.0.1:5002`. */
  readonly host: string;
  /** The certificate that registries are to trust. */
  readonly bundle: string;
  /** Scopes that were granted, with their names. */
  readonly granted: readonly string[];
  stop(): Promise<void>;
}

export const ISSUER = "tokens of the test";
/** What every registry of the test is called in tokens. */
export const SERVICE = "registry of the test";

/** @param rights password and what each user may do: `{ ci: { password, actions: ["pull", "push"] } }`. */
export async function startTokenServer(
  folder: string,
  rights: Readonly<Record<string, { password: string; actions: readonly string[] }>>,
): Promise<TokenServer> {
  const bundle = join(folder, "tokens.crt");
  const keyFile = join(folder, "tokens.key");
  const subject = ["-subj", "/CN=tokens", "-days", "2", "-nodes"];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-keyout", keyFile, "-out", bundle],
    ...subject,
  ]);
  const key = await readFile(keyFile);
  const chain = [new X509Certificate(await readFile(bundle)).raw.toString("base64")];
  const granted: string[] = [];

  /** `null`: nobody we know. */
  function tokenFor(request: IncomingMessage): string | null {
    const basic = (request.headers.authorization ?? "").replace(/^Basic /, "");
    const [name = "", password] = Buffer.from(basic, "base64").toString().split(":");
    const user = rights[name];
    if (user === undefined || user.password !== password) return null;
    const scopes = new URL(request.url ?? "", "http://tokens").searchParams.getAll("scope");
    const access = scopes.flatMap((scope) => {
      const [type = "", repo = "", wanted = ""] = scope.split(":");
      const actions = wanted.split(",").filter((action) => user.actions.includes(action));
      granted.push(`${name} ${repo} ${actions.join(",")}`);
      return actions.length === 0 ? [] : [{ type, name: repo, actions }];
    });
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, nbf: now - 5, exp: now + 60 };
    const claims = { iss: ISSUER, aud: SERVICE, sub: name, jti: randomUUID(), access, ...times };
    const text = [{ typ: "JWT", alg: "RS256", x5c: chain }, claims].map(encoded).join(".");
    return `${text}.${sign("RSA-SHA256", Buffer.from(text), key).toString("base64url")}`;
  }

  const server = createServer((request, response) => {
    const token = tokenFor(request);
    response.writeHead(token === null ? 401 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(token === null ? {} : { token, expires_in: 60 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    bundle,
    granted,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
