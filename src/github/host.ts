import type { Clock } from "../model/clock.ts";
import type { CdRepo } from "../model/forge.ts";
import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { Log } from "../model/log.ts";
import { TIMEOUT_MS } from "./bounded-fetch.ts";
import { limitedUntil } from "./limits.ts";
import type { AnswerHeaders, OctokitLike, SentRequest } from "./octokit-like.ts";
import { type GraphqlError, type RequestFailure, readRequestError } from "./request-error.ts";

/** A GraphQL answer; `data` may be partial when there are errors. */
export interface GraphqlAnswer {
  readonly data: unknown;
  readonly errors: readonly GraphqlError[];
}

/** Something was sent, and what became of it is not known. */
export interface Unsure {
  readonly kind: "unsure";
  readonly detail: string;
}

export interface HostOptions {
  readonly octokitFor: (installation: number) => Promise<OctokitLike>;
  readonly appOctokit: () => Promise<OctokitLike>;
  readonly clock: Clock;
  readonly log: Pick<Log, "warn">;
  readonly onRequest?: ((request: SentRequest) => void) | undefined;
}

/** A GraphQL document with the name that it is counted under. */
export interface Document {
  readonly what: string;
  readonly text: string;
}

/**
 * The one place where requests leave. Each is sent once (octokit's retry is told so too) and its failure is turned into
 * the words of the port: `ForgeUnavailable` for limits and outages, `ForgeDenied` for what the App may not do.
 */
export class Host {
  readonly #options: HostOptions;
  readonly #installation: number | null;

  /** `installation`: `null` speaks as the App itself (`/app…` routes only). */
  constructor(options: HostOptions, installation: number | null) {
    this.#options = options;
    this.#installation = installation;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get log(): Pick<Log, "warn"> {
    return this.#options.log;
  }

  /** A query. Partial data comes back with its errors; whole failures throw. */
  async query(document: Document, variables: Record<string, unknown>): Promise<GraphqlAnswer> {
    const sent = await this.#graphql("query", document, variables);
    if ("data" in sent) return sent;
    throw this.#unavailable(sent);
  }

  /** A mutation document. `unsure` when no readable answer came to something that was sent. */
  async mutate(
    document: Document,
    variables: Record<string, unknown>,
  ): Promise<GraphqlAnswer | Unsure> {
    const sent = await this.#graphql("mutation", document, variables);
    if ("data" in sent) return sent;
    if (sent.unsent) throw this.#unavailable(sent);
    return { kind: "unsure", detail: `${document.what}: ${describe(sent)}` };
  }

  /** A REST read. `null`: 404, 410, or (`GET` on an empty repo) 409. */
  async read(route: string, parameters: Record<string, unknown>): Promise<unknown> {
    return (await this.readPage(route, parameters))?.answer ?? null;
  }

  /** A REST read of a list that is walked by cursor; `next`: the cursor of the page after this one. `null` as in `read`. */
  async readPage(
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<{ readonly answer: unknown; readonly next: string | null } | null> {
    const sent = await this.#rest(route, parameters);
    if ("answer" in sent) return { answer: sent.answer, next: nextCursor(sent.link) };
    if (sent.status === 404 || sent.status === 410 || sent.status === 409) return null;
    throw this.#unavailable(sent);
  }

  /** A REST write. `refused`: the host said no and nothing happened. */
  async write(
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<
    | { readonly kind: "done"; readonly answer: unknown }
    | { readonly kind: "refused"; readonly status: number; readonly detail: string }
    | Unsure
  > {
    const sent = await this.#rest(route, parameters);
    if ("answer" in sent) return { kind: "done", answer: sent.answer };
    if (sent.unsent) throw this.#unavailable(sent);
    if (sent.status !== null && sent.status >= 400 && sent.status < 500) {
      return { kind: "refused", status: sent.status, detail: sent.message };
    }
    return { kind: "unsure", detail: `${route}: ${describe(sent)}` };
  }

  async #graphql(
    kind: "query" | "mutation",
    document: Document,
    variables: Record<string, unknown>,
  ): Promise<GraphqlAnswer | RequestFailure> {
    const sent = await this.#send(kind, document.what, (octokit) =>
      octokit.graphql(document.text, { ...variables, request: sendOnce() }),
    );
    if ("answer" in sent) return { data: sent.answer, errors: [] };
    const failed = sent.graphql;
    if (failed === null) return this.#throwKnown(sent);
    // What a mutation did must be told, even when a limit struck the rest of the document.
    if (kind === "query" || !hasEffect(failed.data)) this.#throwLimit(sent);
    return failed;
  }

