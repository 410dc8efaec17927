import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { run } from "../../src/cli/run.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tagboat-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function tagboat(...args: string[]) {
  let out = "";
  let err = "";
  const code = await run(args, {
    variables: {},
    out(text) {
      out += text;
    },
    err(text) {
      err += text;
    },
  });
  return { code, out, err };
}

const overlay = "images:\n- name: quay.io/acme/app\n  newTag: bf76-qqxrq\n";
const offered = `version: 1
images: # first match wins; what matches nothing is not tracked
  - name: quay.io/acme/app
environments: # in order of promotion
  - name: dev
    path: env/overlays/01-dev
    on: push # follows new images
  - name: prod
    path: env/overlays/02-prod
    # branch: prod # this branch exists: take the "#" away if it is deployed from there
    after: dev
`;

function checkout(): void {
  put("env/overlays/01-dev/kustomization.yaml", overlay);
  put("env/overlays/02-prod/kustomization.yaml", overlay);
  put("node_modules/x/env/overlays/x/kustomization.yaml", overlay);
  execFileSync("git", ["-C", folder, "init", "-q", "-b", "main"]);
  execFileSync("git", ["-C", folder, "add", "env"]);
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
  execFileSync("git", ["-C", folder, ...who, "commit", "-q", "-m", "x"]);
  execFileSync("git", ["-C", folder, "branch", "prod"]);
}

describe("tagboat init", () => {
  test("prints the config that the folders suggest, and what to look at beside it", async () => {
    checkout();
    symlinkSync("01-dev", join(folder, "env/overlays/latest"));
    const { code, out, err } = await tagboat("init", folder);
    expect([code, out]).toEqual([0, offered]);
    expect(err).toContain("A branch is named `prod` like an environment.");
  });

  test("--write keeps a config that is there", async () => {
    checkout();
    expect((await tagboat("init", folder, "--write")).code).toBe(0);
    const path = join(folder, ".github/tagboat.yml");
    expect(readFileSync(path, "utf8")).toBe(offered);
    writeFileSync(path, "mine\n");
    const again = await tagboat("init", folder, "--write");
    expect([again.code, readFileSync(path, "utf8")]).toEqual([1, "mine\n"]);
    expect(again.err).toContain("is there already; nothing was written");
  });

  test("a folder without git, without overlays, and wrong arguments are told", async () => {
    put("README.md", "x\n");
    expect(await tagboat("init", folder)).toMatchObject({
      code: 1,
      err: "tagboat init: no folder with a kustomization file and images: was found\n",
    });
    expect((await tagboat("init", "a", "b")).code).toBe(2);
    expect((await tagboat("init", "--wirte")).code).toBe(2);
    expect((await tagboat("init", "--help")).out).toMatch(/^Usage: tagboat init/);
  });
});
