import { verify } from "node:crypto";
import type { App } from "../world/entities.ts";
import type { World } from "../world/world.ts";
import { ApiError } from "./api-error.ts";
import type { Caller } from "./caller.ts";
import type { Tokens } from "./tokens.ts";

/** GitHub's limits on an App's JWT: at most ten minutes ahead, and a clock that is a minute off is forgiven. */
const LONGEST_SECONDS = 600;
const SKEW_SECONDS = 60;

const BAD_CREDENTIALS = "Bad credentials";

/**
 * Who sends a request, from its `Authorization` header: an App's JWT, a token (`token`, `Bearer`), or Basic with a token as
 * the password, as git sends it. Throws `ApiError` 401 for what proves nothing.
 */
export function authenticate(
  deps: { readonly world: World; readonly tokens: Tokens; readonly now: () => Date },
  authorization: string | null,
): Caller {
  if (authorization === null) return { kind: "anonymous" };
  const credential = credentialOf(authorization);
  if (credential.split(".").length === 3)
    return { kind: "app", app: appOfJwt(deps.world, credential, deps.now()) };
  const caller = deps.tokens.callerOf(credential);
  if (caller === null) throw new ApiError(401, BAD_CREDENTIALS);
  return caller;
}

function credentialOf(authorization: string): string {
  const [scheme = "", value = ""] = authorization.trim().split(/\s+/, 2);
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) throw new ApiError(401, BAD_CREDENTIALS);
  const pair = Buffer.from(value, "base64").toString("utf8");
  const [user = "", ...password] = pair.split(":");
  // A token is also accepted as the user name with an empty or fixed password, as GitHub does.
  const given = password.join(":");
  return given === "" || given === "x-oauth-basic" ? user : given;
}

interface Claims {
  readonly iss?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
}

function appOfJwt(world: World, jwt: string, now: Date): App {
  const [head = "", payload = "", signature = ""] = jwt.split(".");
  const header = decoded(head) as { alg?: unknown };
  const claims: Claims = decoded(payload);
  const issuer = String(claims.iss);
  const app = [...world.apps.values()].find(
    (a) => String(a.id) === issuer || a.clientId === issuer,
  );
  if (app === undefined) throw new ApiError(404, "Integration not found");
  const signed = Buffer.from(`${head}.${payload}`);
  const good =
    header.alg === "RS256" &&
    verify("RSA-SHA256", signed, app.publicKey, Buffer.from(signature, "base64url"));
  if (!good) throw new ApiError(401, "A JSON web token could not be decoded");
  checkTimes(claims, now.getTime() / 1000);
  return app;
}

function decoded(part: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Falls through: not JSON is not a token.
  }
  throw new ApiError(401, "A JSON web token could not be decoded");
}

/** Octokit's App authentication reads these texts to correct its clock. */
function checkTimes({ iat, exp }: Claims, now: number): void {
  if (typeof iat !== "number" || iat > now + SKEW_SECONDS)
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  if (typeof exp !== "number" || exp <= now)
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > now + LONGEST_SECONDS + SKEW_SECONDS)
    throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
}
