import { parseArgs } from "node:util";
import type { HookEnv } from "../env/hooks.ts";
import { EXIT_CONFIG, readHookEnv } from "../env.ts";
import { hookGenerationsOf } from "../ingest/hook-generations.ts";
import {
  type HookSubject,
  hookSignatureSecret,
  hookToken,
  scopeSegment,
} from "../ingest/hook-token.ts";
import type { HookScope } from "../model/delivery.ts";
import { parseImageName } from "../model/image.ts";
import type { HookSource } from "../normalise/normaliser.ts";
import { isHookSource, sourceTable } from "../normalise/sources.ts";
import { type Command, EXIT_USAGE, type Terminal } from "./command.ts";
import { senderSettings } from "./sender-settings.ts";

const HELP = `Usage: tagboat hook-url <source> <owner> [options]

Prints the URL that a sender posts to, and what to enter at the sender. Whoever knows the URL can
announce images for CD repos of the owner: treat it as a password.

  <source>            ${Object.keys(sourceTable).join(", ")}
  <owner>             the GitHub user or organisation whose CD repos it may reach
  --scope SCOPE       owner (default), repo:NAME (only this CD repo), or image:PREFIX (only images
                      at or below it, with host: image:quay.io/acme)
  --repo REPO         the same as --scope repo:REPO; also owner/name
  --image PREFIX      the same as --scope image:PREFIX
  --generation N      make the URL of a generation other than the newest in force
                      (TAGBOAT_HOOK_GENERATIONS raises it, which revokes the earlier URL;
                      with 1+2 both hold until it says 2)
  --url BASE          where senders reach Tagboat; default: TAGBOAT_URL

Needs TAGBOAT_SECRET, the same as the running Tagboat has.
`;

/** `tagboat hook-url`: makes the URL of a hook, with the settings to enter at its sender. */
export const hookUrl: Command = {
  summary: "print the URL and the settings to enter at a sender",
  help: HELP,
  run: async (args, terminal) => runHookUrl(args, terminal),
};

interface Wanted {
  readonly source: HookSource;
  readonly owner: string;
  readonly scope: HookScope;
  readonly generation: number | null;
  readonly url: string | null;
}

function runHookUrl(args: readonly string[], terminal: Terminal): number {
  const wanted = readWanted(args);
  if (typeof wanted === "string") {
    terminal.err(`tagboat hook-url: ${wanted}\n\n${HELP}`);
    return EXIT_USAGE;
  }
  const answer = readHookEnv(terminal.variables);
  if (answer.kind === "problems") {
    terminal.err(answer.problems.map((problem) => `${problem}\n`).join(""));
    return EXIT_CONFIG;
  }
  const base = wanted.url ?? answer.env.publicUrl;
  if (base === null) {
    terminal.err("TAGBOAT_URL: set it to where senders reach Tagboat, or give --url\n");
    return EXIT_CONFIG;
  }
  terminal.out(settingsOf(wanted, base, answer.env));
  return 0;
}

function settingsOf(wanted: Wanted, base: string, env: HookEnv): string {
  const generation = wanted.generation ?? hookGenerationsOf(env.generations, wanted)[0];
  const subject: HookSubject = { ...wanted, generation };
  const secret = env.secrets[0] ?? "";
  const segment = scopeSegment(wanted.scope);
  const path = ["hooks", wanted.source, wanted.owner, hookToken(secret, subject)];
  const url = `${base}/${[...path, ...(segment === null ? [] : [segment])].join("/")}`;
  const settings = senderSettings[wanted.source];
  return `${url}\n\n${settings({ url, secret: hookSignatureSecret(secret, subject) })}`;
}

/** What the arguments ask for, or what is wrong with them. */
function readWanted(args: readonly string[]): Wanted | string {
  const parsed = parse(args);
  if (typeof parsed === "string") return parsed;
  const { values, positionals } = parsed;
  const [source = "", ownerText = "", ...rest] = positionals;
  if (!isHookSource(source)) return `source must be one of ${Object.keys(sourceTable).join(", ")}`;
  const owner = ownerText.toLowerCase();
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(owner)) return "owner must be a GitHub user or organisation";
  if (rest.length > 0) return `too many arguments: ${rest.join(" ")}`;
  const scope = readScope(owner, values);
  if (typeof scope === "string") return scope;
  if (!/^([1-9]\d{0,8})?$/.test(values.generation ?? ""))
    return "--generation must be a number from 1";
  if (values.url !== undefined && !/^https?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/.test(values.url)) {
    return "--url must be an http(s) URL";
  }
  const generation = values.generation ? Number(values.generation) : null;
  return { source, owner, scope, generation, url: values.url?.replace(/\/+$/, "") ?? null };
}

function parse(args: readonly string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scope: option,
        repo: option,
        image: option,
        generation: option,
        url: option,
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readScope(
  owner: string,
  given: { readonly scope?: string; readonly repo?: string; readonly image?: string },
): HookScope | string {
  const { image, repo, scope } = given;
  if ([scope, repo, image].filter((one) => one !== undefined).length > 1)
    return "give one of --scope, --repo and --image";
  const [, kind, rest = ""] = /^(repo|image):(.+)$/.exec(scope ?? "") ?? [];
  if (scope !== undefined && scope !== "owner" && kind === undefined)
    return "--scope must be owner, repo:NAME or image:PREFIX";
  const named = { repo: kind === "repo" ? rest : repo, image: kind === "image" ? rest : image };
  if (named.repo !== undefined) return repoScope(owner, named.repo.toLowerCase());
  if (named.image !== undefined) return imageScope(named.image.toLowerCase().replace(/\/+$/, ""));
  return { kind: "owner" };
}

function repoScope(owner: string, text: string): HookScope | string {
  const repo = text.startsWith(`${owner}/`) ? text.slice(owner.length + 1) : text;
  if (repo.includes("/")) return `--repo must belong to ${owner}`;
  return /^[a-z0-9._-]+$/.test(repo) ? { kind: "repo", repo } : "--repo must be a repo's name";
}

// An image below the prefix must be read as standing there: `acme` alone would mean Docker Hub.
function imageScope(prefix: string): HookScope | string {
  const isPrefix = parseImageName(`${prefix}/x`) === `${prefix}/x`;
  return isPrefix
    ? { kind: "image", prefix }
    : "--image must begin with a registry's host: quay.io/acme";
}
