import { readFile } from "node:fs/promises";
import type { ImageName } from "../model/image.ts";
import { registryOf } from "../model/image.ts";
import { askHelper, type FoundCredentials, type HelperOptions } from "./credential-helper.ts";
import { entryFor, namedSecret, readDockerConfig, serverOf } from "./docker-config.ts";
import type { CredentialSource, RegistryRule, SecretSource } from "./registry-hosts.ts";

/** The operator's credentials. Files are read at every use, so that what is rotated is taken up; helpers are asked now and then. */
export interface Keyring {
  credentials(rule: RegistryRule, image: ImageName): Promise<FoundCredentials>;
  /**
   * After a refusal: whether asking again may give other credentials than before `since` (`performance.now()`). What a helper said
   * earlier is forgotten.
   */
  renew(rule: RegistryRule, since: number): boolean;
}

interface HelperAnswer {
  readonly prefix: string;
  readonly at: number;
  readonly found: Promise<FoundCredentials>;
}

/** Helpers give tokens that end after an hour or twelve, and do not say so: asked again after this many milliseconds. */
const HELPER_MEMORY = 10 * 60_000;

export function createKeyring(options: HelperOptions): Keyring {
  const answers = new Map<string, HelperAnswer>();

  /** Reads at the same time share one run. Only what was found is remembered. */
  function helper(rule: RegistryRule, name: string, server: string): Promise<FoundCredentials> {
    const key = JSON.stringify([rule.prefix, name, server]);
    const known = answers.get(key);
    if (known !== undefined && performance.now() - known.at < HELPER_MEMORY) return known.found;
    const found = askHelper(name, server, options);
    const answer = { prefix: rule.prefix, at: performance.now(), found };
    answers.set(key, answer);
    return found.then((result) => {
      if (result.kind !== "found" && answers.get(key) === answer) answers.delete(key);
      return result;
    });
  }

  return {
    async credentials(rule, image) {
      const source = rule.credentials;
      if (source === null) return { kind: "none" };
      if (source.kind === "password") return readPassword(source, options.environment);
      if (source.kind === "helper") return helper(rule, source.name, serverOf(registryOf(image)));
      const entry = await readEntry(source.path, image);
      if (entry.kind === "helper") return helper(rule, entry.name, entry.server);
      return entry.kind === "credentials" ? { ...entry, kind: "found" } : entry;
    },
    renew(rule, since) {
      const old = [...answers].filter(([, { prefix, at }]) => prefix === rule.prefix && at < since);
      for (const [key] of old) answers.delete(key);
      return old.length > 0;
    },
  };
}

async function readEntry(path: string, image: ImageName) {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return failed(`The file of credentials ${path} cannot be read.`);
  const config = readDockerConfig(text);
  return config === null
    ? failed(`The file of credentials ${path} is not docker's config.json.`)
    : entryFor(config, image);
}

async function readPassword(
  { password, username }: Extract<CredentialSource, { kind: "password" }>,
  environment: HelperOptions["environment"],
): Promise<FoundCredentials> {
  const secret = await readSecret(password, environment);
  if (secret !== null) return { kind: "found", credentials: namedSecret(username, secret) };
  return failed(
    password.kind === "file"
      ? `The password file ${password.path} cannot be read.`
      : "The password is not in the environment.",
  );
}

async function readSecret(
  source: SecretSource,
  environment: HelperOptions["environment"],
): Promise<string | null> {
  if (source.kind === "text") return source.text;
  if (source.kind === "variable") return environment[source.name] ?? null;
  const text = await readFile(source.path, "utf8").catch(() => null);
  return text === null ? null : text.replace(/\r?\n$/, "");
}

function failed(detail: string): Extract<FoundCredentials, { kind: "failed" }> {
  return { kind: "failed", detail };
}
