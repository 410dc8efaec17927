import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { Files, Variables } from "../src/env/reader.ts";
import { readEnv, readHookEnv, readStoreEnv } from "../src/env.ts";
import { hookGenerationsOf } from "../src/ingest/hook-generations.ts";
import { optionsOf } from "../src/normalise/normaliser.ts";
import { defaultOptions } from "../src/normalise/sources.ts";

function pem(type: "rsa" | "ec"): string {
  const { privateKey } =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
const RSA = pem("rsa");
const EC = pem("ec");

const GOOD: Variables = {
  APP_ID: "12345",
  PRIVATE_KEY: RSA,
  WEBHOOK_SECRET: "webhook-secret-0001",
  TAGBOAT_SECRET: "tagboat-secret-0123456789abcdef-0",
};

const NOTIFY: Variables = {
  TAGBOAT_NOTIFY_URL: "https://chat.example.com/services/hush",
  TAGBOAT_NOTIFY_SECRET: "notify-secret-0001",
};

function filesOf(texts: Readonly<Record<string, string>> = {}): Files {
  return { read: (path) => texts[path] ?? null };
}

function problems(over: Variables, texts: Readonly<Record<string, string>> = {}) {
  const answer = readEnv({ ...GOOD, ...over }, filesOf(texts));
  return answer.kind === "problems" ? answer.problems : [];
}

function env(over: Variables, texts: Readonly<Record<string, string>> = {}) {
  const answer = readEnv({ ...GOOD, ...over }, filesOf(texts));
  if (answer.kind === "problems") throw new Error(answer.problems.join("\n"));
  return answer.env;
}

describe("settings", () => {
  test("the least that starts, with every default", () => {
    expect(env({})).toEqual({
      appId: 12345,
      privateKey: RSA.trim(),
      webhookSecret: "webhook-secret-0001",
      secrets: ["tagboat-secret-0123456789abcdef-0"],
      generations: new Map(),
      publicUrl: null,
      host: "127.0.0.1",
      port: 3000,
      githubHost: null,
      githubProtocol: "https",
      plainHttpHosts: [],
      repos: [],
      registriesFile: null,
      policy: [],
      options: defaultOptions,
      kustomize: null,
      renderRemote: false,
      renderHelm: false,
      databaseUrl: null,
      dataFolder: "data",
      retentionDays: 30,
      notify: null,
      updateInterval: 30_000,
      promotion: true,
      reread: 3_600_000,
      logLevel: "info",
    });
  });

  test.each<[string, Variables, string]>([
    ["no App", { APP_ID: "" }, "APP_ID"],
    ["a name for a number", { APP_ID: "tagboat" }, "APP_ID"],
    ["no key", { PRIVATE_KEY: " " }, "PRIVATE_KEY"],
    ["text for a key", { PRIVATE_KEY: "hush" }, "PRIVATE_KEY"],
    ["a key of another kind", { PRIVATE_KEY: EC }, "PRIVATE_KEY"],
    ["a path to nothing", { PRIVATE_KEY: "", PRIVATE_KEY_PATH: "/none" }, "PRIVATE_KEY_PATH"],
    ["no webhook secret", { WEBHOOK_SECRET: undefined }, "WEBHOOK_SECRET"],
    ["Probot's own default", { WEBHOOK_SECRET: "development" }, "WEBHOOK_SECRET"],
    ["a short webhook secret", { WEBHOOK_SECRET: "hush-hush-hush-" }, "WEBHOOK_SECRET"],
    ["no secret", { TAGBOAT_SECRET: undefined }, "TAGBOAT_SECRET"],
    ["a short secret", { TAGBOAT_SECRET: "hush" }, "TAGBOAT_SECRET"],
    ["a short previous one", { TAGBOAT_SECRET_PREVIOUS: "hush" }, "TAGBOAT_SECRET_PREVIOUS"],
    ["a port beyond", { PORT: "65536" }, "PORT"],
    ["a port that is none", { PORT: "http" }, "PORT"],
    ["a URL for a host", { GHE_HOST: "https://github.example.com" }, "GHE_HOST"],
    ["http to GitHub", { GHE_PROTOCOL: "http" }, "GHE_PROTOCOL"],
    ["http to a far host", { GHE_PROTOCOL: "http", GHE_HOST: "ghe.lan" }, "GHE_PROTOCOL"],
    [
      "http to a host named like the loopback",
      { GHE_PROTOCOL: "http", GHE_HOST: "127.0.0.1.x.io" },
      "GHE_PROTOCOL",
    ],
    ["another protocol", { GHE_PROTOCOL: "ftp", GHE_HOST: "localhost" }, "GHE_PROTOCOL"],
    ["a host for a URL", { TAGBOAT_URL: "tagboat.example.com" }, "TAGBOAT_URL"],
    ["credentials in a URL", { TAGBOAT_URL: "https://a:hush@b.c" }, "TAGBOAT_URL"],
    ["minutes for seconds", { TAGBOAT_UPDATE_INTERVAL: "1m" }, "TAGBOAT_UPDATE_INTERVAL"],
    ["more than an hour", { TAGBOAT_UPDATE_INTERVAL: "3601" }, "TAGBOAT_UPDATE_INTERVAL"],
    ["hours for minutes", { TAGBOAT_REREAD: "1h" }, "TAGBOAT_REREAD"],
    ["more than a week", { TAGBOAT_REREAD: "10081" }, "TAGBOAT_REREAD"],
    ["off for 0", { TAGBOAT_PROMOTION: "off" }, "TAGBOAT_PROMOTION"],
    ["yes for 1", { TAGBOAT_RENDER_REMOTE: "yes" }, "TAGBOAT_RENDER_REMOTE"],
    ["true for 1", { TAGBOAT_RENDER_HELM: "true" }, "TAGBOAT_RENDER_HELM"],
    ["a repo without owner", { TAGBOAT_REPOS: "myapp-cd" }, "TAGBOAT_REPOS"],
    ["no registries file", { TAGBOAT_REGISTRIES: "/none" }, "TAGBOAT_REGISTRIES"],
    ["no policy file", { TAGBOAT_POLICY: "/none" }, "TAGBOAT_POLICY"],
    [
      "a generation that is none",
      { TAGBOAT_HOOK_GENERATIONS: "quay/acme=new" },
      "TAGBOAT_HOOK_GENERATIONS",
    ],
    [
      "three generations at a time",
      { TAGBOAT_HOOK_GENERATIONS: "quay/acme=1+2+3" },
      "TAGBOAT_HOOK_GENERATIONS",
    ],
    ["no generations file", { TAGBOAT_HOOK_GENERATIONS: "/none" }, "TAGBOAT_HOOK_GENERATIONS"],
    ["yes for true", { TAGBOAT_TEKTON_TASK_RUNS: "yes" }, "TAGBOAT_TEKTON_TASK_RUNS"],
    ["an unknown kind", { TAGBOAT_TEKTON_RESULTS: "url=a" }, "TAGBOAT_TEKTON_RESULTS"],
    ["another database", { DATABASE_URL: "mysql://hush@db/x" }, "DATABASE_URL"],
    ["no database URL", { DATABASE_URL: "postgres://u:hu#sh@:x" }, "DATABASE_URL"],
    ["no days", { TAGBOAT_RETENTION: "0" }, "TAGBOAT_RETENTION"],
    ["days with a unit", { TAGBOAT_RETENTION: "30d" }, "TAGBOAT_RETENTION"],
    ["too many days", { TAGBOAT_RETENTION: "9999" }, "TAGBOAT_RETENTION"],
    ["notices to no URL", { ...NOTIFY, TAGBOAT_NOTIFY_URL: "hush" }, "TAGBOAT_NOTIFY_URL"],
    [
      "notices with credentials",
      { ...NOTIFY, TAGBOAT_NOTIFY_URL: "https://a:hush@chat.example.com" },
      "TAGBOAT_NOTIFY_URL",
    ],
    [
      "notices in the clear",
      { ...NOTIFY, TAGBOAT_NOTIFY_URL: "http://chat.example.com/hush" },
      "TAGBOAT_NOTIFY_URL",
    ],
    ["notices unsigned", { ...NOTIFY, TAGBOAT_NOTIFY_SECRET: "hush" }, "TAGBOAT_NOTIFY_SECRET"],
    ["notices of what?", { ...NOTIFY, TAGBOAT_NOTIFY_ON: "merged, failed" }, "TAGBOAT_NOTIFY_ON"],
    ["a level that is none", { LOG_LEVEL: "loud" }, "LOG_LEVEL"],
  ])("%s: one line that names %j's fault, and no value", (_name, over, variable) => {
    const lines = problems(over);
    expect(lines.map((line) => line.split(":")[0])).toEqual([variable]);
    expect(lines.join("")).not.toMatch(/hush|\n|BEGIN/);
  });

  test.each<[string, string, string]>([
    ["no YAML", "version: [1\n", "line 2"],
    ["another key", "version: 1\nenvironments: []\nfloors: []\n", "line 2"],
    [
      "two faults",
      "version: 1\nenvironments:\n  - match: prod\n    approvals: { count: -1 }\n    soak: long\n",
      "line 4",
    ],
  ])("a policy with %s is refused in one line that names the place", (_name, text, place) => {
    const lines = problems({ TAGBOAT_POLICY: "/p.yml" }, { "/p.yml": text });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^TAGBOAT_POLICY: ${place}, column \\d+: [^\n]+$`));
  });

  test("the policy is read", () => {
    const text = "version: 1\nenvironments: [{ match: prod, approvals: { count: 2 } }]\n";
    const { policy } = env({ TAGBOAT_POLICY: "/p.yml" }, { "/p.yml": text });
    expect(policy).toMatchObject([{ match: ["prod"], approvals: { count: 2, requester: false } }]);
  });

  test("every problem is told at once", () => {
    const answer = readEnv({}, filesOf());
    const lines = answer.kind === "problems" ? answer.problems : [];
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "APP_ID",
      "PRIVATE_KEY",
      "WEBHOOK_SECRET",
      "TAGBOAT_SECRET",
    ]);
  });

  test.each<[string, Variables]>([
    ["with line ends as two characters", { PRIVATE_KEY: RSA.replaceAll("\n", "\\n") }],
    ["in base64", { PRIVATE_KEY: Buffer.from(RSA).toString("base64") }],
    ["from its file", { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: "/app.pem" }],
  ])("the key %s", (_name, over) => {
    expect(env(over, { "/app.pem": RSA }).privateKey.trim()).toBe(RSA.trim());
  });

  test.each([
    ["localhost:3001", ""],
    ["127.0.0.1:3001", ""],
    ["ghe.lan", "other.lan, GHE.lan"],
    ["ghe.lan:8080", "ghe.lan:8080"],
  ])("http to %s with TAGBOAT_PLAIN_HTTP=%j", (host, plain) => {
    const over = { GHE_PROTOCOL: "http", GHE_HOST: host, TAGBOAT_PLAIN_HTTP: plain };
    expect(env(over)).toMatchObject({ githubHost: host, githubProtocol: "http" });
  });

  test("lists, files and names", () => {
    const over = {
      TAGBOAT_SECRET_PREVIOUS: "tagboat-secret-0123456789abcdef-9",
      TAGBOAT_URL: "https://tagboat.example.com/base/",
      TAGBOAT_REPOS: "Acme/*-cd, umbrella/deploy",
      TAGBOAT_REGISTRIES: "/registries.yml",
      TAGBOAT_TEKTON_TASK_RUNS: "true",
      TAGBOAT_TEKTON_RESULTS: "tag=which,tag=tag-2,image=where",
    };
    const { results } = defaultOptions.tekton;
    expect(env(over, { "/registries.yml": "" })).toMatchObject({
      secrets: ["tagboat-secret-0123456789abcdef-0", "tagboat-secret-0123456789abcdef-9"],
      publicUrl: "https://tagboat.example.com/base",
      repos: ["acme/*-cd", "umbrella/deploy"],
      registriesFile: "/registries.yml",
      options: {
        tekton: {
          taskRuns: true,
          results: { ...results, tag: ["which", "tag-2"], image: ["where"] },
        },
      },
    });
  });

  test("settings of sources, for all owners or one", () => {
    const text = `sources:
  nexus: { registry_host: { docker-hosted: nexus.example.com:8082 } }
  nexus/Acme: { registry_host: nexus.acme.example/docker }
  generic:
    oidc:
      - { issuer: github, audience: t, repository: acme/app, workflow: a.yml, ref: refs/heads/main }
`;
    const { options } = env({ TAGBOAT_SOURCES: "/s.yml" }, { "/s.yml": text });
    expect(optionsOf(options, "nexus", "umbrella")).toEqual({
      registry_host: { "docker-hosted": "nexus.example.com:8082" },
    });
    expect(optionsOf(options, "nexus", "ACME")).toEqual({
      registry_host: "nexus.acme.example/docker",
    });
    expect(optionsOf(options, "quay", "acme")).toEqual({});
    expect(optionsOf(options, "constructor", null)).toEqual({});
    expect(optionsOf(options, "generic", null).oidc?.[0]?.audience).toBe("t");
  });

  test.each([
    ["sources: [", /^TAGBOAT_SOURCES, line 1: /],
    ["", /^TAGBOAT_SOURCES: the file: /],
    ["sources: { npm: {} }", /must be a source, or source\/owner/],
    ["sources: { quay/a/b: {} }", /must be a source, or source\/owner/],
    ["sources: { nexus: { host: a } }", /nexus has keys that are not known: host/],
    ["sources: { nexus: { registry_host: 'https://a' } }", /nexus › registry_host/],
    ["sources: { ecr-sns: { topics: [a] } }", /topics › 0: must be a topic's ARN/],
    ["sources: { artifactory: { signing: none } }", /signing/],
    [
      "sources: { generic: { oidc: [{ issuer: 'http://a', audience: a, repository: a, workflow: a, ref: a }] } }",
      /oidc › 0 › issuer/,
    ],
  ])("%s is refused", (text, line) => {
    expect(problems({ TAGBOAT_SOURCES: "/s.yml" }, { "/s.yml": text })).toEqual([
      expect.stringMatching(line),
    ]);
    expect(problems({ TAGBOAT_SOURCES: "/none.yml" })).toEqual([
      "TAGBOAT_SOURCES: the file cannot be read",
    ]);
  });

  test("the store", () => {
    const over = {
      DATABASE_URL: "postgresql://tagboat:secret@db.lan:5432/tagboat?sslmode=require",
      TAGBOAT_DATA: "/var/lib/tagboat",
      TAGBOAT_RETENTION: "7",
    };
    expect(env(over)).toMatchObject({
      databaseUrl: over.DATABASE_URL,
      dataFolder: "/var/lib/tagboat",
      retentionDays: 7,
    });
  });

  test("notices: of everything but what is skipped, unless it is said", () => {
    const { notify } = env(NOTIFY);
    expect(notify).toEqual({
      url: "https://chat.example.com/services/hush",
      secret: "notify-secret-0001",
      kinds: ["proposed", "committed", "closed", "refused", "failed"],
    });
    const some = env({ ...NOTIFY, TAGBOAT_NOTIFY_ON: "failed,skipped,failed" }).notify;
    expect(some?.kinds).toEqual(["skipped", "failed"]);
  });

  test.each([
    ["http://localhost:8065/hooks/x", ""],
    ["http://[::1]:8065/hooks/x", ""],
    ["http://chat.lan:8065/hooks/x", "chat.lan"],
  ])("notices to %s with TAGBOAT_PLAIN_HTTP=%j", (url, plain) => {
    const over = { ...NOTIFY, TAGBOAT_NOTIFY_URL: url, TAGBOAT_PLAIN_HTTP: plain };
    expect(env(over).notify?.url).toBe(url);
  });

  test.each([
    ["a list", "quay/Acme=2, generic/acme/repo:cd=3", {}],
    [
      "a file",
      "/generations",
      { "/generations": "# why\nquay/acme=2 # leaked\n\ngeneric/acme/repo:cd = 3\n" },
    ],
  ])("generations from %s revoke one hook and leave the others", (_name, text, texts) => {
    const { generations } = env({ TAGBOAT_HOOK_GENERATIONS: text }, texts);
    const owner = { kind: "owner" } as const;
    const repo = { kind: "repo", repo: "cd" } as const;
    const of = (source: string, scope: typeof owner | typeof repo) =>
      hookGenerationsOf(generations, { source, owner: "ACME", scope });
    expect([
      of("quay", owner),
      of("quay", repo),
      of("generic", owner),
      of("generic", repo),
    ]).toEqual([[2], [1], [1], [3]]);
  });

  test.each([
    ["quay/acme=1+2", [2, 1]],
    ["quay/acme = 5 + 4", [5, 4]],
  ])("generations %s are both in force, the newest first", (text, both) => {
    const { generations } = env({ TAGBOAT_HOOK_GENERATIONS: text });
    const hook = { source: "quay", owner: "acme", scope: { kind: "owner" } } as const;
    expect(hookGenerationsOf(generations, hook)).toEqual(both);
  });
});

describe("a `.env` in production", () => {
  const dotEnv = { ".env": "# x\nexport TAGBOAT_SECRET=hush\nOTHER = 1\nAPP_ID=1\n" };

  test("that would override the environment is refused", () => {
    const lines = problems({ NODE_ENV: "production" }, dotEnv);
    expect(lines).toEqual([
      ".env: sets TAGBOAT_SECRET, APP_ID, which the environment sets as well; remove the file or those lines",
    ]);
  });

  test("is let be in development, and where it overrides nothing", () => {
    expect(problems({}, dotEnv)).toEqual([]);
    expect(problems({ NODE_ENV: "production" }, { ".env": "OTHER=1" })).toEqual([]);
  });
});

test("the store's place needs no App", () => {
  const answer = readStoreEnv({}, filesOf());
  expect(answer).toEqual({
    kind: "ok",
    env: { databaseUrl: null, dataFolder: "data", retentionDays: 30 },
  });
});

test("hook URLs need no App", () => {
  const answer = readHookEnv({ TAGBOAT_SECRET: GOOD.TAGBOAT_SECRET }, filesOf());
  expect(answer.kind).toBe("ok");
});

test("`.env.example` names every setting that is read, and no other", () => {
  const example = readFileSync(".env.example", "utf8");
  const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name ?? "");
  const read = new Set<string>();
  const spy = new Proxy<Variables>(
    { ...GOOD, ...NOTIFY, PRIVATE_KEY: "" },
    {
      get: (target, name) => {
        read.add(String(name));
        return target[String(name)];
      },
    },
  );
  readEnv(spy, filesOf());
  read.delete("NODE_ENV");
  expect(named.toSorted()).toEqual([...read].toSorted());
});
