import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import picomatch from "picomatch";
import { type Logger, pino } from "pino";
import { createNodeMiddleware, type Probot } from "probot";
import { composeTagboat } from "./compose.ts";
import { type Env, EXIT_CONFIG, readEnv } from "./env.ts";
import { hookGenerationOf } from "./ingest/hook-generations.ts";
import { createPromTally } from "./ingest/metrics.ts";
import { createIngestServer, type IngestParts } from "./ingest/server.ts";
import type { Renderer } from "./model/render.ts";
import { createOciRegistry } from "./registry/oci-registry.ts";
import { readRegistriesFile } from "./registry/registries-file.ts";
import { namedRegistries, publicHosts, type RegistryHosts } from "./registry/registry-hosts.ts";
import { findKustomize } from "./render/find-kustomize.ts";
import { createKustomizeRenderer, sweepBuildFolders } from "./render/kustomize-renderer.ts";
import { findNetworkWall } from "./render/network-wall.ts";
import { MemoryInbox } from "./store/memory-inbox.ts";
import { MemoryIndexCache } from "./store/memory-index-cache.ts";
import { MemoryLedger } from "./store/memory-ledger.ts";
import { MemoryPacer } from "./store/memory-pacer.ts";
import { systemClock } from "./store/system-clock.ts";

/** After SIGTERM: how long what runs may take to come to its end, in milliseconds. */
const DRAIN_DEADLINE = 25_000;

const answer = readEnv(process.env);
if (answer.kind === "problems") refuseToStart(answer.problems);
else await start(answer.env, registryHosts(answer.env));

async function start(env: Env, hosts: RegistryHosts): Promise<void> {
  const log = pino({ level: env.logLevel, base: null });
  const clock = systemClock;
  const ledger = new MemoryLedger();
  const inbox = new MemoryInbox(ledger, () => clock.now().getTime());
  const metrics = createPromTally({ now: clock.now, registries: namedRegistries(hosts) });
  const registry = createOciRegistry({ hosts, clock, log, environment: process.env });
  const { probot, sweeps, work } = await composeTagboat({
    ...env,
    ...(env.githubHost === null
      ? {}
      : { githubUrl: `${env.githubProtocol}://${env.githubHost}/api/v3` }),
    allowed: allowList(env.repos),
    normaliseOptions: env.options,
    inbox,
    ledger,
    indexCache: new MemoryIndexCache(),
    pacer: new MemoryPacer(clock),
    registry,
    tally: metrics.tally,
    restAfterWrite: env.updateInterval,
    renderer: await openRenderer(env, log),
    clock,
    log,
  });
  const drain = { draining: false };
  const server = createIngestServer({
    secrets: env.secrets,
    generationOf: (hook) => hookGenerationOf(env.generations, hook),
    inbox,
    clock,
    log,
    options: env.options,
    github: await githubHandler(probot),
    health: async () => [],
    metrics,
    depth: () => Promise.reject(new Error("this store cannot tell its depth")),
    draining: () => drain.draining,
  });
  work.start();
  sweeps.start();
  await listen(server, env, log);
  stopOnSignals(log, async () => {
    drain.draining = true;
    server.close();
    await Promise.all([work.stop(), sweeps.stop()]);
    registry.close();
    server.closeAllConnections();
  });
}

function refuseToStart(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`tagboat: ${problem}\n`);
  process.exit(EXIT_CONFIG);
}

function registryHosts(env: Env): RegistryHosts {
  if (env.registriesFile === null) return publicHosts;
  const read = readRegistriesFile(readFileSync(env.registriesFile, "utf8"));
  if (read.kind === "read") return read.hosts;
  return refuseToStart(
    read.problems.map(
      ({ line, message }) =>
        `TAGBOAT_REGISTRIES${line === undefined ? "" : `, line ${line}`}: ${message}`,
    ),
  );
}

/** `null`, said once: nothing here builds overlays, and proposals go without the rendered diff. */
async function openRenderer(env: Env, log: Logger): Promise<Renderer | null> {
  const searchPath = process.env.PATH ?? "";
  const found = await findKustomize(env.kustomize, searchPath);
  if (found.kind === "none") {
    if (found.asked) refuseToStart([found.why]);
    log.info({ why: found.why }, "no rendered diff");
    return null;
  }
  const { kustomize } = found;
  const { renderRemote: remote, renderHelm: helm } = env;
  await sweepBuildFolders(new Date());
  const networkWall = await findNetworkWall();
  const { version } = kustomize;
  log.info({ kustomize: version, remote, helm, walled: networkWall.length > 0 }, "rendered diff");
  return createKustomizeRenderer({ kustomize, remote, helm, searchPath, networkWall });
}

function allowList(patterns: readonly string[]): (fullName: string) => boolean {
  return patterns.length === 0 ? () => true : picomatch([...patterns]);
}

/** Probot checks the signature and runs the app. The edge has read the body already, with a cap that Probot's own server lacks. */
async function githubHandler(probot: Probot): Promise<IngestParts["github"]> {
  const middleware = await createNodeMiddleware(() => {}, {
    probot,
    webhooksPath: "/api/github/webhooks",
  });
  return async (req: IncomingMessage, res: ServerResponse, body: Buffer) => {
    const done = once(res, "close");
    // octokit's middleware takes a body that somebody else has read from this property.
    await middleware(Object.assign(req, { body: body.toString("utf8") }), res);
    if (!res.writableEnded) await done;
  };
}

async function listen(server: Server, env: Env, log: Logger): Promise<void> {
  server.listen(env.port, env.host);
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  log.info({ address, port }, "Tagboat listens");
}

/** SIGTERM and SIGINT: new deliveries are sent elsewhere, what runs comes to its end, exit 0; after the deadline exit 1. */
function stopOnSignals(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), DRAIN_DEADLINE).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}
