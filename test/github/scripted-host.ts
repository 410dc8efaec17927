import { Octokit } from "@octokit/rest";
import {
  createGithubBlobs,
  createGithubForge,
  type GithubForgeOptions,
} from "../../src/github/github-forge.ts";
import { createGithubGateReads } from "../../src/github/github-gate-reads.ts";
import { createGithubHistory } from "../../src/github/github-history.ts";
import { createGithubPeople } from "../../src/github/github-people.ts";
import { createGithubPulls } from "../../src/github/github-pulls.ts";
import type { SentRequest } from "../../src/github/octokit-like.ts";
import type { Clock } from "../../src/model/clock.ts";
import type { Forge } from "../../src/model/forge.ts";
import type { GateReads } from "../../src/model/gate-reads.ts";
import type { HostHistory } from "../../src/model/host-history.ts";
import type { People } from "../../src/model/people.ts";
import type { Pulls } from "../../src/model/pulls.ts";
import type { Blobs } from "../../src/model/render.ts";

/** A request as it stood on the wire. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly document: string | null;
  readonly variables: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

/** What the scripted host answers: a status with a body, or a broken connection. */
export type Answer =
  | {
      readonly status?: number;
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    }
  | { readonly broken: string };

export interface ScriptedHost {
  readonly forge: Forge;
  readonly blobs: Blobs;
  readonly history: HostHistory;
  readonly pulls: Pulls;
  readonly people: People;
  readonly gateReads: GateReads;
  readonly seen: Seen[];
  readonly sent: SentRequest[];
  readonly warnings: string[];
  readonly slept: number[];
  readonly clock: Clock & { at: Date };
}

export const NOW = new Date("2026-03-01T12:00:00Z");

/** A forge whose host answers request by request from `script`; more requests than answers are an error of the test. */
export function scriptedHost(
  script: readonly (Answer | ((request: Seen) => Answer))[],
): ScriptedHost {
  const seen: Seen[] = [];
  const sent: SentRequest[] = [];
  const warnings: string[] = [];
  const slept: number[] = [];
  const clock = {
    at: NOW,
    now: () => clock.at,
    sleep: (ms: number) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const wire = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = readRequest(String(input), init);
    const next = script[seen.length];
    seen.push(request);
    if (next === undefined) throw new Error(`unexpected: ${request.method} ${request.path}`);
    const answer = typeof next === "function" ? next(request) : next;
    if ("broken" in answer) {
      const cause = Object.assign(new Error(answer.broken), { code: answer.broken });
      return Promise.reject(new TypeError("fetch failed", { cause }));
    }
    const headers = { "content-type": "application/json; charset=utf-8", ...answer.headers };
    const body = answer.status === 204 ? null : JSON.stringify(answer.body ?? {});
    return Promise.resolve(new Response(body, { status: answer.status ?? 200, headers }));
  };
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const octokit = new Octokit({ request: { fetch: wire }, log: silent });
  const options: GithubForgeOptions = {
    octokitFor: () => Promise.resolve(octokit),
    appOctokit: () => Promise.resolve(octokit),
    appId: 7,
    clock,
    log: { warn: (_fields, message) => warnings.push(message) },
    onRequest: (request) => sent.push(request),
  };
  const [forge, blobs] = [createGithubForge(options), createGithubBlobs(options)];
  const history = createGithubHistory(options);
  const [pulls, people] = [createGithubPulls(options), createGithubPeople(options)];
  const gateReads = createGithubGateReads(options);
  return { forge, blobs, history, pulls, people, gateReads, seen, sent, warnings, slept, clock };
}

function readRequest(url: string, init: RequestInit | undefined): Seen {
  const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
  const { pathname, search } = new URL(url);
  return {
    method: init?.method ?? "GET",
    path: pathname === "/graphql" ? pathname : `${pathname}${search}`,
    document: body.query ?? null,
    variables: body.variables ?? {},
    body,
  };
}
