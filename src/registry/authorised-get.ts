import type { Clock } from "../model/clock.ts";
import { isLoopbackHost } from "./addresses.ts";
import { earnPass, type Pass } from "./passes.ts";
import { createRecentMap } from "./recent-map.ts";
import { isListed, type RegistryHosts, type RegistryRule } from "./registry-hosts.ts";
import type { Wire, WireAnswer } from "./wire.ts";

/** One read of one image: where, under which rule, until when. */
export interface Visit {
  readonly rule: RegistryRule;
  /** `https://quay.io` */
  readonly origin: URL;
  /** Name of the image without its host. */
  readonly name: string;
  readonly ca: string | null;
  /** When the whole read must be done, in the time of `performance.now()`. */
  readonly deadline: number;
}

export interface GetRequest {
  readonly path: string;
  readonly accept: string;
  readonly cap: number;
  /** Whether the registry may send us elsewhere for the content (blobs only). */
  readonly redirects: boolean;
}

/** GETs of a registry with what it wants to know of us. A redirect's target never sees credentials. */
export interface AuthorisedGet {
  get(visit: Visit, wanted: GetRequest): Promise<WireAnswer>;
}

export interface AuthorisedGetOptions {
  readonly hosts: RegistryHosts;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For one request, milliseconds. */
  readonly timeout: number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 3;
const TOKEN_CAP = 64 * 1024;

/** Remembers tokens until shortly before they end, and which registries want Basic. */
export function createAuthorisedGet(options: AuthorisedGetOptions): AuthorisedGet {
  const passes = createRecentMap<Pass>(1000);
  return {
    async get(visit, wanted) {
      const url = new URL(wanted.path, visit.origin);
      const key = `${visit.rule.prefix} ${visit.origin.host}/${visit.name}`;
      const get = (pass: Pass | undefined) =>
        send(options, visit, url, withPass({ accept: wanted.accept }, pass), wanted.cap);
      const first = await get(freshPass(passes.get(key), options.clock.now()));
      const pass = await passAfter(options, visit, first);
      if (pass === null) return follow(options, visit, url, first, wanted);
      if ("kind" in pass) return pass;
      const second = await get(pass);
      if (second.kind === "answered" && second.status !== 401) passes.set(key, pass);
      else passes.delete(key);
      return follow(options, visit, url, second, wanted);
    },
  };
}

function freshPass(pass: Pass | undefined, now: Date): Pass | undefined {
  return pass?.until === null || (pass?.until ?? 0) > now.getTime() ? pass : undefined;
}

/** The pass that a refusal asks for; `null`: none is asked for, or there is none. */
async function passAfter(
  options: AuthorisedGetOptions,
  visit: Visit,
  answer: WireAnswer,
): Promise<Pass | WireAnswer | null> {
  if (answer.kind === "failed" || answer.status !== 401) return null;
  const { rule, name, origin } = visit;
  const request = {
    rule,
    name,
    host: origin.host,
    now: options.clock.now(),
    environment: options.environment,
    ask: async (realm: URL, headers: Readonly<Record<string, string>>) =>
      mayVisit(options.hosts, realm) ? send(options, visit, realm, headers, TOKEN_CAP) : null,
  };
  return earnPass(request, answer.headers["www-authenticate"]);
}

/** A timer of its own: signals that are combined may be collected before they fire (Node 20). */
async function send(
  { wire, hosts, timeout }: AuthorisedGetOptions,
  visit: Visit,
  url: URL,
  headers: Readonly<Record<string, string>>,
  cap: number,
): Promise<WireAnswer> {
  const left = Math.max(0, Math.min(timeout, visit.deadline - performance.now()));
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), left);
  const internal = isListed(hosts, url.host);
  try {
    return await wire.get({ url, headers, cap, internal, ca: visit.ca, signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

async function follow(
  options: AuthorisedGetOptions,
  visit: Visit,
  from: URL,
  answer: WireAnswer,
  wanted: GetRequest,
): Promise<WireAnswer> {
  let current = answer;
  let base = from;
  for (let count = 0; wanted.redirects && count < MOST_REDIRECTS; count += 1) {
    if (current.kind === "failed" || !REDIRECTS.has(current.status)) return current;
    const target = targetOf(current.headers.location, base);
    if (target === null || !mayVisit(options.hosts, target)) return current;
    current = await send(options, visit, target, { accept: wanted.accept }, wanted.cap);
    base = target;
  }
  return current;
}

/** Whether a registry's redirect or token service may be visited at all: https, or plain http where the operator says so. */
function mayVisit(hosts: RegistryHosts, url: URL): boolean {
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isPlainHost(hosts, url.host));
}

function isPlainHost(hosts: RegistryHosts, host: string): boolean {
  return hosts.rules.some(({ prefix, address, realm, plainHttp }) => {
    const names = [prefix.replace(/\/.*$/, ""), address, realm];
    return names.includes(host) && (plainHttp ?? isLoopbackHost(host));
  });
}

function withPass(headers: Readonly<Record<string, string>>, pass: Pass | undefined) {
  return pass === undefined ? headers : { ...headers, authorization: pass.authorization };
}

function targetOf(location: string | undefined, base: URL): URL | null {
  return location !== undefined && URL.canParse(location, base.href)
    ? new URL(location, base)
    : null;
}
