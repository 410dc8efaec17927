/** GitHub ends a request after 10 s; the rest is for the way there and back. In milliseconds. */
export const TIMEOUT_MS = 30_000;

/**
 * A fetch whose every request comes to an end. Those that Octokit sends by itself, for an installation's token, carry no signal
 * of ours, and all requests of that installation wait for them: a host that takes one and falls silent would hold them all for
 * the five minutes that Node's own fetch waits.
 *
 * @param timeout - in milliseconds, for requests that come without a signal.
 */
export function boundedFetch(wire: typeof fetch, timeout: number = TIMEOUT_MS): typeof fetch {
  return (input, init) =>
    wire(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(timeout) });
}
