import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";

const root = mkdtempSync(join(tmpdir(), "tagboat-tags-"));
afterAll(() => rmSync(root, { recursive: true }));
const IMAGE = "quay.io/acme/app";
const CONFIG = `version: 1
images:
  - { name: quay.io/acme/web }
  - name: quay.io/acme/*
    tags: { order: semver, range: 1.x, ignore: -debug$ }
environments:
  - { name: dev, path: env/dev, on: push }
  - { name: apps, path: "apps/{component}", on: push, branch: other }
  - { name: prod, path: env/prod, after: dev }
`;

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const config = write(".github/tagboat.yml", CONFIG);
write("env/dev/kustomization.yaml", `images:\n- name: ${IMAGE}\n  newTag: v1.2.0\n`);
write("env/prod/kustomization.yaml", `images:\n- name: ${IMAGE}\n  newTag: v1.0.0\n`);
write("apps/one/kustomization.yaml", `images:\n- name: ${IMAGE}\n  newTag: v1.4.0\n`);
write("apps/web/kustomization.yaml", "images:\n- name: quay.io/acme/web\n  newTag: 1a2b3c4\n");

async function testTag(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const terminal = {
    variables: {},
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  return { code: await run(["test-tag", ...args], terminal), ...said };
}

describe("tagboat test-tag", () => {
  test("tells for each place which tag is taken and why the others are not", async () => {
    const tags = ["v1.3.0", "v1.2.9", "v1.1.0", "v2.0.0", "latest", "v1.9.0-debug"];
    const { code, out } = await testTag(IMAGE, ...tags, "--config", config);
    expect(
      out,
    ).toBe(`quay.io/acme/app: rule quay.io/acme/*, order semver, range 1.x, the shape of the tag that stands
there

dev: env/dev/kustomization.yaml holds v1.2.0
  v1.3.0: taken: by semver the newest of those that fit
  v1.2.9: skipped, superseded: the same run brought the newer v1.3.0
  v1.1.0: skipped, older: \`env/dev/kustomization.yaml\` holds the newer v1.2.0
  v2.0.0: skipped, tag-not-matching: "v2.0.0" is outside of 1.x
  latest: skipped, tag-moving: "latest" is re-pointed at every push
  v1.9.0-debug: skipped, tag-ignored: "v1.9.0-debug" is ignored by -debug$

apps one: apps/one/kustomization.yaml holds v1.4.0
  v1.3.0: skipped, older: \`apps/one/kustomization.yaml\` holds the newer v1.4.0
  v1.2.9: skipped, older: \`apps/one/kustomization.yaml\` holds the newer v1.4.0
  v1.1.0: skipped, older: \`apps/one/kustomization.yaml\` holds the newer v1.4.0
  v2.0.0: skipped, tag-not-matching: "v2.0.0" is outside of 1.x
  latest: skipped, tag-moving: "latest" is re-pointed at every push
  v1.9.0-debug: skipped, tag-ignored: "v1.9.0-debug" is ignored by -debug$

prod: skipped, promotion-only: prod follows commands, not pushes
`);
    expect(code).toBe(0);
  });

  test("says by --json the same, for one environment", async () => {
    const args = [IMAGE, "v1.3.0", "v1.1.0", "--config", config, "--env", "dev", "--json"];
    const { out } = await testTag(...args);
    expect(JSON.parse(out)).toEqual({
      image: IMAGE,
      rule: expect.objectContaining({ name: "quay.io/acme/*" }),
      places: [
        {
          environment: "dev",
          component: null,
          base: "HEAD",
          present: [{ file: "env/dev/kustomization.yaml", version: "v1.2.0" }],
          tags: [
            {
              tag: "v1.3.0",
              result: "taken",
              reason: null,
              detail: "by semver the newest of those that fit",
            },
            {
              tag: "v1.1.0",
              result: "skipped",
              reason: "older",
              detail: "`env/dev/kustomization.yaml` holds the newer v1.2.0",
            },
          ],
        },
      ],
      outcomes: [],
    });
  });

  const web = ["quay.io/acme/web", "--config", config, "--env", "apps"];
  test.each([
    ["without times nobody knows", ["5f6a7b8", "9c0d1e2"], ["maybe", "maybe"]],
    ["what stands there has no time", ["5f6a7b8=2026-11-22T08:00Z"], ["maybe"]],
    [
      "with all times the newest build",
      ["1a2b3c4=2026-11-20T08:00Z", "5f6a7b8=2026-11-22T08:00Z", "9c0d1e2=2026-11-21T08:00Z"],
      ["skipped", "taken", "skipped"],
    ],
    [
      "an older build",
      ["1a2b3c4=2026-11-20T08:00Z", "5f6a7b8=2026-11-19T08:00Z"],
      ["skipped", "skipped"],
    ],
    ["what moves stands there", ["5f6a7b8", "--present", "latest"], ["taken"]],
    ["and several may come", ["5f6a7b8", "9c0d1e2", "--present", "latest"], ["maybe", "maybe"]],
  ])("by build time: %s", async (_, tags, results) => {
    const { out } = await testTag(...web, ...tags, "--json");
    const [place] = JSON.parse(out).places;
    expect(place.tags.map(({ result }: { result: string }) => result)).toEqual(results);
  });

  test("takes --present for what stands in each environment", async () => {
    const { code, out } = await testTag(IMAGE, "v1.3.0", "--config", config, "--present", "v1.9.0");
    expect(out).toContain("apps any: apps/any/kustomization.yaml holds v1.9.0");
    expect(out).toContain("v1.3.0: skipped, older");
    expect(code).toBe(1);
  });

  test.each([
    [[], /name an image and its tags/],
    [[IMAGE], /name an image and its tags/],
    [["A B", "v1"], /this is no image: A B/],
    [[IMAGE, "a/b"], /this is no tag: a\/b/],
    [[IMAGE, "v1=yesterday"], /this is no time like .*: yesterday/],
    [[IMAGE, "v1", "--present", "@"], /this is no tag: @/],
    [[IMAGE, "v1", "--config", "nowhere.yml"], /nowhere.yml cannot be read/],
    [
      [IMAGE, "v1", "--config", config, "--env", "qa"],
      /has no environment qa: it has dev, apps, prod/,
    ],
    [[IMAGE, "v1", "--what"], /--what/],
  ])("%j is wrong usage", async (args, said) => {
    const { code, err, out } = await testTag(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(said);
  });

  test("says what it does not look at", async () => {
    const rule = "tags: { platforms: [linux/amd64, linux/arm64], age: 90m }";
    const file = write(
      "aged.yml",
      CONFIG.replace("tags: { order: semver, range: 1.x, ignore: -debug$ }", rule),
    );
    const { out } = await testTag(IMAGE, "v1.3.0", "--config", file, "--present", "v1.2.0");
    expect(out.split("\n\n")[0]?.replaceAll("\n", " ")).toContain(
      "for linux/amd64 and linux/arm64 (not looked at here), 1h30m old (not looked at here)",
    );
    expect(out).toContain("v1.3.0: maybe");
  });

  test("an image that no rule fits is told", async () => {
    const { code, err } = await testTag("docker.io/library/nginx", "1.2.3", "--config", config);
    expect(err).toMatch(/no rule of .* fits docker.io\/library\/nginx/);
    expect(code).toBe(1);
  });

  test("a config with errors is not used", async () => {
    const broken = write("broken.yml", "version: 1\n");
    const { code, err } = await testTag(IMAGE, "v1", "--config", broken);
    expect(err).toMatch(/cannot be used: `tagboat check-config .*` tells why/);
    expect(code).toBe(2);
  });
});
