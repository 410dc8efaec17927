import { lookup as lookupName } from "node:dns";
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { rootCertificates } from "node:tls";
import { isInternalAddress, isMetadataAddress } from "./addresses.ts";

/** One GET or HEAD, or with a form one POST. */
export interface WireRequest {
  readonly url: URL;
  /** Only to a token service: nothing is ever written to a registry. */
  readonly form?: URLSearchParams | undefined;
  /** Only what stands in the headers is wanted. */
  readonly head?: boolean | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Most bytes of a 200 body that are read. */
  readonly cap: number;
  /** Whether the host may have an address that is not public. */
  readonly internal: boolean;
  /** PEM that is trusted in addition. */
  readonly ca: string | null;
  readonly signal: AbortSignal;
}

export type WireAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Empty when the status is not 200 and the body was long. */
      readonly body: Buffer;
    }
  | {
      readonly kind: "failed";
      readonly why: "too-large" | "internal-address" | "timeout" | "network" | "credentials";
      /** A code like `ECONNREFUSED`; of credentials, a sentence. */
      readonly detail: string;
    };

/** HTTP as far as reads of a registry need it: no redirects, no cookies, no proxies, addresses checked when connecting. */
export interface Wire {
  ask(request: WireRequest): Promise<WireAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** Names to addresses, as `dns.lookup` does it. */
export type Resolve = (host: string) => Promise<{ address: string; family: number }[]>;

class InternalAddress extends Error {
  override readonly name = "InternalAddress";
}

/** Connections are kept per kind of host, so that none that was opened to an internal address is used where that is forbidden. */
export function createWire(resolve: Resolve = resolveBySystem): Wire {
  const keep = { keepAlive: true, maxSockets: 32, timeout: 15_000 };
  const agents = {
    open: { http: new Agent(keep), https: new SecureAgent(keep) },
    guarded: { http: new Agent(keep), https: new SecureAgent(keep) },
  };

  async function ask(wanted: WireRequest): Promise<WireAnswer> {
    const literal = wanted.url.hostname.replace(/^\[|\]$/g, "");
    if (isIP(literal) !== 0 && !mayConnect(literal, wanted.internal))
      return { kind: "failed", why: "internal-address", detail: "internal address" };
    const kind = wanted.internal ? agents.open : agents.guarded;
    try {
      const agent = wanted.url.protocol === "https:" ? kind.https : kind.http;
      const response = await send(wanted, agent, createLookup(resolve, wanted.internal));
      return await receive(response, wanted.cap);
    } catch (error) {
      return failureOf(error, wanted.signal);
    }
  }

  return {
    ask,
    close() {
      for (const { http, https } of Object.values(agents)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

function send(wanted: WireRequest, agent: Agent, lookup: LookupFunction): Promise<IncomingMessage> {
  const open = wanted.url.protocol === "https:" ? secureRequest : request;
  return new Promise((resolve, reject) => {
    const outgoing = open(
      wanted.url,
      {
        agent,
        lookup,
        method: methodOf(wanted),
        headers: {
          "user-agent": "tagboat",
          ...(wanted.form === undefined ? {} : FORM),
          ...wanted.headers,
        },
        signal: wanted.signal,
        ...(wanted.ca === null ? {} : { ca: [...rootCertificates, wanted.ca] }),
      },
      resolve,
    );
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed meanwhile: nothing was answered, and nothing here changes anything there.
      const isStale = outgoing.reusedSocket && error.code === "ECONNRESET";
      if (isStale) resolve(send(wanted, agent, lookup));
      else reject(error);
    });
    outgoing.end(wanted.form?.toString());
  });
}

function methodOf({ form, head }: WireRequest): "GET" | "HEAD" | "POST" {
  if (form !== undefined) return "POST";
  return head === true ? "HEAD" : "GET";
}

/** Counts while it reads: what a server says of its length is not believed. */
async function receive(response: IncomingMessage, cap: number): Promise<WireAnswer> {
  const { statusCode: status = 0, headers } = response;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > cap) break;
    parts.push(part);
  }
  if (length <= cap) return { kind: "answered", status, headers, body: Buffer.concat(parts) };
  response.destroy();
  if (status !== 200) return { kind: "answered", status, headers, body: Buffer.alloc(0) };
  return { kind: "failed", why: "too-large", detail: `more than ${cap} bytes` };
}

function failureOf(error: unknown, signal: AbortSignal): WireAnswer {
  if (error instanceof InternalAddress)
    return { kind: "failed", why: "internal-address", detail: "internal address" };
  if (signal.aborted) return { kind: "failed", why: "timeout", detail: "no answer in time" };
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return { kind: "failed", why: "network", detail: code ?? "connection failed" };
}

function mayConnect(address: string, internal: boolean): boolean {
  return internal ? !isMetadataAddress(address) : !isInternalAddress(address);
}

/** Checked where the connection is made, so that a name cannot answer differently afterwards. */
function createLookup(resolve: Resolve, internal: boolean): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (found) => {
        const allowed = found.filter(({ address }) => mayConnect(address, internal));
        const [first] = allowed;
        if (first === undefined)
          callback(new InternalAddress("The name has no public address"), "", 0);
        else if (options.all === true) callback(null, allowed);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, "", 0),
    );
  };
}

function resolveBySystem(host: string): Promise<{ address: string; family: number }[]> {
  return new Promise((resolve, reject) => {
    lookupName(host, { all: true }, (error, found) => {
      if (error === null) resolve(found);
      else reject(error);
    });
  });
}
