import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import picomatch from "picomatch";
import { type Logger, pino } from "pino";
import { createNodeMiddleware, type Probot } from "probot";
import { composeTagboat } from "./compose.ts";
import { startDeskServer } from "./desk/desk-server.ts";
import { type Env, EXIT_CONFIG, readEnv } from "./env.ts";
import { createHealth, type HealthCheck } from "./ingest/health.ts";
import { hookGenerationsOf } from "./ingest/hook-generations.ts";
import { createPromTally } from "./ingest/metrics.ts";
import type { Outside } from "./ingest/outside.ts";
import { createIngestServer, type IngestParts } from "./ingest/server.ts";
import { ForgeUnavailable } from "./model/forge.ts";
import type { HostHistory } from "./model/host-history.ts";
import type { Renderer } from "./model/render.ts";
import { assertReady, openOwnStore } from "./own-store.ts";
import { createOciRegistry } from "./registry/oci-registry.ts";
import { readRegistriesFile } from "./registry/registries-file.ts";
import { namedRegistries, publicHosts, type RegistryHosts } from "./registry/registry-hosts.ts";
import { createWire } from "./registry/wire.ts";
import { findKustomize } from "./render/find-kustomize.ts";
import { createKustomizeRenderer, sweepBuildFolders } from "./render/kustomize-renderer.ts";
import { findNetworkWall } from "./render/network-wall.ts";
import { heedSignals } from "./signals.ts";
import type { Store } from "./store/open-store.ts";
import { systemClock } from "./store/system-clock.ts";
import { Crowd } from "./work/crowd.ts";

/** After SIGTERM: what still waits for somebody outside then, is left to the next process. In milliseconds. */
const HANDED_BACK_AFTER = 15_000;

/** Batches of deliveries on their way to PostgreSQL at the same time. */
const COMMITS_AT_ONCE = 3;

const answer = readEnv(process.env);
if (answer.kind === "problems") refuseToStart(answer.problems);
else await start(answer.env, registryHosts(answer.env));

async function start(env: Env, hosts: RegistryHosts): Promise<void> {
  const log = pino({ level: env.logLevel, base: null });
  const signals = heedSignals(log);
  const clock = systemClock;
  const store = await openOwnStore(env, log);
  const metrics = createPromTally({ now: clock.now, registries: namedRegistries(hosts) });
  const registry = createOciRegistry({ hosts, clock, log, environment: process.env });
  const crowd = new Crowd(clock);
  const { chores, history, probot, sweeps, work } = await composeTagboat({
    ...env,
    ...store,
    ...githubAddress(env),
    crowd,
    allowed: allowList(env.repos),
    normaliseOptions: env.options,
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
    generationsOf: (hook) => hookGenerationsOf(env.generations, hook),
    inbox: crowd.watching(store.inbox),
    clock,
    log,
    options: env.options,
    outside: outsideReads(),
    github: await githubHandler(probot),
    health: createHealth({ checks: healthChecks(store, history), clock, log }),
    metrics,
    depth: () => store.desk.depth(),
    draining: () => drain.draining,
    // The embedded store works in this process: two at once would only make two commits of one.
    commitsAtOnce: env.databaseUrl === null ? 1 : COMMITS_AT_ONCE,
  });
  const desk = env.databaseUrl === null ? await startDeskServer({ ...store, ...env, log }) : null;
  work.start();
  sweeps.start();
  // What is asked for again must find an open door.
  const started = listen(server, env, log).then(() => store.startChores(chores));
  signals.stopWith(async () => {
    drain.draining = true;
    await started;
    await desk?.close();
    // Until then senders are told to come again. What has not come to its end is handed back: closing the store frees it.
    await Promise.race([Promise.all([work.stop(), sweeps.stop()]), clock.sleep(HANDED_BACK_AFTER)]);
    server.close();
    registry.close();
    server.closeAllConnections();
    await store.close();
  });
  await started;
}

/** Idle connections of this wire keep no process alive. */
function outsideReads(): Outside {
  const wire = createWire();
  return (url, limits) => wire.ask({ ...limits, url, headers: {}, ca: null });
}

function githubAddress({ githubHost, githubProtocol }: Env): { githubUrl?: string } {
  return githubHost === null ? {} : { githubUrl: `${githubProtocol}://${githubHost}/api/v3` };
}

function healthChecks(store: Store, history: HostHistory): readonly HealthCheck[] {
  return [
    { name: "store", check: () => assertReady(store) },
    // The key does not change; asking for it is a request.
    {
      name: "github credentials",
      check: () => assertCredentials(history),
      goodFor: 60_000,
      late: "good",
    },
  ];
}

/** GitHub's outages are no fault of the key: a process that was taken out of service for them would lose what senders tell. */
async function assertCredentials(history: HostHistory): Promise<void> {
  try {
    await history.checkCredentials();
  } catch (error) {
    if (!(error instanceof ForgeUnavailable)) throw error;
  }
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
