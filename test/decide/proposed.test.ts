import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "../../src/decide/config.ts";
import { proposeConfig } from "../../src/decide/onboarding.ts";
import { previewConfig } from "../../src/decide/preview.ts";
import { cell, code } from "../../src/model/outside-text.ts";

function repo(files: Readonly<Record<string, string>>, name = "main") {
  const paths = Object.keys(files).map((path) => ({ path, mode: "100644", oid: "0" }));
  return {
    branch: name,
    isDefault: name === "main",
    paths,
    files: paths.map((path) => ({ kind: "text" as const, ...path, text: files[path.path] ?? "" })),
  };
}

function images(...entries: string[]): string {
  return `images:\n${entries.map((entry) => `- {${entry}}\n`).join("")}`;
}

const RUNTIME = "image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime";

describe("the proposed config", () => {
  test("of the article's layout, with a branch named like an environment", () => {
    const { paths, files } = repo({
      "env/base/kustomization.yaml": "resources: [deployment.yaml]\n",
      "env/overlays/01-dev/kustomization.yaml": images(`name: '${RUNTIME}', newTag: 6322-rbbs9`),
      "env/overlays/02-pre-prod/kustomization.yaml": images(
        `name: '${RUNTIME}', newTag: 6322-rbbs9`,
      ),
      "env/overlays/03-production/kustomization.yaml": images(
        "name: quay.io/myorg/myapp-runtime, newTag: 11aa-bbccd",
      ),
    });
    const proposed = proposeConfig({ paths, files, branches: ["main", "production"] });
    expect(proposed?.text).toBe(`version: 1
images: # first match wins; what matches nothing is not tracked
  - name: ${RUNTIME}
environments: # in order of promotion
  - name: dev
    path: env/overlays/01-dev
    on: push # follows new images
  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
  - name: production
    path: env/overlays/03-production
    # branch: production # this branch exists: take the "#" away if it is deployed from there
    after: pre-prod
    image:
      ${RUNTIME}: quay.io/myorg/myapp-runtime
`);
    expect(proposed?.body.table).toBe(`| environment | file | image | now | the next push |
| --- | --- | --- | --- | --- |
| dev | \`env/overlays/01-dev/kustomization.yaml\` | \`${RUNTIME}\` | \`6322-rbbs9\` | one pull request, kept up to date |
| pre-prod | \`env/overlays/02-pre-prod/kustomization.yaml\` | \`${RUNTIME}\` | \`6322-rbbs9\` | nothing: waits for a command |
| production | \`env/overlays/03-production/kustomization.yaml\` | \`quay.io/myorg/myapp-runtime\` | \`11aa-bbccd\` | nothing: waits for a command |`);
    expect(proposed?.body.notes).toEqual([
      "A branch is named `production` like an environment. If it is deployed from there, write `branch: production` at it.",
      `production has \`quay.io/myorg/myapp-runtime\` where the others have \`${RUNTIME}\`: the \`image:\` mapping takes them for the same.`,
    ]);
    expect(parseConfig(proposed?.text ?? "").problems).toEqual([]);
  });

  test("of a mono-repo with components, clusters and templates", () => {
    const { paths, files } = repo({
      "components/shop/development/kustomization.yaml": images(
        "name: quay.io/acme/shop, newTag: a1b2c3d",
      ),
      "components/shop/staging/base/kustomization.yaml": images(
        "name: quay.io/acme/shop, newTag: a1b2c3d",
      ),
      "components/shop/production/eu-1/kustomization.yaml": images("name: quay.io/acme/shop"),
      "components/auth/development/kustomization.yaml": "{% if x %}\n- name: quay.io/acme/auth\n",
      "components/auth/docs/kustomization.yaml": "",
    });
    const proposed = proposeConfig({ paths, files, branches: ["main"] });
    expect(proposed?.text).toBe(`version: 1
images: # first match wins; what matches nothing is not tracked
  - name: quay.io/acme/shop
environments: # in order of promotion
  - name: development
    path: "components/{component}/development"
    on: push # follows new images
  - name: staging
    path: "components/{component}/staging/**"
    after: development
  - name: production
    path: "components/{component}/production/**"
    after: staging
`);
    expect(
      proposed?.rows.map((row) => `${row.environment} ${row.component} ${row.image} ${row.onPush}`),
    ).toEqual([
      "development shop quay.io/acme/shop one pull request, kept up to date",
      "staging shop quay.io/acme/shop nothing: waits for a command",
      "production shop quay.io/acme/shop nothing: waits for a command",
      "development auth quay.io/acme/auth nothing: file-unparsable",
    ]);
    expect(proposed?.body.notes).toEqual([
      expect.stringMatching(/^`components\/auth\/development\/kustomization.yaml` is left alone: /),
    ]);
  });

  test.each<[string, string[], string[]]>([
    [
      "env/*",
      ["env/dev", "env/prod", "env/qa"],
      ["dev env/dev", "qa env/qa dev", "prod env/prod qa"],
    ],
    [
      "overlays/*",
      ["overlays/production", "overlays/staging", "base"],
      ["staging overlays/staging", "production overlays/production staging"],
    ],
    [
      "apps/{component}/overlays",
      ["apps/a/overlays/dev", "apps/b/overlays/prod"],
      ["dev apps/{component}/overlays/dev", "prod apps/{component}/overlays/prod dev"],
    ],
    [
      "regions side by side",
      ["overlays/dev", "overlays/prod-eu", "overlays/prod-us"],
      ["dev overlays/dev", "prod-eu overlays/prod-eu dev", "prod-us overlays/prod-us dev"],
    ],
    [
      "numbers against the usual order",
      ["env/1-prod", "env/2-dev"],
      ["prod env/1-prod", "dev env/2-dev prod"],
    ],
    [
      "components below environments",
      ["env/dev/apps/shop", "env/prod/apps/shop"],
      ["dev env/dev/**", "prod env/prod/** dev"],
    ],
    ["below another folder", ["k8s/overlays/dev"], ["dev k8s/overlays/dev"]],
  ])("finds %s", (_name, folders, expected) => {
    const { paths, files } = repo(
      Object.fromEntries(
        folders.map((folder) => [`${folder}/kustomization.yaml`, images("name: quay.io/a/b")]),
      ),
    );
    const { config } = parseConfig(proposeConfig({ paths, files, branches: [] })?.text ?? "");
    expect(
      config?.environments.map(({ name, path, after }) => [name, ...path, ...after].join(" ")),
    ).toEqual(expected);
  });

  test.each([
    ["no overlays", { "app/kustomization.yaml": images("name: quay.io/a/b") }],
    ["no images", { "env/dev/kustomization.yaml": "resources: []\n" }],
    ["nothing", {}],
  ])("is none with %s", (_name, texts) => {
    const { paths, files } = repo(texts);
    expect(proposeConfig({ paths, files, branches: [] })).toBeNull();
  });

  test("parses without an error, whatever the folders, images and branches are called", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "env",
        "overlays",
        "apps",
        "components",
        "01-dev",
        "02-qa",
        "prod",
        "staging",
        "Dev",
        "yes",
        "1.0",
        "a: b",
        "{x}",
        "[",
        "base",
        "x.lock",
        "eu",
        ".github",
        "ünï",
      ),
      fc
        .string({ minLength: 1, maxLength: 6 })
        // git has no folders named so.
        .map((text) => text.replaceAll("/", "_").replace(/^\.+$/, "x")),
    );
    const root = fc.constantFrom(
      "env/",
      "overlays/",
      "env/overlays/",
      "apps/x/",
      "components/y/env/",
      "",
    );
    const folder = fc
      .tuple(root, fc.array(part, { minLength: 1, maxLength: 3 }))
      .map(([start, parts]) => `${start}${parts.join("/")}`);
    const name = fc.constantFrom(
      "quay.io/a/b",
      "quay.io/c/b",
      "localhost:5000/x",
      "nginx",
      "[::1]:5000/y",
      "A B",
      "*",
    );
    const entry = fc.array(fc.tuple(folder, name), { minLength: 1, maxLength: 8 });
    let proposals = 0;
    fc.assert(
      fc.property(entry, fc.array(part), (entries, branches) => {
        const { paths, files } = repo(
          Object.fromEntries(
            entries.map(([one, image]) => [
              `${one}/kustomization.yaml`,
              images(`name: '${image}', newTag: a1`),
            ]),
          ),
        );
        const proposed = proposeConfig({ paths, files, branches });
        if (proposed === null) return;
        proposals++;
        const read = parseConfig(proposed.text);
        expect(read.problems).toEqual([]);
        expect(read.config).not.toBeNull();
        const preview = previewConfig(null, proposed.text, [
          { branch: "main", isDefault: true, paths, files },
        ]);
        expect([preview.conclusion, preview.annotations]).toEqual(["success", []]);
      }),
      { numRuns: 150 },
    );
    expect(proposals).toBeGreaterThan(10);
  });
});

