import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";

/** Where a registry tells what happened, as distribution's `notifications.endpoints`. */
export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is not told there. distribution tells everything: pulls and blobs too. */
  readonly ignore?: {
    readonly actions?: readonly string[];
    readonly mediaTypes?: readonly string[];
  };
}

/** Posts one envelope. Rejects when nobody answers. */
export type Notify = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<{ readonly status: number }>;

export interface EventTarget {
  readonly mediaType?: string;
  readonly size?: number;
  readonly digest?: string;
  readonly length?: number;
  readonly repository: string;
  readonly url?: string;
  readonly tag?: string;
  readonly references?: readonly object[];
}

export interface Happening {
  readonly action: "push" | "pull" | "mount" | "delete";
  readonly target: EventTarget;
  readonly request: { readonly method: string; readonly host: string; readonly userAgent: string };
}

export interface NotifierOptions {
  readonly now: () => Date;
  readonly notify: Notify;
  /** Pauses between tries; default: a timer that keeps no process alive. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** Tries at once before the first pause; default 3. */
  readonly threshold?: number;
  /** Milliseconds; default 2000. */
  readonly backoff?: number;
}

const ENVELOPE = "application/vnd.docker.distribution.events.v1+json";

/** One queue per endpoint, in memory and in order: what is refused is tried for ever and holds up what comes after it. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #queues = new Map<Endpoint, { tail: Promise<void>; length: number }>();
  readonly #instance = randomUUID();
  #stopped = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  addEndpoint(endpoint: Endpoint): void {
    this.#queues.set(endpoint, { tail: Promise.resolve(), length: 0 });
  }

  /** Events that no endpoint has taken yet. */
  get pending(): number {
    let pending = 0;
    for (const queue of this.#queues.values()) pending += queue.length;
    return pending;
  }

  tell(happening: Happening): void {
    for (const [endpoint, queue] of this.#queues) {
      if (isIgnored(endpoint, happening)) continue;
      // Each endpoint gets its own envelope, and a repeated try the same one: receivers tell repetitions by the id.
      const body = JSON.stringify({ events: [this.#event(happening)] });
      queue.length += 1;
      queue.tail = queue.tail
        .then(() => this.#deliver(endpoint, body))
        .then(() => {
          queue.length -= 1;
        });
    }
  }

  /** Resolves when all that happened so far was taken. */
  async idle(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.tail));
  }

  /** Gives up what is queued, as a restart of distribution does. */
  stop(): void {
    this.#stopped = true;
  }

  #event({ action, target, request }: Happening): object {
    const { method, host, userAgent } = request;
    return {
      id: randomUUID(),
      timestamp: this.#options.now().toISOString(),
      action,
      target,
      request: { id: randomUUID(), addr: "127.0.0.1", host, method, useragent: userAgent },
      actor: {},
      source: { addr: host, instanceID: this.#instance },
    };
  }

  async #deliver(endpoint: Endpoint, body: string): Promise<void> {
    const { threshold = 3, backoff = 2000, wait = pause } = this.#options;
    for (let failures = 0; !this.#stopped; ) {
      if (await this.#taken(endpoint, body)) return;
      failures += 1;
      if (failures >= threshold) await wait(backoff);
    }
  }

  async #taken(endpoint: Endpoint, body: string): Promise<boolean> {
    try {
      const headers = { ...endpoint.headers, "content-type": ENVELOPE };
      const { status } = await this.#options.notify(endpoint.url, headers, body);
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  }
}

function isIgnored({ ignore }: Endpoint, { action, target }: Happening): boolean {
  const { mediaType } = target;
  return (
    ignore?.actions?.includes(action) === true ||
    (mediaType !== undefined && ignore?.mediaTypes?.includes(mediaType) === true)
  );
}

function pause(ms: number): Promise<unknown> {
  return timer(ms, null, { ref: false });
}

/** Posts over HTTP; a redirect or an answer slower than a second is a failure, as with distribution's usual settings. */
export async function postOverHttp(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly status: number }> {
  const signal = AbortSignal.timeout(1000);
  const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
  await response.arrayBuffer();
  return { status: response.status };
}
