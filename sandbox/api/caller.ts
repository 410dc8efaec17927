import type { App, Installation, Repo } from "../world/entities.ts";

export type Level = "read" | "write";

/** Who sends a request, as its token proves. */
export type Caller =
  | { readonly kind: "anonymous" }
  /** A JWT signed with the App's key: only `/app…` routes. */
  | { readonly kind: "app"; readonly app: App }
  /** An installation token: what it was minted for, no more. */
  | {
      readonly kind: "installation";
      readonly app: App;
      readonly installation: Installation;
      readonly permissions: Readonly<Record<string, string>>;
      /** Ids of the repos it reaches. */
      readonly repos: ReadonlySet<number>;
      readonly login: string;
    }
  | { readonly kind: "user"; readonly login: string };

/** The login that an effect is written under. */
export function loginOf(caller: Caller): string | null {
  return caller.kind === "installation" || caller.kind === "user"
    ? caller.login
    : caller.kind === "app"
      ? caller.app.bot.login
      : null;
}

/**
 * The one question that REST, GraphQL and git over HTTP ask before they act. GitHub's manners: what the caller cannot see is
 * not found; what it sees but may not do is forbidden (`Resource not accessible by integration`).
 * `permission` is a key of `default_permissions` in app.yml; for users it is mapped to their permission on the repo.
 */
export type Access = "allowed" | "forbidden" | "not-found";
export type AccessCheck = (caller: Caller, repo: Repo, permission: string, level: Level) => Access;
