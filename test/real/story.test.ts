import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AppProcess, type LogLine } from "../../sandbox/demo/app-process.ts";
import { reservePort } from "../../sandbox/demo/free-port.ts";
import { hookUrlFor } from "../../sandbox/demo/hook-url.ts";
import { makeSettings, seededRepo } from "../../sandbox/demo/scene.ts";
import { tidyRepo } from "../../sandbox/fixtures/tidy-repo.ts";
import { openSandbox, type Sandbox } from "../../sandbox/open-sandbox.ts";
import { makeImage } from "../../sandbox/registry/image.ts";
import type { Pull } from "../../sandbox/world/entities.ts";
import { createDockerRegistry, type DockerRegistry } from "./docker-registry.ts";
import { writeOciLayout } from "./oci-layout.ts";

/**
 * The story on parts that others made: docker-registry notifies, skopeo pushes, git clones, kustomize renders; Tagboat is
 * a process of its own. GitHub alone is the sandbox's.
 */

const NAME = "myapp-ci/myapp-runtime";
const OVERLAY = "env/overlays/01-dev";
const PATIENCE = 20_000;
const kubectl = resolve(".cache/real-parts/kubectl");
const run = promisify(execFile);

let folder: string;
let sandbox: Sandbox;
let registry: DockerRegistry;
let settings: Parameters<typeof AppProcess.start>[0];
let app: AppProcess;

beforeAll(async () => {
  await run(process.execPath, [resolve("node_modules/typescript/bin/tsc")]);
  folder = await mkdtemp(join(tmpdir(), "real-story-"));
  registry = await createDockerRegistry(join(folder, "registry"));
  const reserved = await reservePort(0);
  const appPort = reserved.port;
  sandbox = await openSandbox({
    dir: join(folder, "sandbox"),
    webhookUrl: `http://127.0.0.1:${appPort}/api/github/webhooks`,
    repos: () => ({ "myapp-cd": tidyRepo({ image: `${registry.host}/${NAME}` }) }),
  });
  const made = await makeSettings({ sandbox, folder, appPort, registryHost: registry.host });
  settings = { ...made, program: resolve("dist/main.js"), logFile: join(folder, "app.log") };
  await reserved.release();
  app = await AppProcess.start(settings);
  await registry.start(await hookUrlFor("distribution", "acme", settings.environment));
  await push("6322-rbbs9", "2026-01-01T08:00:00Z");
  await outcome((o) => o.reason === "up-to-date");
}, 60_000);

