import type { TagboatParts } from "../../../src/compose.ts";
import type { Delivery } from "../../../src/model/delivery.ts";
import type { Inbox } from "../../../src/model/inbox.ts";
import { MemoryInbox } from "../../../src/store/memory-inbox.ts";
import { MemoryIndexCache } from "../../../src/store/memory-index-cache.ts";
import { MemoryPacer } from "../../../src/store/memory-pacer.ts";
import { MemoryPauses } from "../../../src/store/memory-pauses.ts";
import type { Harbour } from "../../support/harbour.ts";

export interface Death {
  /** So many requests are sent first. */
  readonly after: number;
  /** Whether the last one is sent and its answer never comes, or it is not sent. */
  readonly when: "before" | "after";
  /** The database is lost with it. */
  readonly lost: boolean;
}

/** One life of the process: what it asks of others when it is dead is never answered, and reaches nobody. */
interface Life {
  dead: boolean;
}

/** Said to a webhook that comes when no process is there. */
export const GONE = "no process is there";
const NEVER = new Promise<never>(() => {});

/**
 * What a dead process hears. Octokit keeps the requests for tokens that are under way in a variable of its module, which ends
 * with the process in life; here the next life would wait for them with the dead one.
 */
function silence(request: Request): Promise<never> {
  return request.url.endsWith("/access_tokens") ? Promise.reject(new Error(GONE)) : NEVER;
}

/**
 * The process that GitHub talks to, with its database. It may be killed at any request; then the next one starts on what the
 * database holds, where everything that was taken is free again.
 */
export class Process {
  readonly #watching: (request: Request) => Promise<void>;
  #parts: TagboatParts | null = null;
  /** The database's own methods: those of the harbour's inbox lead to it, whatever database there is. */
  #store: Inbox | null = null;
  readonly #taken = { deliveries: new Set<string>(), lanes: new Set<string>() };
  #life: Life = { dead: false };
  #death: (Death & { after: number }) | null = null;
  /** It died, and no other was started. */
  fallen: Death | null = null;
  /** How often it died, and how often the database was lost with it. */
  crashes = 0;
  lost = 0;
  /** When it was lost last, in milliseconds. */
  lostAt = Number.NEGATIVE_INFINITY;

  /** @param watching looks at each request before it is sent. */
  constructor(watching: (request: Request) => Promise<void>) {
    this.#watching = watching;
  }

