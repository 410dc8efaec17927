import { z } from "zod";

const HOST = /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?$/i;

/** A registry's host with its port, and what stands before the path that the sender tells: `host[:port][/prefix]`. */
const hostWithPrefix = z.string().refine((text) => {
  const [host = "", ...prefix] = text.split("/");
  return HOST.test(host) && prefix.every((part) => /^[a-z0-9._-]+$/i.test(part));
}, "must be a host with a port if it needs one, and a path if images lie below one");

const name = z.string().min(1).max(255);
const httpsUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  const isPlain = username === "" && password === "" && search === "" && hash === "";
  return protocol === "https:" && isPlain;
}, "must be an https URL");
const exactly = z.union([name, z.array(name).min(1)]);

/** Whose id tokens may stand in for a signature of the generic format. All that a rule names must match. */
const oidcRule = z.strictObject({
  /** `github` (or `gitlab`): the hosted one's issuer; else the URL of an Enterprise Server's or GitLab's own. */
  issuer: z.union([z.enum(["github", "gitlab"]), httpsUrl]),
  /** What the token must be made for. */
  audience: name,
  /** `owner/name` on GitHub, the project's path on GitLab. */
  repository: name,
  /** File of the workflow, `.github/workflows/release.yml`; on GitLab the path of its config file. */
  workflow: name,
  /** Git refs, `refs/heads/main`; `*` stands for any characters. */
  ref: exactly,
  /** Where the issuer's keys are; default: where its kind has them. */
  jwks: httpsUrl.optional(),
});
export type OidcRule = z.infer<typeof oidcRule>;

export const sourceOptionsSchema = z.strictObject({
  /** The registry by the name that clusters pull from: one for all, or by the name that the sender tells. */
  registry_host: z.union([hostWithPrefix, z.record(name, hostWithPrefix)]).optional(),
  /** Artifactory: the repository that clusters pull from, by the one that was pushed to; empty: no such part. */
  repo_key_map: z.record(name, z.string().max(255)).optional(),
  /** Artifactory: `oci` artifacts are images, not charts. */
  oci_images: z.boolean().optional(),
  /** Artifactory: what `X-JFrog-Event-Auth` carries. */
  signing: z.enum(["hmac", "token"]).optional(),
  /** Distribution: whether a delivery without the header is refused. */
  authorization: z.enum(["required", "url"]).optional(),
  /** GitHub Actions: the images that a repo's workflow builds. */
  images: z.record(name, z.array(name).min(1).max(100)).optional(),
  /** GitHub Actions: only these workflow files; default: all. */
  workflows: z.array(name).min(1).optional(),
  /** GitHub Actions: only these branches; default: the repo's default branch. */
  branches: z.array(name).min(1).optional(),
  /** SNS: topics that are believed. */
  topics: z
    .array(
      z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$/, "must be a topic's ARN"),
    )
    .min(1)
    .optional(),
  /** Pub/Sub: the audience of the push subscription's tokens. */
  audience: exactly.optional(),
  /** Pub/Sub: the service account that pushes. */
  email: exactly.optional(),
  oidc: z.array(oidcRule).min(1).max(100).optional(),
});

/** What the operator set for one source. Keys as in the file, which is also what `tagboat parse --options` reads. */
export type SourceOptions = z.infer<typeof sourceOptionsSchema>;

/**
 * The host to pull from, with a prefix if there is one.
 *
 * @param told the registry as the sender names it, which is the key of a map unless `key` says otherwise; `""`: not at all.
 */
export function registryHost(own: SourceOptions, told: string, key: string = told): string {
  const { registry_host: host } = own;
  if (host === undefined) return told;
  if (typeof host === "string") return host;
  return Object.hasOwn(host, key) ? (host[key] ?? told) : told;
}
