import { createHmac } from "node:crypto";
import { Faults } from "../../../sandbox/api/faults.ts";
import { Recorder } from "../../../sandbox/api/recorder.ts";
import { createWebhooks, type Webhooks } from "../../../sandbox/webhooks/create-webhooks.ts";
import { loadWebhookSchemas } from "../../../sandbox/webhooks/webhook-schemas.ts";
import { type Seeded, seededWorld } from "../world/seeded-world.ts";

export interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Desk extends Seeded {
  readonly webhooks: Webhooks;
  readonly faults: Faults;
  readonly recorder: Recorder;
  /** What arrived, whatever the answer was. */
  readonly received: Received[];
  /** Status of the next answers, or why there is none; 202 where nothing is said. */
  readonly answers: (number | Error)[];
  /** Called with what arrives. */
  readonly onArrival: ((name: string) => void)[];
  /** Ends the waiting of late webhooks. */
  readonly waiting: (() => void)[];
  /** `event.action` of what arrived, in order. */
  names(): Promise<string[]>;
}

const schemas = loadWebhookSchemas("sandbox/schemas");

/** A seeded world whose webhooks arrive in an array. */
export async function webhookDesk(): Promise<Desk> {
  const seeded = await seededWorld();
  const faults = new Faults();
  const recorder = new Recorder();
  const received: Received[] = [];
  const answers: Desk["answers"] = [];
  const waiting: (() => void)[] = [];
  const onArrival: ((name: string) => void)[] = [];
  const webhooks = createWebhooks({
    world: seeded.world,
    faults,
    recorder,
    schemas,
    html: "http://127.0.0.1:4100",
    api: "http://127.0.0.1:4100/api/v3",
    async send(url, headers, body) {
      received.push({ url, headers, body });
      for (const listener of onArrival) listener(nameOf({ url, headers, body }));
      const answer = answers.shift() ?? 202;
      if (typeof answer !== "number") throw answer;
      return { status: answer };
    },
    wait: () => new Promise<void>((resolve) => void waiting.push(resolve)),
  });
  const names = async () => {
    await webhooks.idle();
    return received.map(nameOf);
  };
  return { ...seeded, webhooks, faults, recorder, received, answers, onArrival, waiting, names };
}

export function nameOf(one: Received): string {
  const { action }: { action?: string } = JSON.parse(one.body);
  const event = one.headers["X-GitHub-Event"] ?? "";
  return action === undefined ? event : `${event}.${action}`;
}

export function signatureOf(one: Received, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(one.body).digest("hex")}`;
}