  /** Makes the parts of each life. For the harbour. */
  readonly parts = (parts: TagboatParts): TagboatParts => {
    if (this.#parts === null) this.#adopt(parts);
    const life: Life = { dead: false };
    this.#life = life;
    const own = this.#parts ?? parts;
    return {
      ...own,
      pacer: new MemoryPacer(own.clock),
      inbox: this.#inboxOf(life, parts.inbox),
      fetch: (input, init) => this.#send(life, new Request(input, init)),
    };
  };

  #adopt(parts: TagboatParts): void {
    this.#parts = parts;
    const { inbox } = parts;
    this.#store = {
      accept: inbox.accept.bind(inbox),
      onWake: inbox.onWake.bind(inbox),
      takeDeliveries: inbox.takeDeliveries.bind(inbox),
      route: inbox.route.bind(inbox),
      putBack: inbox.putBack.bind(inbox),
      bury: inbox.bury.bind(inbox),
      takeLanes: inbox.takeLanes.bind(inbox),
      itemsOf: inbox.itemsOf.bind(inbox),
      settle: inbox.settle.bind(inbox),
      nextDue: inbox.nextDue.bind(inbox),
    };
    Object.assign(inbox, {
      accept: (batch: readonly Delivery[]) => this.#database().accept(batch),
      onWake: (listener: () => void) => this.#database().onWake(listener),
      nextDue: () => this.#database().nextDue(),
    });
  }

  #database(): Inbox {
    if (this.#store === null) throw new Error("there is no database");
    return this.#store;
  }

  async #send(life: Life, request: Request): Promise<Response> {
    const fetch = this.#parts?.fetch;
    if (fetch === undefined) throw new Error("there is no host");
    const last = this.#dies();
    if (life.dead || last === "before") return this.#end(life, request);
    await this.#watching(request);
    const response = fetch(request);
    if (last === "after") {
      // Nobody is there any more to whom its loss would matter.
      response.catch(() => null);
      return this.#end(life, request);
    }
    const answer = await response;
    return life.dead ? silence(request) : answer;
  }

  #dies(): Death["when"] | null {
    const death = this.#death;
    if (death === null) return null;
    if (death.after > 0) {
      death.after -= 1;
      return null;
    }
    return death.when;
  }

  #end(life: Life, request: Request): Promise<never> {
    if (!life.dead && life === this.#life && this.#death !== null) {
      life.dead = true;
      this.fallen = this.#death;
      this.crashes += 1;
      this.#death = null;
    }
    return silence(request);
  }

  #inboxOf(life: Life, harbours: Inbox): Inbox {
    const alive = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (life.dead) return NEVER;
      const answer = await ask();
      return life.dead ? NEVER : answer;
    };
    const { deliveries, lanes } = this.#taken;
    const store = () => this.#database();
    return {
      async accept(batch) {
        if (life.dead) throw new Error(GONE);
        return harbours.accept(batch);
      },
      onWake: (listener) => store().onWake(listener),
      takeDeliveries: (now, limit) =>
        alive(async () => {
          const taken = await store().takeDeliveries(now, limit);
          for (const { delivery } of taken) deliveries.add(delivery.id);
          return taken;
        }),
      route: (id, routing) =>
        alive(() => {
          deliveries.delete(id);
          return store().route(id, routing);
        }),
      putBack: (id, delay) =>
        alive(() => {
          deliveries.delete(id);
          return store().putBack(id, delay);
        }),
      bury: (id, detail) =>
        alive(() => {
          deliveries.delete(id);
          return store().bury(id, detail);
        }),
      takeLanes: (now, limit) =>
        alive(async () => {
          const taken = await store().takeLanes(now, limit);
          for (const lane of taken) lanes.add(lane);
          return taken;
        }),
      itemsOf: (lane) => alive(() => store().itemsOf(lane)),
      settle: (lane, run) =>
        alive(() => {
          lanes.delete(lane);
          return store().settle(lane, run);
        }),
      nextDue: () => alive(() => store().nextDue()),
    };
  }

  /** It is to die soon; what was planned before is forgotten. */
  kill(death: Death): void {
    this.#death = { ...death };
  }

  /** Nobody is killed any more. */
  spare(): void {
    this.#death = null;
  }

  /** The next life begins. */
  async begin(harbour: Harbour): Promise<void> {
    const { lost } = this.fallen ?? { lost: false };
    this.fallen = null;
    const { deliveries, lanes } = this.#taken;
    if (lost) this.#lose(harbour);
    else await this.#free(harbour);
    deliveries.clear();
    lanes.clear();
    await harbour.restart();
  }

  async #free({ clock }: Harbour): Promise<void> {
    const { deliveries, lanes } = this.#taken;
    const delay = { until: clock.now(), failed: false, detail: "its process is gone" };
    for (const id of deliveries) await this.#database().putBack(id, delay);
    for (const lane of lanes)
      await this.#database().settle(lane, {
        done: [],
        later: [],
        dead: [],
        parked: [],
        restUntil: null,
      });
  }

  #lose({ clock, ledger }: Harbour): void {
    this.lost += 1;
    this.lostAt = clock.now().getTime();
    this.#store = new MemoryInbox(ledger, () => clock.now().getTime());
    if (this.#parts === null) return;
    this.#parts = {
      ...this.#parts,
      indexCache: new MemoryIndexCache(),
      pauses: new MemoryPauses(),
    };
  }
}
