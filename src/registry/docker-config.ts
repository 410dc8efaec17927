import { z } from "zod";
import { type ImageName, registryOf } from "../model/image.ts";

/** What a registry or its token service is shown. */
export type Credentials =
  | { readonly kind: "basic"; readonly username: string; readonly secret: string }
  /** A refresh token: the token service gives passes for it. */
  | { readonly kind: "identity"; readonly token: string }
  /** Shown to the registry as it is. */
  | { readonly kind: "bearer"; readonly token: string };

/** What a docker `config.json` says of an image. */
export type DockerEntry =
  | { readonly kind: "credentials"; readonly credentials: Credentials }
  | { readonly kind: "helper"; readonly name: string; readonly server: string }
  | { readonly kind: "none" };

// Kubernetes writes username and password beside auth.
const authSchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});
const configSchema = z.object({
  auths: z.record(z.string(), authSchema.nullable()).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

export type DockerConfig = z.infer<typeof configSchema>;

/** docker's own name for Docker Hub, in files and before helpers. */
const HUB_SERVER = "https://index.docker.io/v1/";
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Reads a docker `config.json` or `.dockerconfigjson`. `null`: it is none. */
export function readDockerConfig(text: string): DockerConfig | null {
  try {
    const read = configSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/**
 * What the file says of an image: a helper for its host, else the entry with the longest path that holds it (hosts with a path as
 * in pull secrets), else the helper for all hosts.
 */
export function entryFor(config: DockerConfig, image: ImageName): DockerEntry {
  const host = registryOf(image);
  const helper = Object.entries(config.credHelpers ?? {}).find(([key]) => placeOf(key) === host);
  if (helper !== undefined) return helperEntry(helper[1], serverOf(helper[0]));
  const held = Object.entries(config.auths ?? {})
    .map(([key, auth]) => ({ place: placeOf(key), credentials: credentialsOf(auth) }))
    .filter(({ place }) => place === image || image.startsWith(`${place}/`))
    .sort((a, b) => b.place.length - a.place.length)
    .find(({ credentials }) => credentials !== null);
  if (held?.credentials) return { kind: "credentials", credentials: held.credentials };
  return config.credsStore === undefined || config.credsStore === ""
    ? { kind: "none" }
    : helperEntry(config.credsStore, serverOf(host));
}

/** What a helper, or docker, means by a name and a secret: `<token>` stands for a refresh token. */
export function namedSecret(username: string, secret: string): Credentials {
  return username === "<token>"
    ? { kind: "identity", token: secret }
    : { kind: "basic", username, secret };
}

/** What helpers are asked for: a host, but for Docker Hub. */
export function serverOf(host: string): string {
  return placeOf(host) === "docker.io" ? HUB_SERVER : host;
}

function helperEntry(name: string, server: string): DockerEntry {
  return HELPER_NAME.test(name) ? { kind: "helper", name, server } : { kind: "none" };
}

/** `https://index.docker.io/v1/`, `quay.io/acme`, `https://registry.corp:5000/v2/` as the beginning of an image's name. */
function placeOf(key: string): string {
  const [host = "", ...path] = key
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/\/+$/, "")
    .split("/");
  const isApi = path.length === 1 && /^v[12]$/.test(path[0] ?? "");
  const isHub = ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host);
  return [isHub ? "docker.io" : host, ...(isApi ? [] : path)].join("/");
}

function credentialsOf(auth: z.infer<typeof authSchema> | null): Credentials | null {
  if (auth === null) return null;
  if (isSet(auth.identitytoken)) return { kind: "identity", token: auth.identitytoken };
  if (isSet(auth.registrytoken)) return { kind: "bearer", token: auth.registrytoken };
  const pair = Buffer.from(auth.auth ?? "", "base64")
    .toString("utf8")
    .replace(/\0+$/, "");
  const colon = pair.indexOf(":");
  if (colon > 0) return namedSecret(pair.slice(0, colon), pair.slice(colon + 1));
  return isSet(auth.username) && isSet(auth.password)
    ? namedSecret(auth.username, auth.password)
    : null;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
