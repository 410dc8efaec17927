import type { ImageName } from "../model/image.ts";

/** Where a password comes from. Files are read at every use, so that a rotated secret is taken up. */
export type SecretSource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "variable"; readonly name: string };

/** Where credentials come from. What another program or file says of a host is asked again when it changes or is refused. */
export type CredentialSource =
  | { readonly kind: "password"; readonly username: string; readonly password: SecretSource }
  /** A `config.json` as docker and Kubernetes' pull secrets have it. */
  | { readonly kind: "docker-config"; readonly path: string }
  /** The program `docker-credential-<name>`. */
  | { readonly kind: "helper"; readonly name: string };

/** What the operator says of the images below one host or prefix. */
export interface RegistryRule {
  /** `quay.io`, `quay.io/org`, `registry.local:5000`; `*` for hosts that are not named. */
  readonly prefix: string;
  /** GitHub owners in lower case; `null`: all. */
  readonly owners: readonly string[] | null;
  readonly credentials: CredentialSource | null;
  /** Host of the token service that may be given the credentials, if not the registry itself. */
  readonly realm: string | null;
  /** Path of a PEM file that is trusted in addition. */
  readonly ca: string | null;
  /** `null`: only for a loopback host. */
  readonly plainHttp: boolean | null;
  /** `host:port` that is asked instead. */
  readonly address: string | null;
}

/** Which registries may be read, on whose behalf and how. */
export interface RegistryHosts {
  readonly rules: readonly RegistryRule[];
}

/** Without an operator's file: every public registry over https, without credentials. */
export const publicHosts: RegistryHosts = {
  rules: [
    {
      prefix: "*",
      owners: null,
      credentials: null,
      realm: null,
      ca: null,
      plainHttp: false,
      address: null,
    },
  ],
};

/** The rule with the longest prefix of the image, else that of `*`; `null`: the image may not be read. */
export function ruleFor(hosts: RegistryHosts, image: ImageName): RegistryRule | null {
  let best: RegistryRule | null = null;
  for (const rule of hosts.rules) {
    const covers = image === rule.prefix || image.startsWith(`${rule.prefix}/`);
    if (covers && rule.prefix.length > (best?.prefix.length ?? 0)) best = rule;
  }
  return best ?? hosts.rules.find(({ prefix }) => prefix === "*") ?? null;
}

/** The hosts that the operator named as registries, `host` or `host:port`. */
export function namedRegistries({ rules }: RegistryHosts): readonly string[] {
  const hosts = rules.map(({ prefix }) => prefix.split("/", 1)[0] ?? "");
  return [...new Set(hosts.filter((host) => host !== "*"))];
}

/**
 * Whether a host, which a registry sent us to, may be asked on behalf of an owner, and then whether it may have an internal address.
 * What the operator lists is for the owners listed there; what is not listed must be public.
 */
export function listedFor(
  hosts: RegistryHosts,
  host: string,
  owner: string,
): "listed" | "for-others" | "not-listed" {
  const rules = rulesAt(hosts, host);
  if (rules.length === 0) return "not-listed";
  return rules.some((rule) => letsRead(rule, owner)) ? "listed" : "for-others";
}

/** The rules in which a host stands: as registry, as address or as token service. */
export function rulesAt({ rules }: RegistryHosts, host: string): readonly RegistryRule[] {
  return rules.filter(
    ({ prefix, address, realm }) =>
      prefix === host || prefix.startsWith(`${host}/`) || address === host || realm === host,
  );
}

/** Whether a rule lets a GitHub owner, in whatever case, read. */
export function letsRead({ owners }: RegistryRule, owner: string): boolean {
  return owners === null || owners.includes(owner.toLowerCase());
}
