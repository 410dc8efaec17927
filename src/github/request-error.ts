import { z } from "zod";

/** One entry of `errors` in a GraphQL answer. `type` is GitHub's addition to the GraphQL specification. */
export interface GraphqlError {
  readonly message: string;
  readonly type: string | null;
  /** `extensions.code`: set when the document itself was refused (`undefinedField`). */
  readonly code: string | null;
  readonly path: readonly (string | number)[];
}

/** What a rejected request of octokit tells. */
export interface RequestFailure {
  readonly message: string;
  /** HTTP status of the answer; `null` when none came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing reached the host: no connection, or no token could be had. */
  readonly unsent: boolean;
  /** Set when the answer was a GraphQL answer with errors. */
  readonly graphql: { readonly data: unknown; readonly errors: readonly GraphqlError[] } | null;
}

const Headers = z.record(z.string(), z.unknown()).catch({});
const Rejected = z.object({
  message: z.string().catch("unknown error"),
  status: z.number().optional().catch(undefined),
  headers: Headers.optional().catch(undefined),
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string().catch(""),
        type: z.string().nullish().catch(null),
        path: z
          .array(z.union([z.string(), z.number()]))
          .nullish()
          .catch(null),
        extensions: z
          .object({ code: z.string().nullish().catch(null) })
          .nullish()
          .catch(null),
      }),
    )
    .optional()
    .catch(undefined),
  response: z.object({ headers: Headers }).optional().catch(undefined),
  request: z.object({ url: z.string() }).optional().catch(undefined),
});

const Cause = z.object({
  code: z.string().optional().catch(undefined),
  cause: z.unknown().optional(),
});

// Node's and undici's codes for a connection that was never made.
const NOT_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

// Of a team that is not there, or that somebody is not in, a GitHub Enterprise Server answers 404; octokit's plugin for older
// servers, which Probot loads, throws an error of its own in its place that carries no answer (@octokit/plugin-enterprise-compatibility).
const NOT_FOUND = 404;

/** Reads what octokit rejected with. Never throws; anything unknown counts as sent and unanswered. */
export function readRequestError(error: unknown): RequestFailure {
  const parsed = Rejected.safeParse(error);
  if (!parsed.success) return unknownFailure(error);
  const { message, status, headers, data, errors, response, request } = parsed.data;
  const token = request?.url.includes("/access_tokens") ?? false;
  const answered = response !== undefined || errors !== undefined || status === NOT_FOUND;
  return {
    message: firstLine(message),
    status: answered ? (status ?? 200) : null,
    headers: textHeaders(headers ?? response?.headers ?? {}),
    unsent: token || (!answered && neverConnected(error)),
    graphql: errors === undefined ? null : { data, errors: errors.map(graphqlError) },
  };
}

function unknownFailure(error: unknown): RequestFailure {
  return {
    message: firstLine(String(error)),
    status: null,
    headers: {},
    unsent: false,
    graphql: null,
  };
}

function graphqlError(raw: {
  message: string;
  type?: string | null | undefined;
  path?: (string | number)[] | null | undefined;
  extensions?: { code?: string | null | undefined } | null | undefined;
}): GraphqlError {
  return {
    message: firstLine(raw.message),
    type: raw.type ?? null,
    code: raw.extensions?.code ?? null,
    path: raw.path ?? [],
  };
}

function neverConnected(error: unknown): boolean {
  let cause = error;
  for (let depth = 0; depth < 5; depth += 1) {
    const link = Cause.safeParse(cause);
    if (!link.success) return false;
    if (link.data.code !== undefined && NOT_CONNECTED.has(link.data.code)) return true;
    cause = link.data.cause;
  }
  return false;
}

function textHeaders(headers: Record<string, unknown>): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) text[name.toLowerCase()] = String(value);
  return text;
}

function firstLine(message: string): string {
  const line = message.split("\n", 1)[0] ?? "";
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
