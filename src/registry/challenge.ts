/** What a registry asks for in `WWW-Authenticate`. */
export type Challenge =
  | { readonly kind: "basic" }
  | { readonly kind: "bearer"; readonly realm: string; readonly service: string | null };

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

/** Reads a challenge (RFC 9110 §11.6.1). Of several schemes the one for tokens is taken. `null`: none that is known. */
export function readChallenge(header: string | undefined): Challenge | null {
  if (header === undefined || header.length > 8192) return null;
  const bearer = /(?:^|,)\s*bearer\s+/i.exec(header);
  if (bearer === null) return /(?:^|,)\s*basic(\s|,|$)/i.test(header) ? { kind: "basic" } : null;
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, token] of header
    .slice(bearer.index + bearer[0].length)
    .matchAll(PARAMETER)) {
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? token ?? "";
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  const realm = parameters.get("realm");
  if (realm === undefined) return null;
  return { kind: "bearer", realm, service: parameters.get("service") ?? null };
}
