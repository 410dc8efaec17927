/** What this room uses of an octokit client. Any client of `@octokit/core` with a token of the App fits. */
export interface OctokitLike {
  /** Resolves to `data`; rejects with `errors`, `data` and `headers` on the error when the answer has errors. */
  graphql(document: string, parameters: Record<string, unknown>): Promise<unknown>;
  request(
    route: string,
    parameters: Record<string, unknown>,
  ): Promise<{
    readonly status: number;
    readonly data: unknown;
    readonly headers?: AnswerHeaders;
  }>;
  /** Every answer that is no error: the only way to the headers of a GraphQL answer. */
  readonly hook?: {
    after(name: "request", listener: AnswerListener): unknown;
    remove(name: "request", listener: AnswerListener): unknown;
  };
}

export type AnswerHeaders = Readonly<Record<string, string | number | undefined>>;
export type AnswerListener = (answer: { readonly headers: AnswerHeaders }) => void;

/** One request that was sent, for counting. `what`: root fields joined by `+`, or a route pattern; never a full URL. */
export interface SentRequest {
  readonly kind: "query" | "mutation" | "rest";
  readonly what: string;
  /** HTTP status; `null` when no answer came. */
  readonly status: number | null;
  /** Whose token it had; `null`: the App itself. */
  readonly installation: number | null;
  /** `x-ratelimit-remaining` of the answer: of GraphQL's points or of REST's requests; `null` when it does not say. */
  readonly remaining: number | null;
}
