import type { Clock } from "../model/clock.ts";
import { isLoopbackHost } from "./addresses.ts";
import type { Pass } from "./earn-pass.ts";
import type { Keyring } from "./keyring.ts";
import { createPasses, type Passes } from "./passes.ts";
import { listedFor, type RegistryHosts, rulesAt } from "./registry-hosts.ts";
import type { Visit } from "./visit.ts";
import type { Wire, WireAnswer } from "./wire.ts";

export interface GetRequest {
  readonly path: string;
  readonly accept: string;
  readonly cap: number;
  /** Whether the registry may send us elsewhere for the content (blobs only). */
  readonly redirects: boolean;
  /** HEAD in place of GET: an answer without a body. */
  readonly head?: boolean;
}

/** GETs of a registry with what it wants to know of us. A redirect to another host never takes credentials along. */
export interface AuthorisedGet {
  get(visit: Visit, wanted: GetRequest): Promise<WireAnswer>;
}

export interface AuthorisedGetOptions {
  readonly hosts: RegistryHosts;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly keyring: Keyring;
  /** For one request, milliseconds. */
  readonly timeout: number;
}

/** What is sent where. */
interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly cap: number;
  readonly form?: URLSearchParams | undefined;
  readonly head?: boolean | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 3;
const TOKEN_CAP = 64 * 1024;

/** Shows at once what the registry is known to want; after a refusal what that asks for. */
export function createAuthorisedGet(options: AuthorisedGetOptions): AuthorisedGet {
  const passes = createPasses({
    ...options,
    async ask(visit, url, headers, form) {
      if (!mayVisit(options.hosts, url, visit)) return null;
      return send(options, visit, { url, headers, form, cap: TOKEN_CAP });
    },
  });
  return {
    async get(visit, { accept, cap, head, path, redirects }) {
      const question = { url: new URL(path, visit.origin), headers: { accept }, cap, head };
      const asked = await askWithPass(options, passes, visit, question);
      return redirects ? follow(options, visit, asked) : asked.answer;
    },
  };
}

/** A question as it was asked the last time, and its answer. */
interface Asked {
  readonly question: Question;
  readonly answer: WireAnswer;
}

async function askWithPass(
  options: AuthorisedGetOptions,
  passes: Passes,
  visit: Visit,
  bare: Question,
): Promise<Asked> {
  let pass = await passes.before(visit);
  let asked: Asked | null = null;
  // Without a better pass the refusal stands.
  while (asked === null || pass !== null) {
    if (pass !== null && "kind" in pass) return { question: bare, answer: pass };
    const question = { ...bare, headers: withPass(bare.headers, pass) };
    const answer = await send(options, visit, question);
    asked = { question, answer };
    if (answer.kind === "failed" || answer.status !== 401) return asked;
    pass = await passes.after(visit, answer.headers["www-authenticate"], pass);
  }
  return asked;
}

/** A timer of its own: signals that are combined may be collected before they fire (Node 20). */
async function send(
  { wire, hosts, timeout }: AuthorisedGetOptions,
  visit: Visit,
  question: Question,
): Promise<WireAnswer> {
  const left = Math.max(0, Math.min(timeout, visit.deadline - performance.now()));
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), left);
  const internal = listedFor(hosts, question.url.host, visit.owner) === "listed";
  try {
    return await wire.ask({ ...question, internal, ca: visit.ca, signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  options: AuthorisedGetOptions,
  visit: Visit,
  asked: Asked,
): Promise<WireAnswer> {
  let { answer: current, question } = asked;
  for (let count = 0; count < MOST_REDIRECTS; count += 1) {
    if (current.kind === "failed" || !REDIRECTS.has(current.status)) return current;
    const url = targetOf(current.headers.location, question.url);
    if (url === null || !mayVisit(options.hosts, url, visit)) return current;
    question = { ...question, url, headers: headersFor(url, question) };
    current = await send(options, visit, question);
  }
  return current;
}

/** Credentials are for the origin that asked for them: scheme, host and port. Once dropped they do not come back. */
function headersFor(url: URL, { headers, url: from }: Question): Question["headers"] {
  if (url.origin === from.origin) return headers;
  const { authorization: _, ...others } = headers;
  return others;
}

/**
 * Whether a registry's redirect or token service may be visited at all: https, or plain http where the operator says so; and not what the
 * operator lists for other owners.
 */
function mayVisit(hosts: RegistryHosts, url: URL, { owner }: Visit): boolean {
  if (url.username !== "" || url.password !== "") return false;
  if (listedFor(hosts, url.host, owner) === "for-others") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isPlainHost(hosts, url.host));
}

function isPlainHost(hosts: RegistryHosts, host: string): boolean {
  return rulesAt(hosts, host).some(({ plainHttp }) => plainHttp ?? isLoopbackHost(host));
}

function withPass(headers: Readonly<Record<string, string>>, pass: Pass | null) {
  return pass === null ? headers : { ...headers, authorization: pass.authorization };
}

function targetOf(location: string | undefined, base: URL): URL | null {
  return location !== undefined && URL.canParse(location, base.href)
    ? new URL(location, base)
    : null;
}
