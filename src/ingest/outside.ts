/** What came of one GET. */
export type OutsideAnswer =
  | { readonly kind: "answered"; readonly status: number; readonly body: Buffer }
  /** `detail`: a code such as `ECONNREFUSED`, or `timeout`. */
  | { readonly kind: "failed"; readonly detail: string };

export interface OutsideLimits {
  /** Most bytes of a body that are read. */
  readonly cap: number;
  /** Whether the host may have an address that is not public: only where the operator named it. */
  readonly internal: boolean;
  readonly signal: AbortSignal;
}

/**
 * GETs of what proves a sender: keys and certificates. Without redirects, cookies and credentials, and under the registry's rules of
 * which addresses may be reached.
 */
export type Outside = (url: URL, limits: OutsideLimits) => Promise<OutsideAnswer>;

/** Milliseconds. The sender waits meanwhile; the tightest of those who need it gives ten seconds. */
const PATIENCE = 4000;

/** Why there is no body; `final`: the host says that there is none, so that asking again is no use. */
export interface NotRead {
  readonly failed: string;
  readonly final: boolean;
}

/** One GET within our patience. @returns the body of a 200, else why there is none. */
export async function readOutside(
  outside: Outside,
  url: URL,
  limits: Omit<OutsideLimits, "signal">,
): Promise<Buffer | NotRead> {
  const answer = await outside(url, { ...limits, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.kind === "failed") return { failed: answer.detail, final: false };
  const { body, status } = answer;
  if (status === 200) return body;
  return { failed: `status ${status}`, final: status >= 300 && status < 500 && status !== 429 };
}
