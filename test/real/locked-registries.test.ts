import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { AppProcess, type LogLine } from "../../sandbox/demo/app-process.ts";
import { reservePort } from "../../sandbox/demo/free-port.ts";
import { hookUrlFor } from "../../sandbox/demo/hook-url.ts";
import { makeSettings, seededRepo } from "../../sandbox/demo/scene.ts";
import { tidyRepo } from "../../sandbox/fixtures/tidy-repo.ts";
import { openSandbox, type Sandbox } from "../../sandbox/open-sandbox.ts";
import { makeImage } from "../../sandbox/registry/image.ts";
import { createDockerRegistry, type DockerRegistry } from "./docker-registry.ts";
import { writeOciLayout } from "./oci-layout.ts";
import { ISSUER, SERVICE, startTokenServer, type TokenServer } from "./token-server.ts";

/** Debian's docker-registry behind passwords and behind tokens; skopeo pushes; Tagboat is a process of its own. */

const NAME = "myapp-ci/myapp-runtime";
const PATIENCE = 30_000;
const PASSWORDS = { ci: "push-s3cret", tagboat: "pull-s3cret" };
// bcrypt, as `htpasswd -B` writes it; its cost is low for the test.
const HTPASSWD = `ci:$2b$05$abcdefghijklmnopqrstuurtniEXgkDKm8NVkFu9LiNVoQfRJ8xNW
tagboat:$2b$05$zyxwvutsrqponmlkjihgfuZ5691SlpN.uK816M6qrRHPFKu6P3qPi
`;
const run = promisify(execFile);

/** How a registry is locked, and how the operator gives Tagboat the key. */
interface Lock {
  /** `auth:` of the registry's configuration. */
  readonly auth: (folder: string, tokens: TokenServer) => Promise<string>;
  /** The registry's entry in the operator's file. */
  readonly entry: (folder: string, host: string, tokens: TokenServer) => Promise<string>;
  readonly check: (tokens: TokenServer) => void;
}

const locks: Readonly<Record<string, Lock>> = {
  "htpasswd, opened by docker's config.json": {
    async auth(folder) {
      const path = join(folder, "htpasswd");
      await writeFile(path, HTPASSWD);
      return `{htpasswd: {realm: of the test, path: ${path}}}`;
    },
    async entry(folder, host) {
      const path = join(folder, "config.json");
      const auth = Buffer.from(`tagboat:${PASSWORDS.tagboat}`).toString("base64");
      await writeFile(path, JSON.stringify({ auths: { [host]: { auth } } }));
      return `dockerConfig: ${path}`;
    },
    check: (tokens) => expect(tokens.granted).toEqual([]),
  },
  "tokens, opened by a credential helper": {
    async auth(_, tokens) {
      const { bundle, host } = tokens;
      return `{token: {realm: "http://${host}/token", service: ${SERVICE}, issuer: ${ISSUER}, rootcertbundle: ${bundle}}}`;
    },
    async entry(folder, _, tokens) {
      const path = join(folder, "docker-credential-of-the-test");
      const answer = JSON.stringify({ Username: "tagboat", Secret: PASSWORDS.tagboat });
      await writeFile(path, `#!/bin/sh\ncat >/dev/null\necho '${answer}'\n`);
      await chmod(path, 0o755);
      return `helper: of-the-test, realm: "${tokens.host}", plainHttp: true`;
    },
    check(tokens) {
      const ours = tokens.granted.filter((one) => one.startsWith("tagboat "));
      expect(new Set(ours)).toEqual(new Set([`tagboat ${NAME} pull`]));
    },
  },
};

beforeAll(async () => {
  await run(process.execPath, [resolve("node_modules/typescript/bin/tsc")]);
}, 60_000);