  async #rest(
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<{ readonly answer: unknown; readonly link: string } | RequestFailure> {
    const sent = await this.#send("rest", route, (octokit) =>
      octokit.request(route, { ...parameters, request: sendOnce() }),
    );
    if (!("answer" in sent)) return this.#throwKnown(sent);
    const { data, headers } = sent.answer;
    return { answer: data, link: String(headers?.link ?? "") };
  }

  async #send<T>(
    kind: SentRequest["kind"],
    what: string,
    call: (octokit: OctokitLike) => Promise<T>,
  ): Promise<{ readonly answer: T } | RequestFailure> {
    const octokit = await this.#client();
    let headers: AnswerHeaders = {};
    // A token may be fetched first: the last answer is that of the request itself.
    const listen = (answer: { readonly headers: AnswerHeaders }) => {
      headers = answer.headers;
    };
    octokit.hook?.after("request", listen);
    try {
      const answer = await call(octokit);
      this.#count({ kind, what, status: 200 }, headers);
      return { answer };
    } catch (error) {
      const failure = readRequestError(error);
      if (!failure.unsent) this.#count({ kind, what, status: failure.status }, failure.headers);
      return failure;
    } finally {
      octokit.hook?.remove("request", listen);
    }
  }

  #count(sent: Pick<SentRequest, "kind" | "what" | "status">, headers: AnswerHeaders): void {
    const remaining = Number(headers["x-ratelimit-remaining"] ?? Number.NaN);
    this.#options.onRequest?.({
      ...sent,
      installation: this.#installation,
      remaining: Number.isInteger(remaining) ? remaining : null,
    });
  }

  async #client(): Promise<OctokitLike> {
    try {
      if (this.#installation === null) return await this.#options.appOctokit();
      return await this.#options.octokitFor(this.#installation);
    } catch (error) {
      const failure = readRequestError(error);
      if (failure.status === 404) throw new ForgeDenied(describe(failure), "installation-revoked");
      this.#throwKnown(failure);
      throw this.#unavailable(failure);
    }
  }

  #throwKnown(failure: RequestFailure): RequestFailure {
    this.#throwLimit(failure);
    const { status } = failure;
    // A token that cannot be minted: the installation is suspended, gone, or lost its rights.
    const tokenRefused = failure.unsent && status !== null && status >= 400 && status < 500;
    if (tokenRefused || status === 401 || status === 403 || status === 451) {
      const revoked = tokenRefused || status === 401 || /suspended/i.test(failure.message);
      throw new ForgeDenied(
        describe(failure),
        revoked ? "installation-revoked" : "permission-missing",
      );
    }
    return failure;
  }

  #throwLimit(failure: RequestFailure): void {
    const until = limitedUntil(failure, this.#options.clock.now());
    if (until !== null) throw new ForgeUnavailable(describe(failure), "installation", until);
  }

  #unavailable(failure: RequestFailure): ForgeUnavailable {
    return new ForgeUnavailable(describe(failure), "request", null);
  }
}

/** Path parameters of a repo's REST routes. */
export function inRepo(repo: CdRepo): { owner: string; repo: string } {
  return { owner: repo.owner, repo: repo.name };
}

/** Whether any root field of a partial answer carries a value. */
export function hasEffect(data: unknown): boolean {
  if (typeof data !== "object" || data === null) return false;
  return Object.values(data).some((value) => value !== null);
}

// https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api: `<url>; rel="next", …`
function nextCursor(link: string): string | null {
  const url = /<([^>]*)>;\s*rel="next"/.exec(link)?.[1] ?? "";
  return URL.canParse(url) ? new URL(url).searchParams.get("cursor") : null;
}

function sendOnce(): { retries: number; signal: AbortSignal } {
  return { retries: 0, signal: AbortSignal.timeout(TIMEOUT_MS) };
}

function describe(failure: RequestFailure): string {
  return failure.status === null
    ? `GitHub did not answer: ${failure.message}`
    : `GitHub answered ${failure.status}: ${failure.message}`;
}
