import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { exportJWK, type JWTPayload, SignJWT } from "jose";
import type { Outside } from "../../src/ingest/outside.ts";
import type { Sent } from "../../src/ingest/proof.ts";
import { createProveSender } from "../../src/ingest/prove-sender.ts";
import type { SourceOptions } from "../../src/normalise/source-options.ts";

const NOW = new Date("2026-11-22T15:00:00Z");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { ...(await exportJWK(rsa.publicKey)), kid: "one" };

function world(answer?: Awaited<ReturnType<Outside>>) {
  const asked: string[] = [];
  const outside: Outside = async (url, { internal }) => {
    asked.push(`${url.href}${internal ? " internal" : ""}`);
    const body = Buffer.from(JSON.stringify({ keys: [jwk] }));
    return answer ?? { kind: "answered", status: 200, body };
  };
  return { asked, prove: createProveSender(outside) };
}

type Claims = Readonly<Record<string, unknown>>;

interface Minted {
  readonly key?: typeof rsa.privateKey;
  readonly expires?: number;
  readonly kid?: string;
}

function token(claims: Claims, over: Minted = {}): Promise<string> {
  const seconds = NOW.getTime() / 1000;
  return new SignJWT({
    iat: seconds - 10,
    exp: seconds + (over.expires ?? 300),
    ...claims,
  } as JWTPayload)
    .setProtectedHeader({ alg: "RS256", kid: over.kid ?? "one" })
    .sign(over.key ?? rsa.privateKey);
}

function sent(bearer: string | null, more: Record<string, string> = {}): Sent {
  const headers = { ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), ...more };
  return { headers, body: Buffer.from("{}"), secrets: ["secret"], now: NOW };
}

const GOOGLE: Claims = {
  iss: "https://accounts.google.com",
  aud: "tagboat",
  email: "push@acme.iam.gserviceaccount.com",
  email_verified: true,
};
const GAR: SourceOptions = { audience: "tagboat", email: "push@acme.iam.gserviceaccount.com" };

describe("a push of Pub/Sub", () => {
  const by = { kind: "pub-sub" } as const;

  test("is believed by Google's token, whose keys are fetched once", async () => {
    const { asked, prove } = world();
    for (const iss of ["https://accounts.google.com", "accounts.google.com"])
      expect(await prove(by, sent(await token({ ...GOOGLE, iss })), GAR)).toEqual({
        kind: "proven",
      });
    expect(asked).toEqual(["https://www.googleapis.com/oauth2/v3/certs"]);
  });

  test.each<[string, Claims, Minted]>([
    ["another issuer", { iss: "https://accounts.evil.example" }, {}],
    ["another audience", { aud: "another" }, {}],
    ["no audience", { aud: undefined }, {}],
    ["another account", { email: "eve@acme.iam.gserviceaccount.com" }, {}],
    ["an account that is not verified", { email_verified: false }, {}],
    ["verified as a text", { email_verified: "true" }, {}],
    ["an expired one", {}, { expires: -60 }],
    ["one without an end", { exp: undefined }, {}],
    ["another key", {}, { key: stranger.privateKey }],
    ["a key that is not Google's", {}, { kid: "two" }],
  ])("with %s is refused", async (_name, claims, over) => {
    const { prove } = world();
    const bearer = await token({ ...GOOGLE, ...claims }, over);
    expect((await prove(by, sent(bearer), GAR)).kind).toBe("refused");
  });

  test("without a token, with one of no signature, or without settings is refused", async () => {
    const { prove } = world();
    const [head = "", claims = ""] = (await token(GOOGLE)).split(".");
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    for (const bearer of [
      null,
      "x",
      `${none}.${claims}.`,
      `${head}.${claims}.`,
      "a".repeat(20_000),
    ])
      expect((await prove(by, sent(bearer), GAR)).kind).toBe("refused");
    const right = await token(GOOGLE);
    for (const own of [{}, { audience: "tagboat" }, { email: "push@x" }])
      expect((await prove(by, sent(right), own)).kind).toBe("refused");
  });

  test("waits while Google's keys cannot be had", async () => {
    for (const answer of [
      { kind: "failed", detail: "internal-address" },
      { kind: "answered", status: 503, body: Buffer.alloc(0) },
      { kind: "answered", status: 302, body: Buffer.alloc(0) },
    ] as const)
      expect((await world(answer).prove(by, sent(await token(GOOGLE)), GAR)).kind).toBe(
        "unavailable",
      );
  });
});