describe.each(Object.entries(locks))("docker-registry with %s", (_, lock) => {
  let folder: string;
  let sandbox: Sandbox;
  let registry: DockerRegistry;
  let tokens: TokenServer;
  let settings: Parameters<typeof AppProcess.start>[0];
  let hook: string;
  let app: AppProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "locked-registry-"));
    tokens = await startTokenServer(folder, {
      ci: { password: PASSWORDS.ci, actions: ["pull", "push"] },
      tagboat: { password: PASSWORDS.tagboat, actions: ["pull"] },
    });
    const auth = await lock.auth(folder, tokens);
    registry = await createDockerRegistry(join(folder, "registry"), () => auth);
    const reserved = await reservePort(0);
    sandbox = await openSandbox({
      dir: join(folder, "sandbox"),
      webhookUrl: `http://127.0.0.1:${reserved.port}/api/github/webhooks`,
      repos: () => ({ "myapp-cd": tidyRepo({ image: `${registry.host}/${NAME}` }) }),
    });
    const { host: registryHost } = registry;
    const made = await makeSettings({ sandbox, folder, appPort: reserved.port, registryHost });
    const entry = await lock.entry(folder, registryHost, tokens);
    const { TAGBOAT_REGISTRIES: file = "" } = made.environment;
    await writeFile(file, `registries:\n  "${registryHost}": {owners: [acme], ${entry}}\n`);
    const environment = {
      ...made.environment,
      PATH: `${folder}:${process.env.PATH}`,
      LOG_LEVEL: "trace",
      // Each minute: the shortest.
      TAGBOAT_REREAD: "1",
    };
    const program = resolve("dist/main.js");
    settings = { ...made, environment, program, logFile: join(folder, "app.log") };
    hook = await hookUrlFor("distribution", "acme", environment);
    await reserved.release();
    app = await AppProcess.start(settings);
    await registry.start(hook);
    await push("6322-rbbs9", "2026-01-01T08:00:00Z");
    await outcome((o) => o.reason === "up-to-date");
  }, 60_000);

  afterAll(async () => {
    await app?.stop();
    await registry?.stop();
    await tokens?.stop();
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  async function push(tag: string, created: string): Promise<string> {
    const labels = { "github.commit.id": `${tag.slice(0, 4)}0123456789`, "pipeline.run": tag };
    const platforms = ["linux/amd64", "linux/arm64"];
    const image = makeImage({ labels, created, platforms, content: tag });
    const layout = join(folder, "images", tag);
    await writeOciLayout(layout, tag, image);
    const to = `docker://${registry.host}/${NAME}:${tag}`;
    await run("skopeo", [
      ...["copy", "--all", "--preserve-digests", "--dest-tls-verify=false"],
      ...[`--dest-creds=ci:${PASSWORDS.ci}`, `oci:${layout}:${tag}`, to],
    ]);
    return image.digest;
  }

  async function outcome(matches: (outcome: LogLine) => boolean): Promise<LogLine> {
    const of = ({ msg, outcome: o }: LogLine): LogLine =>
      msg === "settled" && typeof o === "object" ? { ...o } : {};
    return of(await app.line(0, (line) => matches(of(line)), PATIENCE));
  }

  function onlyPull() {
    const [pull, ...others] = sandbox.stage.world.pulls(seededRepo(sandbox, "myapp-cd"));
    if (pull === undefined || others.length > 0) throw new Error("not one pull request");
    return pull;
  }

  test("without the key nobody reads it", async () => {
    const url = `http://${registry.host}/v2/${NAME}/manifests/6322-rbbs9`;
    expect((await fetch(url)).status).toBe(401);
  });

  test("what skopeo pushes is read back: digest, platforms, labels", async () => {
    const digest = await push("bf76-qqxrq", "2026-01-02T08:00:00Z");
    await outcome((o) => o.action === "opened");
    const { body } = onlyPull();
    for (const fact of [digest, "linux/arm64", "bf760123456789", "pipeline run: `bf76-qqxrq`"])
      expect(body).toContain(fact);
  });

  test("what was pushed while nobody listened is told again, and proposed", async () => {
    await app.stop();
    const times = await registry.timesBackedOff();
    await push("c0de-zz4tk", "2026-01-03T08:00:00Z");
    await registry.backsOff(times);
    app = await AppProcess.start(settings);
    await outcome((o) => o.action === "updated");
    expect(onlyPull().title).toBe("dev: myapp-runtime 6322-rbbs9 → c0de-zz4tk");
  });

  test("what the registry forgot to tell because it was restarted is found by the sweep", async () => {
    await app.stop();
    await push("d1ce-hh7wp", "2026-01-04T08:00:00Z");
    await registry.stop();
    await registry.start(hook);
    app = await AppProcess.start(settings);
    const found = "an image was found that nobody told of";
    await app.line(0, (line) => line.msg === found, 3 * PATIENCE);
    await outcome((o) => o.action === "updated");
    expect(onlyPull().title).toBe("dev: myapp-runtime 6322-rbbs9 → d1ce-hh7wp");
  }, 150_000);

  test("only pulls were asked for, and no secret is in the log", async () => {
    lock.check(tokens);
    const log = await readFile(join(folder, "app.log"), "utf8");
    // The sweep asked what the tags in place name, too, and was told.
    expect(log).not.toContain("tag not looked up");
    const { tagboat } = PASSWORDS;
    const basic = Buffer.from(`tagboat:${tagboat}`).toString("base64");
    for (const secret of [tagboat, basic, "Bearer ey"]) expect(log).not.toContain(secret);
  });
});