describe("the preview of a changed config", () => {
  const CONFIG = `version: 1
images: [{ name: quay.io/acme/app }]
environments:
  - { name: dev, path: [env/dev, env/gone], on: push, soak: 1h }
  - { name: prod, path: env/prod, after: dev, branch: production }
`;
  const main = repo({
    "env/dev/kustomization.yaml": images(
      "name: quay.io/acme/app, newTag: 'a|`@ops`<b>'",
      "name: quay.io/acme/other",
    ),
  });

  test("shows images, environments and what to look at", () => {
    const old = parseConfig(
      CONFIG.replace("name: dev", "name: old").replace("after: dev", "after: old"),
    ).config;
    const preview = previewConfig(old, CONFIG, [main]);
    expect(preview.conclusion).toBe("success");
    expect(preview.title).toBe("1 file in 2 environments");
    expect(preview.summary).toBe(`### Images
| image | environment | component | file | now | follows |
| --- | --- | --- | --- | --- | --- |
| \`quay.io/acme/app\` | dev |  | \`env/dev/kustomization.yaml\` | \`\` a\\|\`@ops\`<b> \`\` | push |

### Environments
| environment | path | branch | after | follows | overlays |
| --- | --- | --- | --- | --- | --- |
| dev | \`env/dev\` \`env/gone\` | default |  | push | 1 |
| prod | \`env/prod\` | \`production\` | dev | promotion | 0 |

### To look at
- waiting, line 4: \\\`soak\\\` is understood but waits for a later version: until then nothing tells how a release runs, and the gate stays closed.
- warning, line 1: The path env/gone of dev fits no overlay.
- warning, line 1: The branch production of prod does not exist.

No longer there: old. Their open pull requests stay as they are.`);
    expect(preview.annotations.map(({ level, line, path }) => `${path}:${line} ${level}`)).toEqual([
      ".github/tagboat.yml:4 notice",
      ".github/tagboat.yml:1 warning",
      ".github/tagboat.yml:1 warning",
    ]);
  });

  test("fails by line when it cannot be read, and says what stays", () => {
    const preview = previewConfig(null, "version: 1\n'@ops <b>': x\nimages: []\n", [main]);
    expect(preview.conclusion).toBe("failure");
    expect(preview.title).toBe("3 errors in the config");
    expect(preview.summary).toBe(
      `Nothing is proposed until it can be read.

### To mend
- error, line 1: "environments" is missing: add it.
- error, line 2: Unknown key "@\u2060ops &lt;b&gt;".
- error, line 3: List at least one image.`.replace(
        "image.",
        "image: what matches no rule is not tracked.",
      ),
    );
    expect(preview.annotations.map(({ level, line }) => `${line} ${level}`)).toEqual([
      "1 failure",
      "2 failure",
      "3 failure",
    ]);
  });

  test("fails when environments overlap", () => {
    const preview = previewConfig(
      null,
      CONFIG.replace("env/prod, after: dev, branch: production", "'env/*', after: dev"),
      [main],
    );
    expect([preview.conclusion, preview.title]).toEqual(["failure", "Environments overlap"]);
    expect(preview.annotations.map(({ message }) => message)).toContain(
      "`env/dev` belongs to the environments dev and prod: make their paths exclude each other.",
    );
  });
});

describe("text from outside", () => {
  test.each([
    ["@acme/team", "@\u2060acme/team"],
    ["a|b\nc", "a\\|b c"],
    ["<!-- x -->", "&lt;\\!-- x --&gt;"],
    ["[x](https://evil.example)", "\\[x\\](https:\u2060//evil.example)"],
    ["fixes #1", "fixes #\u20601"],
    ["a\u202eb", "a b"],
    ["`x`", "\\`x\\`"],
  ])("%j is harmless in a cell", (text, shown) => {
    expect(cell(text)).toBe(shown);
  });

  test("cannot end the code or the cell it stands in", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const [, fence = "", inside = ""] = /^(`+)(.*?)\1$/s.exec(code(text)) ?? [];
        expect(inside).not.toMatch(/[\n\r]|(?<!\\)\|/u);
        expect([...inside.matchAll(/`+/g)].map(([run]) => run)).not.toContain(fence);
        expect(cell(text)).not.toMatch(/[<>\n\r]|(?<!\\)[`|]|[@#](?!\u2060)/u);
      }),
    );
  });
});
