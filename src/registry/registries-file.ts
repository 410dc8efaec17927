import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type {
  CredentialSource,
  RegistryHosts,
  RegistryRule,
  SecretSource,
} from "./registry-hosts.ts";

/** What is wrong with the operator's file, in words that may be printed: no value of the file is in them. */
export interface FileProblem {
  readonly message: string;
  /** First line is 1. */
  readonly line?: number;
}

export type RegistriesFile =
  | { readonly kind: "read"; readonly hosts: RegistryHosts }
  | { readonly kind: "refused"; readonly problems: readonly FileProblem[] };

const HOST = /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?$/;
const PREFIX =
  /^(\*|(localhost|[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?(\/[a-z0-9._-]+)*)$/;

// The program's name is made of it: no path, no option.
const HELPER = /^[a-z0-9][a-z0-9._-]*$/i;

const host = z.string().regex(HOST, "must be a host in lower case, with a port if it needs one");

const entrySchema = z
  .strictObject({
    owners: z.array(z.string().min(1)).min(1).optional(),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    passwordFile: z.string().min(1).optional(),
    passwordEnv: z.string().min(1).optional(),
    dockerConfig: z.string().min(1).optional(),
    helper: z.string().regex(HELPER, "must be what follows docker-credential-").optional(),
    realm: host.optional(),
    ca: z.string().min(1).optional(),
    plainHttp: z.boolean().optional(),
    address: host.optional(),
  })
  .superRefine((entry, context) => {
    const passwords = [entry.password, entry.passwordFile, entry.passwordEnv];
    const given = passwords.filter((one) => one !== undefined).length;
    if (given > 1) context.addIssue("has more than one of password, passwordFile, passwordEnv");
    if ((given === 1) !== (entry.username !== undefined))
      context.addIssue("needs username and a password together, or neither");
    const ways = [entry.username, entry.dockerConfig, entry.helper];
    if (ways.filter((one) => one !== undefined).length > 1)
      context.addIssue("has more than one of username, dockerConfig, helper");
  });

const fileSchema = z.strictObject({
  registries: z.record(
    z.string().regex(PREFIX, "must be a host, a host with a path, or *"),
    entrySchema.nullable(),
  ),
});

/**
 * Reads the operator's file of registries (YAML): which hosts may be read, for which owners, and how.
 * A host that is not in it may not be read, unless the entry `*` is there.
 */
export function readRegistriesFile(text: string): RegistriesFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: "error",
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    return { kind: "refused", problems: [{ message: "The file is not valid YAML.", line }] };
  }
  const result = fileSchema.safeParse(plainValue(document));
  if (!result.success)
    return { kind: "refused", problems: result.error.issues.flatMap(problemsOf) };
  const rules = Object.entries(result.data.registries).map(([prefix, entry]) =>
    ruleOf(prefix, entry ?? {}),
  );
  return checkOthers(rules) ?? { kind: "read", hosts: { rules } };
}

function plainValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    return null;
  }
}

/** Messages name keys only: a mistyped line may hold a password. */
function problemsOf(issue: z.core.$ZodIssue): FileProblem[] {
  const place = issue.path.join(" › ") || "The file";
  if (issue.code === "unrecognized_keys")
    return [{ message: `${place} has keys that are not known: ${issue.keys.join(", ")}.` }];
  if (issue.code === "invalid_type")
    return [{ message: `${place} must be of type ${issue.expected}.` }];
  if (issue.code === "invalid_key")
    return [{ message: `${place} must be a host, a host with a path, or *.` }];
  return [{ message: `${place} ${issue.message}.` }];
}

type Entry = z.infer<typeof entrySchema>;

function ruleOf(prefix: string, entry: Entry): RegistryRule {
  return {
    prefix,
    owners: entry.owners?.map((owner) => owner.toLowerCase()) ?? null,
    credentials: credentialsOf(entry),
    realm: entry.realm ?? null,
    ca: entry.ca ?? null,
    plainHttp: entry.plainHttp ?? (prefix === "*" ? false : null),
    address: entry.address ?? null,
  };
}

function credentialsOf(entry: Entry): CredentialSource | null {
  if (entry.dockerConfig !== undefined) return { kind: "docker-config", path: entry.dockerConfig };
  if (entry.helper !== undefined) return { kind: "helper", name: entry.helper };
  const password = passwordOf(entry);
  return entry.username === undefined || password === null
    ? null
    : { kind: "password", username: entry.username, password };
}

function passwordOf(entry: Entry): SecretSource | null {
  if (entry.password !== undefined) return { kind: "text", text: entry.password };
  if (entry.passwordFile !== undefined) return { kind: "file", path: entry.passwordFile };
  if (entry.passwordEnv !== undefined) return { kind: "variable", name: entry.passwordEnv };
  return null;
}

/** Credentials, plain http or another address for "any host" would go wherever a repo's config points. */
function checkOthers(rules: readonly RegistryRule[]): RegistriesFile | null {
  const others = rules.find(({ prefix }) => prefix === "*");
  if (others === undefined) return null;
  const isPlain =
    others.credentials === null &&
    others.plainHttp !== true &&
    others.address === null &&
    others.realm === null;
  if (isPlain) return null;
  const message = "registries › * may only have owners and ca: name the host for anything else.";
  return { kind: "refused", problems: [{ message }] };
}
