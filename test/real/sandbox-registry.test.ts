import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createRegistry } from "../../sandbox/registry/create-registry.ts";
import { makeImage, pushImage } from "../../sandbox/registry/image.ts";
import { type RegistryAddress, serveRegistry } from "../../sandbox/registry/serve-registry.ts";

const run = promisify(execFile);

let dir: string;
let open: RegistryAddress;
let locked: RegistryAddress;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "registry-"));
  const now = () => new Date();
  open = await serveRegistry(createRegistry({ now }));
  const credentials = { user: "ci", password: "pw" };
  locked = await serveRegistry(createRegistry({ now, credentials }));
});

afterAll(async () => {
  await open.close();
  await locked.close();
  await rm(dir, { recursive: true, force: true });
});

async function skopeo(...args: string[]): Promise<string> {
  return (await run("skopeo", args)).stdout;
}

test("skopeo reads, copies and lists what is pushed here, digests kept", async () => {
  const labels = { "org.opencontainers.image.revision": "bf76aa" };
  const image = makeImage({ labels, platforms: ["linux/amd64", "linux/arm64"] });
  const digest = await pushImage({ baseUrl: open.url }, "acme/app", "v1", image);
  const source = `docker://${open.host}/acme/app:v1`;
  const plain = "--tls-verify=false";
  const seen = JSON.parse(await skopeo("inspect", plain, source));
  expect(seen).toMatchObject({ Digest: digest, Labels: labels, RepoTags: ["v1"] });
  const layout = `oci:${dir}/layout:v1`;
  await skopeo("copy", "--all", "--preserve-digests", "--src-tls-verify=false", source, layout);
  const copy = [
    "copy",
    "--all",
    "--preserve-digests",
    "--dest-tls-verify=false",
    "--dest-creds=ci:pw",
  ];
  const target = `docker://${locked.host}/prod/app:v1`;
  await skopeo(...copy, layout, target);
  const after = await skopeo("inspect", plain, "--creds=ci:pw", "--format={{.Digest}}", target);
  expect(after.trim()).toBe(digest);
  await expect(skopeo("inspect", plain, "--creds=ci:no", target)).rejects.toThrow("unauthorized");
});
