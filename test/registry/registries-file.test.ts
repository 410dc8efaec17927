import { describe, expect, test } from "@jest/globals";
import { readRegistriesFile } from "../../src/registry/registries-file.ts";
import { ruleFor } from "../../src/registry/registry-hosts.ts";

describe("the operator's file of registries", () => {
  test("is read with all its fields", () => {
    const file = readRegistriesFile(`registries:
  quay.io/acme: {owners: [Acme, beta], username: me, passwordFile: /run/secrets/quay}
  registry.corp:5000:
    ca: /etc/tagboat/ca.pem
    plainHttp: false
    address: registry.svc:5000
    realm: auth.corp
  ghcr.io: {dockerConfig: /run/secrets/.dockerconfigjson}
  123456789012.dkr.ecr.eu-west-1.amazonaws.com: {helper: ecr-login}
  "*":
`);
    const none = { owners: null, credentials: null, realm: null, ca: null, address: null };
    expect(file).toEqual({
      kind: "read",
      hosts: {
        rules: [
          {
            ...none,
            prefix: "quay.io/acme",
            owners: ["acme", "beta"],
            credentials: {
              kind: "password",
              username: "me",
              password: { kind: "file", path: "/run/secrets/quay" },
            },
            plainHttp: null,
          },
          {
            ...none,
            prefix: "registry.corp:5000",
            ca: "/etc/tagboat/ca.pem",
            plainHttp: false,
            address: "registry.svc:5000",
            realm: "auth.corp",
          },
          {
            ...none,
            prefix: "ghcr.io",
            credentials: { kind: "docker-config", path: "/run/secrets/.dockerconfigjson" },
            plainHttp: null,
          },
          {
            ...none,
            prefix: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
            credentials: { kind: "helper", name: "ecr-login" },
            plainHttp: null,
          },
          { ...none, prefix: "*", plainHttp: false },
        ],
      },
    });
  });

  const refused: readonly [name: string, text: string, message: RegExp, line: number | null][] = [
    ["no YAML", "registries: {\n", /not valid YAML/, 2],
    ["empty", "", /must be of type object/, null],
    ["no registries", "{}", /registries must be of type/, null],
    ["an unknown key", "registries: {quay.io: {user: s3cret}}", /quay.io has keys .* user/, null],
    ["a URL", "registries: {'https://quay.io': {}}", /must be a host/, null],
    [
      "a password alone",
      "registries: {quay.io: {password: s3cret}}",
      /username and a password/,
      null,
    ],
    ["a name alone", "registries: {quay.io: {username: me}}", /username and a password/, null],
    [
      "two passwords",
      "registries: {quay.io: {username: me, password: s3cret, passwordEnv: P}}",
      /more than one of password/,
      null,
    ],
    [
      "two kinds of credentials",
      "registries: {quay.io: {username: me, password: s3cret, helper: pass}}",
      /more than one of username, dockerConfig, helper/,
      null,
    ],
    ["a helper by path", "registries: {quay.io: {helper: ../s3cret}}", /docker-credential-/, null],
    ["a helper for any host", 'registries: {"*": {helper: pass}}', /name the host/, null],
    ["owners of nobody", "registries: {quay.io: {owners: []}}", /owners/, null],
    ["a number", "registries: {quay.io: {username: me, password: 12345}}", /type string/, null],
    ["plain http for any host", 'registries: {"*": {plainHttp: true}}', /name the host/, null],
    [
      "credentials for any host",
      'registries: {"*": {username: me, password: s3cret}}',
      /name the host/,
      null,
    ],
  ];

  test.each(refused)("%s is refused", (_, text, message, line) => {
    const file = readRegistriesFile(text);
    expect(file).toMatchObject({ kind: "refused" });
    const problems = file.kind === "refused" ? file.problems : [];
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.line ?? null).toBe(line);
    expect(JSON.stringify(problems)).not.toMatch(/s3cret|12345/);
  });

  test("one entry for several hosts", () => {
    const file = readRegistriesFile(
      "registries:\n  quay.io/a: &pull {owners: [a], dockerConfig: /c.json}\n  ghcr.io/a: *pull\n",
    );
    const rules = file.kind === "read" ? file.hosts.rules : [];
    expect(rules.map(({ credentials, owners }) => [owners, credentials])).toEqual(
      Array(2).fill([["a"], { kind: "docker-config", path: "/c.json" }]),
    );
  });

  test("the longest prefix holds, at a slash", () => {
    const file = readRegistriesFile("registries: {quay.io: {}, quay.io/a: {}, quay.io/a/b: {}}");
    const hosts = file.kind === "read" ? file.hosts : { rules: [] };
    expect(ruleFor(hosts, "quay.io/a/b")?.prefix).toBe("quay.io/a/b");
    expect(ruleFor(hosts, "quay.io/a/bc")?.prefix).toBe("quay.io/a");
    expect(ruleFor(hosts, "quay.io/ab/c")?.prefix).toBe("quay.io");
    expect(ruleFor(hosts, "quay.iox/a/b")).toBeNull();
  });
});