afterAll(async () => {
  await app?.stop();
  await registry?.stop();
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

const TWO = ["linux/amd64", "linux/arm64"];

/** Builds an image, for two platforms unless said otherwise, and pushes it with skopeo. Resolves with its digest. */
async function push(tag: string, created: string, platforms = TWO): Promise<string> {
  const labels = {
    "org.opencontainers.image.revision": `${tag.slice(0, 4)}0123456789`,
    "pipeline.run": `myapp-build-${tag.slice(5)}`,
  };
  const image = makeImage({ labels, created, platforms, content: tag });
  const layout = join(folder, "images", tag);
  await writeOciLayout(layout, tag, image);
  const to = ["--dest-tls-verify=false", `docker://${registry.host}/${NAME}:${tag}`];
  await skopeo("copy", "--all", "--preserve-digests", `oci:${layout}:${tag}`, ...to);
  return image.digest;
}

async function skopeo(...args: readonly string[]): Promise<string> {
  return (await run("skopeo", args)).stdout;
}

/** The first outcome of the kind in the log of the app that runs now. */
async function outcome(matches: (outcome: LogLine) => boolean, since = 0): Promise<LogLine> {
  const of = ({ msg, outcome: o }: LogLine): LogLine =>
    msg === "settled" && typeof o === "object" ? { ...o } : {};
  return of(await app.line(since, (line) => matches(of(line)), PATIENCE));
}

function pulls(): readonly Pull[] {
  return sandbox.stage.world.pulls(seededRepo(sandbox, "myapp-cd"));
}

function onlyPull(): Pull {
  const [pull, ...others] = pulls();
  if (pull === undefined || others.length > 0) throw new Error(`${pulls().length} pull requests`);
  return pull;
}

/** A clone of one branch, by git over HTTP with a person's token. */
async function clone(branch: string): Promise<string> {
  const address = new URL(`${sandbox.url}/acme/myapp-cd.git`);
  address.username = "ben";
  address.password = sandbox.tokenOf("ben");
  const into = await mkdtemp(join(folder, "clone-"));
  await run("git", ["clone", "--quiet", "--branch", branch, address.href, into], {
    env: { PATH: process.env.PATH ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
  });
  return into;
}

async function rendered(dir: string): Promise<readonly string[]> {
  return (await run(kubectl, ["kustomize", dir])).stdout.split("\n");
}

async function commitsAhead(branch: string): Promise<number> {
  const dir = await clone(branch);
  const counted = await run("git", ["-C", dir, "rev-list", "--count", "origin/main..HEAD"]);
  return Number(counted.stdout);
}

test("a multi-arch image that skopeo pushed becomes a pull request whose render differs in the image alone", async () => {
  const digest = await push("bf76-qqxrq", "2026-01-02T08:00:00Z");
  await outcome((o) => o.action === "opened");
  const pull = onlyPull();
  expect(pull.title).toBe("dev: myapp-runtime 6322-rbbs9 → bf76-qqxrq");
  const source = `docker://${registry.host}/${NAME}:bf76-qqxrq`;
  const seen = JSON.parse(await skopeo("inspect", "--tls-verify=false", source));
  expect(seen.Digest).toBe(digest);
  for (const fact of [digest, "bf760123456789", "myapp-build-qqxrq", "linux/amd64", "linux/arm64"])
    expect(pull.body).toContain(fact);
  const [before, after] = [await clone("main"), await clone(pull.headBranch)];
  const old = await rendered(join(before, OVERLAY));
  const fresh = await rendered(join(after, OVERLAY));
  expect(fresh).toHaveLength(old.length);
  const image = `${registry.host}/${NAME}`;
  expect(old.flatMap((line, at) => (line === fresh[at] ? [] : [[line, fresh[at]]]))).toEqual([
    [`      - image: ${image}:6322-rbbs9`, `      - image: ${image}:bf76-qqxrq`],
  ]);
  for (const other of ["env/overlays/02-pre-prod", "env/overlays/03-prod"])
    expect(await rendered(join(after, other))).toEqual(await rendered(join(before, other)));
}, 60_000);

test("what the registry sends again because the app hung is done once", async () => {
  const since = app.count;
  const heads: string[] = [];
  const stop = sandbox.stage.world.on((event) => {
    if (event.kind === "pull_request" && event.action === "synchronize")
      heads.push(event.pull.headOid);
  });
  const backedOff = await registry.timesBackedOff();
  process.kill(app.pid ?? Number.NaN, "SIGSTOP");
  try {
    // For one platform: there is one event, and that is the one which is repeated.
    await push("e1d4-w8k2m", "2026-01-03T08:00:00Z", ["linux/amd64"]);
    await registry.backsOff(backedOff);
  } finally {
    process.kill(app.pid ?? Number.NaN, "SIGCONT");
  }
  await outcome((o) => o.action === "updated", since);
  // `again` while the first one is still being worked on: that is no second one either.
  const repeats: readonly unknown[] = ["duplicate", "again"];
  await app.line(since, (line) => repeats.includes(line.acceptance), PATIENCE);
  await whateverCameIsSettled();
  stop();
  expect(onlyPull().title).toBe("dev: myapp-runtime 6322-rbbs9 → e1d4-w8k2m");
  expect(heads).toHaveLength(1);
  expect(await commitsAhead(onlyPull().headBranch)).toBe(1);
}, 60_000);

/** An image pushed now has been dealt with: so has whatever came before it, since the registry keeps the order. */
async function whateverCameIsSettled(): Promise<void> {
  const since = app.count;
  await push("48ac-p7x9d", "2025-12-01T08:00:00Z");
  await outcome((o) => o.reason === "older", since);
}

test("an image pushed while the app was down is proposed when the app returns", async () => {
  await app.stop();
  const backedOff = await registry.timesBackedOff();
  await push("90aa-zz3kd", "2026-01-04T08:00:00Z");
  await registry.backsOff(backedOff);
  expect(onlyPull().title).toContain("e1d4-w8k2m");
  app = await AppProcess.start(settings);
  await outcome((o) => o.action === "updated");
  expect(onlyPull().title).toBe("dev: myapp-runtime 6322-rbbs9 → 90aa-zz3kd");
  expect(await commitsAhead(onlyPull().headBranch)).toBe(1);
}, 60_000);

test("on SIGTERM senders are sent elsewhere, and what waits for GitHub is handed back, and done by the next process", async () => {
  const hook = await hookUrlFor("distribution", "acme", settings.environment);
  const { faults } = sandbox.stage;
  faults.arm({ fault: { kind: "latency", ms: 60_000 }, times: 1000 });
  const since = app.count;
  await push("c0de-late1", "2026-01-05T08:00:00Z");
  await app.line(since, (line) => line.acceptance === "new", PATIENCE);
  // It waits for an answer that does not come before the deadline.
  while ((faults.fired.get("latency") ?? 0) === 0) await pause(20);
  const stopped = app.stop(25_000);
  await app.line(since, (line) => line.msg === "stopping", PATIENCE);
  const turnedAway = await fetch(hook, { method: "POST", body: "{}" });
  expect(turnedAway.status).toBe(503);
  expect(Number(turnedAway.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await stopped).toBe(0);
  faults.clear();
  app = await AppProcess.start(settings);
  await outcome((o) => o.action === "updated");
  expect(onlyPull().title).toBe("dev: myapp-runtime 6322-rbbs9 → c0de-late1");
  expect(await commitsAhead(onlyPull().headBranch)).toBe(1);
}, 120_000);

test("the sandbox's GitHub was asked nothing that GitHub does not know", () => {
  expect(sandbox.stage.recorder.complaints).toEqual([]);
});
