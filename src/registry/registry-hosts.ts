import type { ImageName } from "../model/image.ts";

/** Where a password comes from. Files are read at every use, so that a rotated secret is taken up. */
export type SecretSource =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "variable"; readonly name: string };

/** What the operator says of the images below one host or prefix. */
export interface RegistryRule {
  /** `quay.io`, `quay.io/org`, `registry.local:5000`; `*` for hosts that are not named. */
  readonly prefix: string;
  /** GitHub owners in lower case; `null`: all. */
  readonly owners: readonly string[] | null;
  readonly credentials: { readonly username: string; readonly password: SecretSource } | null;
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

/** Whether the operator named the host: only then may it have an internal address. */
export function isListed(hosts: RegistryHosts, host: string): boolean {
  return hosts.rules.some(
    ({ prefix, address, realm }) =>
      prefix === host || prefix.startsWith(`${host}/`) || address === host || realm === host,
  );
}
