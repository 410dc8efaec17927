import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Fixture } from "../../sandbox/fixtures/fixture.ts";
import { monoRepo } from "../../sandbox/fixtures/mono-repo.ts";
import { tidyRepo } from "../../sandbox/fixtures/tidy-repo.ts";
import { untidyRepo } from "../../sandbox/fixtures/untidy-repo.ts";

const run = promisify(execFile);
const HOST = "127.0.0.1:5000";

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "fixtures-"));
  await lay("tidy", tidyRepo({ image: `${HOST}/myapp-ci/myapp-runtime` }));
  const names = { image: `${HOST}/shop/web`, productionImage: "quay.example/shop/web" };
  await lay("untidy", untidyRepo(names));
  await lay("mono", monoRepo({ registry: HOST }));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function lay(name: string, fixture: Fixture): Promise<void> {
  for (const [branch, files] of Object.entries(fixture.branches)) {
    const place = (path: string) => join(dir, name, branch, path);
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(place(path)), { recursive: true });
      await writeFile(place(path), text);
    }
    for (const [path, to] of Object.entries(fixture.symlinks?.[branch] ?? {}))
      await symlink(to, place(path));
  }
}

async function build(overlay: string): Promise<string[]> {
  const { stdout } = await run(".cache/real-parts/kubectl", ["kustomize", join(dir, overlay)]);
  return [...stdout.matchAll(/image: (.*)/g)].map(([, image = ""]) => image);
}

const OVERLAYS: readonly (readonly [string, readonly string[]])[] = [
  ["tidy/main/env/overlays/01-dev", [`${HOST}/myapp-ci/myapp-runtime:6322-rbbs9`]],
  ["tidy/main/env/overlays/02-pre-prod", [`${HOST}/myapp-ci/myapp-runtime:6322-rbbs9`]],
  ["tidy/main/env/overlays/03-prod", [`${HOST}/myapp-ci/myapp-runtime:6322-rbbs9`]],
  ["untidy/main/env/01-dev", [`${HOST}/shop/web:20260101-1`]],
  ["untidy/main/env/latest", [`${HOST}/shop/web:20260101-1`]],
  ["untidy/main/env/02-qa", [`${HOST}/shop/web:20260101-1`]],
  ["untidy/production/env/03-production", ["quay.example/shop/web:20251201-7"]],
  [
    "mono/main/components/stock/development",
    [`${HOST}/mono/stock:122563b0bf26521ac4356b1e17ed6f93061f7f01`, `${HOST}/mono/proxy:v1.1.0`],
  ],
];

test.each(OVERLAYS)("kustomize builds %s", async (overlay, images) => {
  expect(await build(overlay)).toEqual(images);
});

test.each(["untidy/main/env/04-broken", "untidy/main/env/05-both", "mono/main/templates"])(
  "kustomize cannot build %s",
  async (overlay) => {
    await expect(build(overlay)).rejects.toThrow("error");
  },
);
