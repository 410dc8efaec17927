/** What a request's path asks for. */
export type Route =
  | {
      readonly kind: "hook";
      readonly pattern: string;
      readonly source: string;
      readonly owner: string;
      readonly token: string;
      /** `null`: the URL speaks for the whole owner. */
      readonly scope: string | null;
    }
  | {
      readonly kind: "github" | "health" | "metrics" | "ready" | "unknown";
      readonly pattern: string;
    };

const FIXED: ReadonlyMap<string, Route> = new Map([
  ["/api/github/webhooks", { kind: "github", pattern: "/api/github/webhooks" }],
  ["/healthz", { kind: "health", pattern: "/healthz" }],
  ["/metrics", { kind: "metrics", pattern: "/metrics" }],
  ["/readyz", { kind: "ready", pattern: "/readyz" }],
]);

const HOOK = "/hooks/:source/:owner/:token";

/**
 * Reads a request's path. Everything below `/hooks/` is a hook, however malformed: all that is wrong
 * there gets one answer. `pattern` is what may be logged: a path carries the token.
 */
export function parseRoute(url: string): Route {
  const [path = ""] = url.split("?");
  const fixed = FIXED.get(path);
  if (fixed !== undefined) return fixed;
  const [, first, source = "", owner = "", token = "", scope = null, ...rest] = path.split("/");
  if (first !== "hooks") return { kind: "unknown", pattern: "(other)" };
  if (rest.length > 0) return { kind: "hook", pattern: HOOK, source, owner, token: "", scope };
  const pattern = scope === null ? HOOK : `${HOOK}/:scope`;
  return { kind: "hook", pattern, source, owner, token, scope };
}
