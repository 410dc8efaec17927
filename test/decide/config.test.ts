import { describe, expect, test } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { configJsonSchema, parseConfig } from "../../src/decide/config.ts";

const WHOLE = `version: 1
images:
  - name: image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime
    aliases: [default-route-openshift-image-registry.apps.*/myapp-ci/myapp-runtime]
    tags:
      match: "^[0-9a-f]{4}-[a-z0-9]{5}$"
      order: build-time
    pin: as-is
    source: myorg/myapp
    refs: true
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
  - name: pre-prod
    path: [env/overlays/02-pre-prod/]
    after: dev
  - name: prod
    path: env/overlays/03-prod
    branch: production
    after: [pre-prod]
    image: { "image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime": quay.io/MyOrg/myapp }
    proposal: { labels: [production], reviewers: [ops] }
`;

/** A small sound config with more keys at its image and its environment. */
function withKeys(image: string, environment: string): string {
  return `version: 1
images:
  - name: quay.io/acme/app
${image}environments:
  - name: dev
    path: env/dev
    on: push
${environment}`;
}

/** `line:column severity message` of each problem. */
function said(text: string): string[] {
  return parseConfig(text).problems.map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`,
  );
}

describe("a sound config", () => {
  test("is read with its defaults", () => {
    const { config, problems } = parseConfig(WHOLE);
    expect(problems).toEqual([]);
    const runtime = "image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime";
    const plain = {
      branch: null,
      after: [],
      on: "promotion",
      delivery: "pull-request",
      merge: "manual",
      image: {},
      add: false,
      approvals: { count: 1, teams: [], requester: false },
      allow: { teams: [], skip: [] },
      soak: 0,
      age: 0,
      require: { checks: [], health: null },
      freeze: [],
      proposal: {
        labels: [],
        reviewers: [],
        title: null,
        body: null,
        commit: null,
        draft: false,
      },
    };
    expect(config).toEqual({
      images: [
        {
          name: runtime,
          aliases: ["default-route-openshift-image-registry.apps.*/myapp-ci/myapp-runtime"],
          tags: {
            match: "^[0-9a-f]{4}-[a-z0-9]{5}$",
            order: "build-time",
            range: null,
            extract: null,
            ignore: [],
            prerelease: null,
            platforms: [],
            age: 0,
            repushed: "follow",
          },
          tag: null,
          pin: "as-is",
          source: "myorg/myapp",
          refs: true,
          verify: "registry",
          labels: { revision: [], source: [], run: [], runUrl: [] },
          reread: true,
        },
      ],
      environments: [
        {
          ...plain,
          name: "dev",
          path: ["env/overlays/01-dev"],
          on: "push",
          approvals: { count: 0, teams: [], requester: false },
        },
        { ...plain, name: "pre-prod", path: ["env/overlays/02-pre-prod"], after: ["dev"] },
        {
          ...plain,
          name: "prod",
          path: ["env/overlays/03-prod"],
          branch: "production",
          after: ["pre-prod"],
          image: { [runtime]: "quay.io/myorg/myapp" },
          proposal: { ...plain.proposal, labels: ["production"], reviewers: ["ops"] },
        },
      ],
      mode: "act",
    });
  });

  test("says what waits for a later version, and keeps it", () => {
    const text = withKeys(
      '    tag: "{revision:0:4}-{run:-5}"\n',
      `    merge: auto
    approvals: { count: 2, teams: [ops] }
    soak: 1h30m
    require: { checks: [acs], health: argocd }
    freeze: [{ cron: "0 15 * * 5", for: 65h, tz: Europe/London }]
  - name: prod
    path: env/prod
    after: dev
    on: merge
`,
    );
    const waits = "is understood but waits for a later version: until then";
    expect(said(text)).toEqual([
      `11:11 waiting \`soak\` ${waits} nothing tells how a release runs, and the gate stays closed.`,
      `12:39 waiting \`require.health\` ${waits} nothing tells how a release runs, and the gate stays closed.`,
    ]);
    const dev = parseConfig(text).config?.environments[0];
    expect(dev?.approvals).toEqual({ count: 2, teams: ["ops"], requester: false });
    expect(dev?.soak).toBe(5_400_000);
    expect(dev?.freeze).toEqual([
      { cron: "0 15 * * 5", for: 234_000_000, tz: "Europe/London", except: [], override: null },
    ]);
  });

  test("names who may command, skip and override, and the age of an image", () => {
    const text = withKeys(
      "",
      `    allow: { teams: [web, ops], skip: [ops] }
    age: 2d
    freeze:
      - { cron: "0  15 * * FRI", for: 65h, except: [api], override: { teams: [on-call] } }
`,
    );
    const dev = parseConfig(text).config?.environments[0];
    expect(dev?.allow).toEqual({ teams: ["web", "ops"], skip: ["ops"] });
    expect(dev?.age).toBe(172_800_000);
    expect(dev?.freeze).toEqual([
      {
        cron: "0 15 * * FRI",
        for: 234_000_000,
        tz: "UTC",
        except: ["api"],
        override: { teams: ["on-call"] },
      },
    ]);
  });

  test("warns when nothing follows pushes", () => {
    const text = withKeys("", "").replace("    on: push\n", "");
    expect(said(text)).toEqual([
      "5:3 warning No environment follows new images: write `on: push` at the first one, or nothing is ever proposed by a push.",
    ]);
    expect(parseConfig(text).config).not.toBeNull();
  });
});

