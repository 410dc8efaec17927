import { readAppId, readPrivateKey, readWebhookSecret } from "./env/app-keys.ts";
import { type HookEnv, readHookSettings } from "./env/hooks.ts";
import { type NotifyEnv, readNotify } from "./env/notify.ts";
import { mayBePlain } from "./env/plain-hosts.ts";
import { readPolicySetting } from "./env/policy.ts";
import { diskFiles, type Files, list, type Reader, type Variables, value } from "./env/reader.ts";
import { type RenderEnv, readRender } from "./env/render.ts";
import { readSources } from "./env/sources.ts";
import { readStore, type StoreEnv } from "./env/store.ts";
import { readTekton } from "./env/tekton.ts";
import { readWork, type WorkEnv } from "./env/work.ts";
import type { NormaliseOptions } from "./normalise/normaliser.ts";
import type { Policy } from "./promote/policy.ts";

/** What the operator set, checked. */
export interface Env extends HookEnv, RenderEnv, StoreEnv, WorkEnv {
  readonly appId: number;
  /** PEM of the App's RSA key. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly host: string;
  readonly port: number;
  /** `null`: github.com. */
  readonly githubHost: string | null;
  readonly githubProtocol: "https" | "http";
  /** Hosts that may be spoken to without TLS, beside the loopback. */
  readonly plainHttpHosts: readonly string[];
  /** `owner/repo` patterns in lower case; empty: every repo where the App is installed. */
  readonly repos: readonly string[];
  /** Path of the operator's file, there when the process started; `null`: none. */
  readonly registriesFile: string | null;
  /** The operator's floors under every config. */
  readonly policy: Policy;
  readonly options: NormaliseOptions;
  readonly logLevel: LogLevel;
  /** The operator's own webhook; `null`: nobody is told. */
  readonly notify: NotifyEnv | null;
}

/** Either all is well, or one line for each problem that names the variable and what to do. No line holds a value that may be secret. */
export type EnvAnswer<T> =
  | { readonly kind: "ok"; readonly env: T }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Exit code for a process whose settings are refused: `EX_CONFIG` of sysexits. */
export const EXIT_CONFIG = 78;

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
type LogLevel = (typeof logLevels)[number];

/** Reads and checks every setting of the process. */
export function readEnv(variables: Variables, files: Files = diskFiles): EnvAnswer<Env> {
  const reader: Reader = { variables, files, problems: [] };
  refuseDotEnv(reader);
  const plainHttpHosts = list(reader, "TAGBOAT_PLAIN_HTTP").map((host) => host.toLowerCase());
  const githubHost = readGithubHost(reader);
  const env: Env = {
    appId: readAppId(reader),
    privateKey: readPrivateKey(reader),
    webhookSecret: readWebhookSecret(reader),
    ...readHookSettings(reader),
    ...readRender(reader),
    ...readStore(reader),
    ...readWork(reader),
    host: value(reader, "HOST") ?? "127.0.0.1",
    port: readPort(reader),
    githubHost,
    githubProtocol: readGithubProtocol(reader, githubHost, plainHttpHosts),
    plainHttpHosts,
    repos: readRepos(reader),
    registriesFile: readFilePath(reader, "TAGBOAT_REGISTRIES"),
    policy: readPolicySetting(reader),
    options: { tekton: readTekton(reader), sources: readSources(reader) },
    logLevel: readLogLevel(reader),
    notify: readNotify(reader, plainHttpHosts),
  };
  return answer(reader, env);
}

/** Reads the settings that hook URLs are made from, for commands that need no more. */
export function readHookEnv(variables: Variables, files: Files = diskFiles): EnvAnswer<HookEnv> {
  const reader: Reader = { variables, files, problems: [] };
  return answer(reader, readHookSettings(reader));
}

/** Reads where the store is, for commands that need no more. */
export function readStoreEnv(variables: Variables, files: Files = diskFiles): EnvAnswer<StoreEnv> {
  const reader: Reader = { variables, files, problems: [] };
  return answer(reader, readStore(reader));
}

function answer<T>({ problems }: Reader, env: T): EnvAnswer<T> {
  return problems.length === 0 ? { kind: "ok", env } : { kind: "problems", problems };
}

// Probot's `.env` takes precedence over the real environment: the opposite of what an operator expects.
function refuseDotEnv(reader: Reader): void {
  if (value(reader, "NODE_ENV") !== "production") return;
  const text = reader.files.read(".env") ?? "";
  const names = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(
    ([, name]) => name,
  );
  const overridden = names.filter((name) => name !== undefined && value(reader, name) !== null);
  if (overridden.length === 0) return;
  reader.problems.push(
    `.env: sets ${overridden.join(", ")}, which the environment sets as well; remove the file or those lines`,
  );
}

function readPort(reader: Reader): number {
  const text = value(reader, "PORT") ?? "3000";
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    reader.problems.push("PORT: write a number from 0 to 65535");
  }
  return Number(text);
}

function readGithubHost(reader: Reader): string | null {
  const host = value(reader, "GHE_HOST")?.toLowerCase() ?? null;
  if (host !== null && !/^[a-z0-9.-]+(:\d{1,5})?$/.test(host)) {
    reader.problems.push(
      "GHE_HOST: write a host alone, such as github.example.com, without https://",
    );
  }
  return host === "github.com" ? null : host;
}

function readGithubProtocol(
  reader: Reader,
  host: string | null,
  plainHosts: readonly string[],
): "https" | "http" {
  const protocol = value(reader, "GHE_PROTOCOL") ?? "https";
  if (protocol === "https") return "https";
  if (protocol !== "http") {
    reader.problems.push("GHE_PROTOCOL: write https, or http for a host of TAGBOAT_PLAIN_HTTP");
    return "https";
  }
  if (!mayBePlain(host ?? "", plainHosts)) {
    reader.problems.push(
      "GHE_PROTOCOL: http would send the App's tokens in the clear; use https, or list the host in TAGBOAT_PLAIN_HTTP",
    );
  }
  return "http";
}

function readRepos(reader: Reader): readonly string[] {
  const repos = list(reader, "TAGBOAT_REPOS").map((repo) => repo.toLowerCase());
  if (!repos.every((repo) => /^[a-z0-9_*-]+\/[a-z0-9._*-]+$/.test(repo))) {
    reader.problems.push(
      "TAGBOAT_REPOS: write owner/repo, separated by commas; * stands for any characters",
    );
  }
  return repos;
}

function readFilePath(reader: Reader, name: string): string | null {
  const path = value(reader, name);
  if (path !== null && reader.files.read(path) === null) {
    reader.problems.push(`${name}: the file cannot be read`);
  }
  return path;
}

function readLogLevel(reader: Reader): LogLevel {
  const text = value(reader, "LOG_LEVEL") ?? "info";
  const level = logLevels.find((one) => one === text);
  if (level === undefined) reader.problems.push(`LOG_LEVEL: write one of ${logLevels.join(", ")}`);
  return level ?? "info";
}
