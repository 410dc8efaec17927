import type { JWTPayload } from "jose";
import type { OidcRule } from "../normalise/source-options.ts";
import type { IdTokens, TokenRule } from "./id-tokens.ts";
import { PROVEN, type Proof, refused, type Sent, unavailable } from "./proof.ts";

const GITHUB = "https://token.actions.githubusercontent.com";
const GITLAB = "https://gitlab.com";

/** What a job's token says of where it runs, in one vocabulary for both hosts. */
interface Job {
  readonly repository: string;
  readonly workflow: string;
  readonly ref: string;
}

/**
 * An id token of a CI job in place of a signature: issuer, audience, repository, workflow file and ref must be those of one rule.
 * Jobs of pull and merge requests are refused whatever their ref says: they run what others wrote.
 */
export async function proveCiToken(
  tokens: IdTokens,
  token: string,
  rules: readonly OidcRule[],
  now: Sent["now"],
): Promise<Proof> {
  let asked: string | null = null;
  for (const rule of rules) {
    const answer = await tokens.verify(token, tokenRule(rule), now);
    if (answer.kind === "unavailable") asked = answer.why;
    if (answer.kind === "valid" && isOf(rule, answer.claims)) return PROVEN;
  }
  return asked === null ? refused("no rule for this id token") : unavailable(asked);
}

function isGithub({ issuer }: OidcRule): boolean {
  // An Enterprise Server's issuer ends so: GitHub's manual, "OpenID Connect reference".
  return issuer === "github" || issuer.endsWith("/_services/token");
}

function tokenRule(rule: OidcRule): TokenRule {
  const hosted = { github: GITHUB, gitlab: GITLAB } as const;
  const isHosted = rule.issuer === "github" || rule.issuer === "gitlab";
  const issuer = isHosted ? hosted[rule.issuer as keyof typeof hosted] : rule.issuer;
  const base = issuer.replace(/\/+$/, "");
  const path = isGithub(rule) ? "/.well-known/jwks" : "/oauth/discovery/keys";
  const jwks = rule.jwks ?? base + path;
  return { issuers: [issuer], audiences: [rule.audience], jwks, internal: !isHosted };
}

function isOf(rule: OidcRule, claims: JWTPayload): boolean {
  const job = isGithub(rule) ? githubJob(claims) : gitlabJob(claims);
  if (job === null) return false;
  return (
    job.repository.toLowerCase() === rule.repository.toLowerCase() &&
    job.workflow === rule.workflow &&
    [rule.ref].flat().some((pattern) => matches(pattern, job.ref))
  );
}

/** `workflow_ref`: `owner/name/.github/workflows/file.yml@refs/heads/main`. */
function githubJob(claims: JWTPayload): Job | null {
  const { event_name: event, ref, repository, workflow_ref: workflowRef } = claims;
  if (typeof repository !== "string" || typeof ref !== "string") return null;
  if (typeof event !== "string" || event.startsWith("pull_request")) return null;
  const workflow = between(workflowRef, `${repository}/`);
  return workflow === null ? null : { repository, ref, workflow };
}

/** `ci_config_ref_uri`: `gitlab.com/group/project//.gitlab-ci.yml@refs/heads/main`. */
function gitlabJob(claims: JWTPayload): Job | null {
  const { ci_config_ref_uri: config, project_path: repository, ref_path: ref } = claims;
  if (typeof repository !== "string" || typeof ref !== "string") return null;
  const { pipeline_source: source } = claims;
  if (typeof source !== "string" || source.includes("request")) return null;
  const [, path] = typeof config === "string" ? (/^[^/]+\/(.*)$/.exec(config) ?? []) : [];
  const workflow = between(path, `${repository}//`);
  return workflow === null ? null : { repository, ref, workflow };
}

/** What stands between `start` and the last `@`. */
function between(text: unknown, start: string): string | null {
  if (typeof text !== "string" || !text.toLowerCase().startsWith(start.toLowerCase())) return null;
  const end = text.lastIndexOf("@");
  return end <= start.length ? null : text.slice(start.length, end);
}

/** `*` for any characters, none other of a pattern's signs; in steps, so that no pattern can take long. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at + last.length <= text.length;
}