describe("a config with errors", () => {
  test.each<[string, string, string[]]>([
    [
      "nothing",
      "",
      ["1:1 error The config is empty: write `version: 1`, `images:` and `environments:`."],
    ],
    ["a list", "- a\n", ["1:1 error Write a map of keys here, not a list."]],
    ["another version", WHOLE.replace("version: 1", "version: 2"), ["1:10 error Use 1 here."]],
    [
      "no images",
      "version: 1\nenvironments: []\n",
      ['1:1 error "images" is missing: add it.', "2:15 error List at least one environment."],
    ],
    [
      "no YAML",
      "version: 1\nimages: [a\n",
      [
        "3:1 error Not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].",
      ],
    ],
    [
      "a key twice",
      "version: 1\nversion: 1\n",
      ["2:1 error This key stands twice in the same place: keep one of them."],
    ],
    [
      "two documents",
      "version: 1\n---\nversion: 1\n",
      ["2:1 error Only one YAML document is read: remove the `---` between them."],
    ],
    [
      "an unknown key",
      withKeys("    pim: tag\n", "    Brunch: x\n    zzz: 1\n"),
      [
        '4:5 error Unknown key "pim". Did you mean "pin"?',
        '9:5 error Unknown key "Brunch". Did you mean "branch"?',
        '10:5 error Unknown key "zzz".',
      ],
    ],
    [
      "a prototype key",
      withKeys("", "    __proto__: {}\n"),
      ['8:5 error Unknown key "__proto__".'],
    ],
    [
      "an unknown word",
      withKeys("    pin: digst\n", ""),
      ['4:10 error Use as-is, tag, digest or tag+digest here. Did you mean "digest"?'],
    ],
    [
      "a number for text",
      withKeys("    tags: { match: 12 }\n", ""),
      ["4:20 error Write text here, not a number: put it in quotes."],
    ],
    [
      "a tag in a name",
      WHOLE.replace("myapp-runtime\n", "myapp-runtime:v1\n"),
      ["3:11 error This is no image name: write it like quay.io/org/app without tag and digest."],
    ],
    [
      "too many stars",
      WHOLE.replace("/myapp-ci/myapp-runtime\n", "/*a*a*a*a*\n"),
      ["3:11 error This is no image name: write it like quay.io/org/app, with at most four `*`."],
    ],
    [
      "an image twice",
      withKeys("  - name: quay.io/acme/app\n", ""),
      [
        '4:11 error "quay.io/acme/app" stands in an earlier rule, and the first match wins: keep one of them.',
      ],
    ],
    [
      "an expression that is none",
      withKeys("    tags: { match: '^(a$' }\n", ""),
      ["4:20 error This is not a regular expression (Unterminated group)."],
    ],
    [
      "an expression that may blow up",
      withKeys("    tags: { match: '^(a+)+$' }\n", ""),
      ["4:20 error This has a repeat inside a repeat: write it flat."],
    ],
    [
      "an extract without a group",
      withKeys("    tags: { order: numeric, extract: '^(?:a)$' }\n", ""),
      ["4:38 error Put the part to compare into a group: `^main-(\\d+)$`."],
    ],
    [
      "a range without semver",
      withKeys('    tags: { range: ">=1" }\n', ""),
      ["4:20 error `range` needs `order: semver`."],
    ],
    [
      "a range that is none",
      withKeys("    tags: { order: semver, range: new }\n", ""),
      ["4:35 error This is no range of versions: write it like `>=1.2 <2`."],
    ],
    [
      "refs without source",
      withKeys("    refs: true\n", ""),
      ["4:11 error `refs: true` needs `source`: the repo whose `?ref=` moves."],
    ],
    [
      "a source that is none",
      withKeys("    source: a b\n", ""),
      ["4:13 error Write the repo as `owner/name`; {image} may stand in it."],
    ],
    [
      "an ignored pattern of a list",
      withKeys("    tags: { ignore: [^pr-, '(a+)+'] }\n", ""),
      ["4:28 error This has a repeat inside a repeat: write it flat."],
    ],
    [
      "the only ignored pattern",
      withKeys("    tags: { ignore: '[' }\n", ""),
      ["4:21 error This is not a regular expression (Unterminated character class)."],
    ],
    [
      "a named group as Go writes it",
      withKeys("    tags: { order: numeric, extract: '-(?P<ts>\\d+)$' }\n", ""),
      [
        "4:38 error This is not a regular expression (Invalid group). Write a named group as `(?<ts>…)`, without the P.",
      ],
    ],
    [
      "pre-releases without versions",
      withKeys("    tags: { prerelease: true }\n", ""),
      ["4:25 error `prerelease` needs `order: semver`."],
    ],
    [
      "a platform that is none",
      withKeys("    tags: { platforms: [linux/amd64, arm] }\n", ""),
      ["4:38 error Write a platform like linux/amd64 or linux/arm/v7."],
    ],
    [
      "platforms that nobody looks up",
      withKeys("    tags: { platforms: [linux/amd64] }\n    verify: none\n", ""),
      ["4:24 error Only the registry tells the platforms: they need `verify: registry`."],
    ],
    [
      "an age of two years",
      withKeys("    tags: { age: 800d }\n", ""),
      ["4:18 error This is longer than a year: write a shorter time."],
    ],
    [
      "a tag pushed again",
      withKeys("    tags: { repushed: ignore }\n", ""),
      ["4:23 error Use follow or refuse here."],
    ],
    [
      "a template that is none",
      withKeys("    tag: '{sha}'\n", ""),
      [
        "4:10 error Unknown field {sha}: write {revision} {run} {run-id} {run-number} {branch} {time}.",
      ],
    ],
    [
      "a computed tag that nobody looks up",
      withKeys("    tag: '{revision}'\n    verify: none\n", ""),
      [
        "4:10 error A computed tag has to be looked up in the registry: `tag` needs `verify: registry`.",
      ],
    ],
    [
      "a direct commit of what nobody checked",
      withKeys("    verify: none\n", "    delivery: commit\n"),
      [
        "4:13 error With `verify: none` nothing is committed directly: `delivery: commit` needs `verify: registry`.",
      ],
    ],
    [
      "a name twice",
      withKeys("", "  - { name: DEV, path: x, after: dev }\n"),
      ['8:13 error Another environment is named "DEV" already: give each its own name.'],
    ],
    [
      "a name for no branch",
      withKeys("", "  - { name: a..b, path: x }\n"),
      [
        "8:13 error Name it with letters, digits, `-`, `_` and single dots: branches are named by it.",
      ],
    ],
    [
      "an unknown step",
      withKeys("", "  - { name: prod, path: x, after: [dve] }\n"),
      ['8:35 error No environment is named "dve". Did you mean "dev"?'],
    ],
    [
      "a circle",
      withKeys("", "    after: qa\n  - { name: qa, path: x, after: dev }\n"),
      [
        '8:12 error "dev" comes after itself: take one `after` out of the circle.',
        '9:33 error "qa" comes after itself: take one `after` out of the circle.',
      ],
    ],
    [
      "paths that leave the repo",
      withKeys("", "  - { name: a, path: [/x, ../y, .github] }\n"),
      [
        "8:23 error This path starts with `/`: write it from the root of the repo, without it.",
        "8:27 error This path has `..` in it: write it from the root of the repo.",
        "8:33 error This path is a folder that is never written to.",
      ],
    ],
    [
      "another capture",
      withKeys("", "  - { name: a, path: '{cluster}/x' }\n"),
      [
        "8:22 error This path has {cluster} in it: only {component} can be captured, use * for other parts.",
      ],
    ],
    [
      "adding by a glob",
      withKeys("", "    add: true\n").replace("env/dev", "env/*"),
      ["8:10 error `add: true` needs paths without globs and captures: name the folders."],
    ],
    [
      "a branch that is none",
      withKeys("", "    branch: a..b\n"),
      ["8:13 error This is no name of a git branch."],
    ],
    [
      "a mapping with a tag",
      withKeys("", "    image: { quay.io/a/b: quay.io/c/d:v1 }\n"),
      ["8:27 error Both sides are images without tag: `quay.io/org/app: registry.example/app`."],
    ],
    [
      "times that are none",
      withKeys("", "    soak: 1 hour\n    freeze: [{ cron: '* *', for: 900d, tz: Mars/X }]\n"),
      ["8:11 error Write a length of time like 30m, 1h, 65h or 2d."],
    ],
    [
      "a freeze that is none",
      withKeys("", "    freeze: [{ cron: '* *', for: 900d, tz: Mars/X }]\n"),
      [
        "8:22 error Write five fields, minute hour day month weekday: `0 15 * * 5`.",
        "8:34 error This is longer than a year: write a shorter time.",
        "8:44 error Unknown time zone: write one like Europe/London or UTC.",
      ],
    ],
    [
      "freezes that begin never, or last no time",
      withKeys(
        "",
        `    freeze:
      - { cron: "0 25 * * *", for: 1h }
      - { cron: "0 0 31 2 *", for: 1h }
      - { cron: "@daily", for: 0h }
`,
      ),
      [
        "9:17 error A field is out of its range: minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7.",
        "10:17 error It never begins: there is no such day.",
        "11:17 error Write five fields, minute hour day month weekday: `0 15 * * 5`.",
        "11:32 error It lasts no time: write how long.",
      ],
    ],
    [
      "teams that are none",
      withKeys(
        "",
        `    allow: { teams: [acme/ops], skip: Ops }
    approvals: { teams: [Site Reliability] }
    freeze: [{ cron: "0 15 * * 5", for: 1h, override: { team: ops } }]
`,
      ),
      [
        "8:22 error Write the slug of a team of the repo's owner, as its page's address has it: `ops`.",
        "8:39 error Write a list here, not text.",
        "9:26 error Write the slug of a team of the repo's owner, as its page's address has it: `ops`.",
        '10:55 error "teams" is missing: add it.',
        '10:57 error Unknown key "team". Did you mean "teams"?',
      ],
    ],
    [
      "a check that waits for itself",
      withKeys("", "    require: { checks: [acs, tagboat/promotion] }\n"),
      ["8:30 error This check waits for itself: take it out."],
    ],
  ])("%s", (_name, text, problems) => {
    expect(said(text)).toEqual(problems);
    expect(parseConfig(text).config).toBeNull();
  });

  test("that is an alias bomb is an error, not a hang", () => {
    let text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (let i = 1; i < 9; i++)
      text += `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(", ")}]\n`;
    expect(said(text)).toEqual([
      "1:1 error Too many aliases, or one without an anchor: write the values out.",
    ]);
  });
});

describe("the JSON Schema for editors", () => {
  const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());

  test("accepts what parseConfig accepts", () => {
    expect(validate(parse(WHOLE))).toBe(true);
  });

  test.each([
    ["an unknown key", `${WHOLE}x: 1\n`],
    ["a missing key", "version: 1\n"],
    ["a wrong word", withKeys("    pin: x\n", "")],
  ])("refuses %s", (_name, text) => {
    expect(validate(parse(text))).toBe(false);
  });
});
