/**
 * Whether a host may be spoken to without TLS: the loopback always, others when the operator lists them.
 *
 * @param host `name` or `name:port`, lower case.
 * @param listed TAGBOAT_PLAIN_HTTP, lower case.
 */
export function mayBePlain(host: string, listed: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, "");
  const isLoopback = name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);
  return isLoopback || listed.includes(name) || listed.includes(host);
}
