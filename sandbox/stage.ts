import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Faults } from "./api/faults.ts";
import { createGithub, type Github } from "./api/github.ts";
import { Recorder } from "./api/recorder.ts";
import { type BareStore, createBareStore } from "./git/bare-store.ts";
import { createMemoryStore } from "./git/memory-store.ts";
import type { ObjectStore } from "./git/object-store.ts";
import { createGraphqlDoor } from "./graphql/door.ts";
import { appDeliveries } from "./webhooks/app-deliveries.ts";
import { createWebhooks, type Webhooks } from "./webhooks/create-webhooks.ts";
import type { Send } from "./webhooks/delivery.ts";
import { loadWebhookSchemas, type WebhookSchemas } from "./webhooks/webhook-schemas.ts";
import { createWorld } from "./world/create-world.ts";
import type { Repo } from "./world/entities.ts";
import type { World } from "./world/world.ts";

export interface StageOptions {
  /** `memory`: nothing touches the disk; `dir`: bare git repos in this folder, which `git clone` and `git push` can reach. */
  readonly stores: "memory" | { readonly dir: string };
  /** Where it will be served, `http://127.0.0.1:4100`, without a slash at the end. */
  readonly baseUrl: string;
  readonly now: () => Date;
  /** The clock of tokens, where the client signs by another one than the world's; default: `now`. */
  readonly tokenNow?: () => Date;
  /** Posts the webhooks. */
  readonly send: Send;
  /** Waits for late webhooks; default: a timer. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Waits where an answer is late (`latency`); default: a timer. */
  readonly waitToAnswer?: (ms: number) => Promise<unknown>;
}

/** The sandbox's GitHub, whole, without sockets. */
export interface Stage {
  readonly baseUrl: string;
  readonly world: World;
  readonly github: Github;
  readonly webhooks: Webhooks;
  readonly recorder: Recorder;
  readonly faults: Faults;
  /** A repo's bare git repo; null when repos are in memory. */
  bareOf(repo: Repo): BareStore | null;
  /** Ends the git processes of the stores; webhooks tell nothing from now on. */
  close(): Promise<void>;
}

/** Puts the sandbox's GitHub together: world, REST and GraphQL, webhooks, faults and counting. It is empty; `seed` fills it. */
export function createStage(options: StageOptions): Stage {
  const { baseUrl, now } = options;
  const shelves = storeShelves(options.stores);
  const world = createWorld({ store: shelves.open, now });
  const recorder = new Recorder();
  const faults = new Faults();
  const graphql = createGraphqlDoor({ world, recorder, faults, baseUrl });
  const webhooks = createWebhooks({
    world,
    faults,
    recorder,
    schemas: webhookSchemas(),
    send: options.send,
    html: baseUrl,
    api: `${baseUrl}/api/v3`,
    ...(options.wait === undefined ? {} : { wait: options.wait }),
  });
  const deliveries = appDeliveries(webhooks, now);
  const tokenNow = options.tokenNow ?? now;
  const { waitToAnswer } = options;
  const deps = { world, recorder, faults, graphql, webhooks: deliveries, baseUrl, now: tokenNow };
  return {
    baseUrl,
    world,
    github: createGithub(waitToAnswer === undefined ? deps : { ...deps, wait: waitToAnswer }),
    webhooks,
    recorder,
    faults,
    bareOf: (repo) => shelves.opened.get(repo.store) ?? null,
    async close() {
      webhooks.stop();
      await webhooks.idle();
      for (const store of shelves.opened.values()) await store.close();
    },
  };
}

function storeShelves(stores: StageOptions["stores"]) {
  const opened = new Map<ObjectStore, BareStore>();
  let count = 0;
  const open = async (): Promise<ObjectStore> => {
    if (stores === "memory") return createMemoryStore();
    count += 1;
    const store = await createBareStore(join(stores.dir, `${count}.git`));
    opened.set(store, store);
    return store;
  };
  return { opened, open };
}

/** Read and compiled once per process: stages come by the thousand in tests. */
let schemas: WebhookSchemas | null = null;

function webhookSchemas(): WebhookSchemas {
  schemas ??= loadWebhookSchemas(schemasFolder());
  return schemas;
}

/** Beside the sources; also found from the compiled sandbox, which carries no copy of the schemas. */
function schemasFolder(): string {
  const places = ["./schemas", "../../sandbox/schemas"];
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const folder = folders.find((one) => existsSync(join(one, "webhooks.json")));
  if (folder === undefined) throw new Error("sandbox/schemas/webhooks.json is missing");
  return folder;
}