const GITHUB_JOB: Claims = {
  iss: "https://token.actions.githubusercontent.com",
  aud: "tagboat",
  repository: "Acme/App",
  ref: "refs/heads/main",
  event_name: "push",
  workflow_ref: "Acme/App/.github/workflows/build.yml@refs/heads/main",
};
const GITLAB_JOB: Claims = {
  iss: "https://gitlab.com",
  aud: "tagboat",
  project_path: "acme/web/app",
  ref_path: "refs/heads/main",
  pipeline_source: "push",
  ci_config_ref_uri: "gitlab.com/acme/web/app//.gitlab-ci.yml@refs/heads/main",
};
const GITHUB_RULE = {
  issuer: "github",
  audience: "tagboat",
  repository: "acme/app",
  workflow: ".github/workflows/build.yml",
  ref: ["refs/heads/main", "refs/tags/v*"],
} as const;
const GITLAB_RULE = {
  issuer: "gitlab",
  audience: "tagboat",
  repository: "acme/web/app",
  workflow: ".gitlab-ci.yml",
  ref: "refs/heads/main",
} as const;
const CI: SourceOptions = {
  oidc: [{ ...GITHUB_RULE, ref: [...GITHUB_RULE.ref] }, GITLAB_RULE],
};

describe("a job's token in place of a signature", () => {
  const by = { kind: "generic" } as const;

  test.each<[string, Claims]>([
    ["GitHub Actions on main", GITHUB_JOB],
    ["GitHub Actions on a tag", { ...GITHUB_JOB, ref: "refs/tags/v1.2" }],
    ["GitLab CI", GITLAB_JOB],
  ])("%s is believed", async (_name, claims) => {
    const { prove } = world();
    expect(await prove(by, sent(await token(claims)), CI)).toEqual({ kind: "proven" });
  });

  test.each<[string, Claims]>([
    ["another repo", { ...GITHUB_JOB, repository: "eve/app" }],
    ["a repo whose name goes on", { ...GITHUB_JOB, repository: "acme/app-evil" }],
    ["another workflow", { ...GITHUB_JOB, workflow_ref: "Acme/App/x.yml@refs/heads/main" }],
    [
      "another repo's workflow",
      { ...GITHUB_JOB, workflow_ref: "eve/app/.github/workflows/build.yml@refs/heads/main" },
    ],
    ["no workflow", { ...GITHUB_JOB, workflow_ref: undefined }],
    ["another branch", { ...GITHUB_JOB, ref: "refs/heads/main2" }],
    ["a pull request", { ...GITHUB_JOB, event_name: "pull_request" }],
    ["a pull request's target", { ...GITHUB_JOB, event_name: "pull_request_target" }],
    ["no event", { ...GITHUB_JOB, event_name: undefined }],
    ["another audience", { ...GITHUB_JOB, aud: "https://github.com/acme" }],
    ["another issuer", { ...GITHUB_JOB, iss: "https://evil.example" }],
    ["claims of one host at the other", { ...GITLAB_JOB, iss: GITHUB_JOB.iss }],
    ["a merge request", { ...GITLAB_JOB, pipeline_source: "merge_request_event" }],
    ["another project", { ...GITLAB_JOB, project_path: "acme/web/app2" }],
    ["another config", { ...GITLAB_JOB, ci_config_ref_uri: "gitlab.com/eve/x//.gitlab-ci.yml@a" }],
    ["no config", { ...GITLAB_JOB, ci_config_ref_uri: null }],
  ])("%s is refused", async (_name, claims) => {
    const { prove } = world();
    expect((await prove(by, sent(await token(claims)), CI)).kind).toBe("refused");
  });

  test("keys are where the issuer's kind has them; of our own hosts, inside too", async () => {
    const own = "https://ghes.example/_services/token";
    const lab = "https://gitlab.example";
    const rules: SourceOptions = {
      oidc: [
        { ...GITHUB_RULE, ref: "refs/heads/*", issuer: own },
        { ...GITLAB_RULE, issuer: lab },
      ],
    };
    const { asked, prove } = world();
    const job = await token({ ...GITHUB_JOB, iss: own });
    expect(await prove(by, sent(job), rules)).toEqual({ kind: "proven" });
    const config = "gitlab.example/acme/web/app//.gitlab-ci.yml@refs/heads/main";
    const other = await token({ ...GITLAB_JOB, iss: lab, ci_config_ref_uri: config });
    expect(await prove(by, sent(other), rules)).toEqual({ kind: "proven" });
    expect(asked).toEqual([
      "https://ghes.example/_services/token/.well-known/jwks internal",
      "https://gitlab.example/oauth/discovery/keys internal",
    ]);
  });

  test("a wrong signature is not made good by a right token, nor is anything without rules", async () => {
    const { asked, prove } = world();
    const job = await token(GITHUB_JOB);
    const both = sent(job, { "x-signature": "sha256=00" });
    expect((await prove(by, both, CI)).kind).toBe("refused");
    expect((await prove(by, sent(job), {})).kind).toBe("refused");
    expect((await prove(by, sent(null), CI)).kind).toBe("refused");
    expect(asked).toEqual([]);
  });

  test("waits while an issuer's keys cannot be had", async () => {
    const { prove } = world({ kind: "failed", detail: "timeout" });
    expect((await prove(by, sent(await token(GITHUB_JOB)), CI)).kind).toBe("unavailable");
  });
});
