import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { openSandbox, type Sandbox } from "./open-sandbox.ts";
import { PEOPLE } from "./seed.ts";

const HELP = `Usage: npm run sandbox -- [options]

GitHub and an image registry on this machine, for trying Tagboat or any other GitHub App.

  --port N            port of GitHub (default 4100, or a free one)
  --registry-port N   port of the registry (default 5100, or a free one)
  --data DIR          new or empty folder for git repos and the App's key (default: a temporary one)
  --webhook-url URL   where the App takes GitHub's webhooks (default http://127.0.0.1:3000/api/github/webhooks)
  --help              this text
`;

interface Settings {
  readonly port: number;
  readonly registryPort: number;
  readonly data: string | null;
  readonly webhookUrl: string;
}

/** A person's mistake on the command line. */
class Mistake extends Error {}

function readSettings(args: readonly string[]): Settings | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "4100" },
      "registry-port": { type: "string", default: "5100" },
      data: { type: "string" },
      "webhook-url": { type: "string", default: "http://127.0.0.1:3000/api/github/webhooks" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  if (!URL.canParse(values["webhook-url"])) throw new Mistake("--webhook-url must be a URL");
  return {
    port: portOf("--port", values.port),
    registryPort: portOf("--registry-port", values["registry-port"]),
    data: values.data ?? null,
    webhookUrl: values["webhook-url"],
  };
}

function portOf(option: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Mistake(`${option} must be a number from 0 to 65535`);
  return port;
}

async function dataFolder(given: string | null): Promise<string> {
  if (given === null) return await mkdtemp(join(tmpdir(), "tagboat-sandbox-"));
  const folder = resolve(given);
  await mkdir(folder, { recursive: true });
  const files = await readdir(folder);
  if (files.length > 0) throw new Mistake(`--data ${given}: the folder is not empty`);
  return folder;
}

function story(sandbox: Sandbox, folder: string): string {
  const { url, registryAddress, environment, seeded } = sandbox;
  const repo = `${seeded.owner}/myapp-cd`;
  const variables = Object.entries(environment).map(([name, text]) => `  ${name}=${text}`);
  const tokens = PEOPLE.map(({ login, permission }) => {
    return `  ${login.padEnd(5)} ${sandbox.tokenOf(login).padEnd(14)} (${permission})`;
  });
  const cloneUrl = `http://ben:${sandbox.tokenOf("ben")}@${new URL(url).host}/${repo}.git`;
  return `
GitHub     ${url}
  pages    ${url}/${repo}
  REST     ${url}/api/v3      GraphQL  ${url}/api/graphql
  faults   ${url}/-/faults      requests ${url}/-/requests      webhooks ${url}/-/deliveries
Registry   ${registryAddress.url}/v2/      (plain http, no password)
Data       ${folder}

Point an App at it:
${variables.join("\n")}

People, and their tokens for the API and git:
${tokens.join("\n")}

  git clone ${cloneUrl}
  skopeo copy --dest-tls-verify=false docker://… docker://${registryAddress.host}/myapp-ci/myapp-runtime:bf76-qqxrq

Ctrl-C stops it.
`;
}

/** Resolves at the first SIGINT or SIGTERM; a second one kills, as usual. */
function stopAsked(): Promise<void> {
  return new Promise((done) => {
    process.once("SIGINT", () => done());
    process.once("SIGTERM", () => done());
  });
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2));
  if (settings === null) {
    process.stdout.write(HELP);
    return;
  }
  const { port, registryPort, webhookUrl } = settings;
  const dir = await dataFolder(settings.data);
  const stopped = stopAsked();
  const sandbox = await openSandbox({ port, registryPort, webhookUrl, dir });
  process.stdout.write(story(sandbox, dir));
  await stopped;
  await sandbox.close();
  if (settings.data === null) await rm(dir, { recursive: true, force: true });
}

try {
  await main();
} catch (error) {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const isMistake = error instanceof Mistake || code.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(
    `${isMistake && error instanceof Error ? error.message : String(error)}\nTry --help.\n`,
  );
  process.exitCode = 2;
}
