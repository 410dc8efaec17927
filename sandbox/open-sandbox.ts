import { generateKeyPair, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Address, openAddress } from "./api/serve.ts";
import type { Fixture } from "./fixtures/fixture.ts";
import { monoRepo } from "./fixtures/mono-repo.ts";
import { tidyRepo } from "./fixtures/tidy-repo.ts";
import { untidyRepo } from "./fixtures/untidy-repo.ts";
import { createPages } from "./pages/create-pages.tsx";
import { createRegistry, type Registry } from "./registry/create-registry.ts";
import { type RegistryAddress, serveRegistry } from "./registry/serve-registry.ts";
import { PEOPLE, type Seeded, seed } from "./seed.ts";
import { serveStage } from "./serve-stage.ts";
import { createStage, type Stage } from "./stage.ts";
import type { Send } from "./webhooks/delivery.ts";

export interface SandboxOptions {
  /** Ports of GitHub and of the registry; absent or 0, or taken by another program: a free one. */
  readonly port?: number;
  readonly registryPort?: number;
  /** An empty folder: git repos and the App's key are put there. */
  readonly dir: string;
  /** Where the App that is being tried takes GitHub's webhooks. */
  readonly webhookUrl: string;
  /** Repos of `acme`, given the registry's `host:port`; default: the three fixtures. */
  readonly repos?: (registryHost: string) => Readonly<Record<string, Fixture>>;
  /** Git repos in this process: faster, and without git over HTTP. Default: on the disk. */
  readonly inMemory?: boolean;
  /** Awaited before a request to the API is served: how GitHub is made slow for some of them. */
  readonly beforeApi?: (request: Request) => Promise<void>;
}

/** A running sandbox: GitHub and a registry on 127.0.0.1. */
export interface Sandbox {
  /** `http://127.0.0.1:4100` */
  readonly url: string;
  readonly stage: Stage;
  readonly seeded: Seeded;
  readonly registry: Registry;
  readonly registryAddress: RegistryAddress;
  /** Environment variables that point Tagboat at it. */
  readonly environment: Readonly<Record<string, string>>;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  /** Token of a seeded person, for git and the API. */
  tokenOf(login: string): string;
  close(): Promise<void>;
}

/** Starts GitHub and the registry, seeded. Rejects, with nothing left running, when that fails. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const registry = createRegistry({ now });
  const registryAddress = await atPort(options.registryPort, (port) =>
    serveRegistry(registry, port),
  );
  const address = await atPort(options.port, openAddress).catch(async (error: unknown) => {
    await registryAddress.close();
    throw error;
  });
  const stage = createStage({
    stores: options.inMemory === true ? "memory" : { dir: join(options.dir, "repos") },
    baseUrl: address.url,
    now,
    send: sendOverHttp,
  });
  const close = async () => {
    await address.close();
    await registryAddress.close();
    await stage.close();
  };
  try {
    return { ...(await furnish(options, stage, address, registryAddress)), registry, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const now = () => new Date();

/** Opens at the wished port, or at a free one when somebody else has it. */
async function atPort<T>(
  wished: number | undefined,
  open: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await open(wished ?? 0);
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== "EADDRINUSE") throw error;
    return await open(0);
  }
}

async function furnish(
  options: SandboxOptions,
  stage: Stage,
  address: Address,
  registryAddress: RegistryAddress,
): Promise<Omit<Sandbox, "registry" | "close">> {
  const keys = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const webhookSecret = randomBytes(24).toString("base64url");
  const seeded = await seed(stage.world, {
    repos: (options.repos ?? fixtures)(registryAddress.host),
    app: { publicKey: keys.publicKey, webhookUrl: options.webhookUrl, webhookSecret },
  });
  for (const { login } of PEOPLE) stage.github.tokens.forPerson(login);
  const keyPath = join(options.dir, "app.private-key.pem");
  await writeFile(keyPath, keys.privateKey, { mode: 0o600, flag: "wx" });
  const registriesPath = join(options.dir, "registries.yml");
  await writeFile(registriesPath, registriesFile(registryAddress.host, seeded.owner));
  serveStage(stage, address, createPages(stage).fetch, options.beforeApi);
  return {
    url: address.url,
    stage,
    seeded,
    registryAddress,
    privateKey: keys.privateKey,
    tokenOf: (login) => stage.github.tokens.forPerson(login),
    environment: {
      GHE_HOST: new URL(address.url).host,
      GHE_PROTOCOL: "http",
      APP_ID: String(seeded.app.id),
      PRIVATE_KEY_PATH: keyPath,
      WEBHOOK_SECRET: webhookSecret,
      TAGBOAT_SECRET: randomBytes(33).toString("base64url"),
      TAGBOAT_REGISTRIES: registriesPath,
    },
  };
}

/** The operator's file: Tagboat reads only registries that are named to it. */
function registriesFile(host: string, owner: string): string {
  return `registries:\n  "${host}":\n    owners: [${owner}]\n    plainHttp: true\n`;
}

/** The three repos that ship with the sandbox. */
function fixtures(host: string): Readonly<Record<string, Fixture>> {
  return {
    "myapp-cd": tidyRepo({ image: `${host}/myapp-ci/myapp-runtime` }),
    "shop-deploy": untidyRepo({ image: `${host}/shop/web`, productionImage: `${host}/prod/web` }),
    "infra-deployments": monoRepo({ registry: host }),
  };
}

const sendOverHttp: Send = async (url, headers, body) => {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers },
    body,
    signal,
    redirect: "manual",
  });
  await response.arrayBuffer();
  return { status: response.status };
};
