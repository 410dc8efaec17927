import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { hookSignatureSecret, hookToken, scopeSegment } from "../../src/ingest/hook-token.ts";
import type { HookScope } from "../../src/model/delivery.ts";
import type { Dice } from "./dice.ts";
import type { Owner, PlaceUnderTest, Version } from "./fleet.ts";
import { tagOf } from "./fleet.ts";
import type { Ground } from "./ground.ts";

/** One webhook as its sender has it: the same bytes at each try. */
export interface Message {
  readonly source: "distribution" | "quay" | "generic";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it tells of, and in which CD repos it may be heard. */
  readonly tells: readonly Version[];
  readonly hears: readonly PlaceUnderTest["repo"][];
  /** How many failures its sender takes; `null`: any number. */
  readonly patience: number | null;
  /** How often it was answered 202. Only then has anybody promised anything. */
  acknowledged: number;
}

const RETRY_MS = 150;

/** Registries and pipelines: they send again what was not acknowledged, and nothing else. */
export class Senders {
  readonly messages: Message[] = [];
  /** Answers that no sender should get. */
  readonly complaints: string[] = [];
  readonly #under = new Set<Promise<void>>();
  readonly #ground: Ground;
  readonly #dice: Dice;
  #listener: () => void = () => {};

  constructor(ground: Ground, dice: Dice) {
    this.#ground = ground;
    this.#dice = dice;
  }

  /** Calls `listener` at each acknowledgement from now on. */
  onAcknowledged(listener: () => void): void {
    this.#listener = listener;
  }

  /** A webhook of a random kind about one owner's versions, on its way. */
  tell(versions: readonly Version[]): Message {
    const message = this.#message(versions);
    this.messages.push(message);
    this.repeat(message);
    return message;
  }

  /** Sends a message until it is acknowledged, or its sender has had enough. */
  repeat(message: Message): void {
    const sending = this.#deliver(message).finally(() => this.#under.delete(sending));
    this.#under.add(sending);
  }

  /** Resolves when nobody has anything left to send. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
  }

  async #deliver(message: Message): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      if ((await this.#post(message)) === 202) {
        message.acknowledged += 1;
        this.#listener();
        return;
      }
      if (message.patience !== null && tries >= message.patience) return;
      await pause(RETRY_MS);
    }
  }

  /** The status of the answer; `null`: there was none. */
  async #post({ url, headers, body, source }: Message): Promise<number | null> {
    try {
      const signal = AbortSignal.timeout(5_000);
      const answer = await fetch(url, { method: "POST", headers, body, signal });
      const text = await answer.text();
      if (answer.status !== 202 && answer.status !== 503)
        this.complaints.push(`${source} was answered ${answer.status}: ${text.slice(0, 200)}`);
      return answer.status;
    } catch {
      return null;
    }
  }

  #message(tells: readonly Version[]): Message {
    const [first] = tells;
    if (first === undefined) throw new Error("a message about nothing");
    const make = this.#dice.pick([
      () => this.#distribution(first.owner, tells),
      () => this.#distribution(first.owner, tells),
      () => this.#quay(first),
      () => this.#generic(first, this.#dice.uuid(), true),
      () => this.#generic(first, null, true),
      () => this.#generic(first, null, false),
    ]);
    return make();
  }

  /** Its events have ids, which stay the same at each try; it tries for ever. */
  #distribution(owner: Owner, tells: readonly Version[]): Message {
    const { fleet } = this.#ground;
    const events = tells.map((version) => {
      const [host = ""] = fleet.imageOf(version).split("/");
      return {
        id: this.#dice.uuid(),
        timestamp: new Date().toISOString(),
        action: "push",
        target: {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: fleet.build(version).digest,
          repository: fleet.pathOf(version),
          tag: tagOf(version),
        },
        request: { host, method: "PUT" },
      };
    });
    const body = JSON.stringify({ events });
    const type = "application/vnd.docker.distribution.events.v1+json";
    return this.#sent("distribution", { owner, tells, body, type, patience: null });
  }

  /** Neither id nor digest, and after some failures it gives up. */
  #quay(version: Version): Message {
    const { fleet } = this.#ground;
    const body = JSON.stringify({
      repository: fleet.pathOf(version),
      docker_url: fleet.imageOf(version),
      updated_tags: [tagOf(version)],
      // So that the judge can tell one notification from another; Quay's bodies differ as well.
      homepage: `https://quay.example/repository/${this.#dice.hex(12)}`,
    });
    const { owner } = version;
    return this.#sent("quay", {
      owner,
      tells: [version],
      body,
      type: "application/json",
      patience: 12,
    });
  }

  #generic(version: Version, id: string | null, digest: boolean): Message {
    const { fleet } = this.#ground;
    const body = JSON.stringify({
      ...(id === null ? {} : { id }),
      image: fleet.imageOf(version),
      tag: tagOf(version),
      ...(digest ? { digest: fleet.build(version).digest } : {}),
      run: `run-${this.#dice.hex(8)}`,
    });
    const { owner } = version;
    return this.#sent("generic", {
      owner,
      tells: [version],
      body,
      type: "application/json",
      patience: null,
    });
  }

  #sent(
    source: Message["source"],
    made: {
      readonly owner: Owner;
      readonly tells: readonly Version[];
      readonly body: string;
      readonly type: string;
      readonly patience: number | null;
    },
  ): Message {
    const { owner, tells, body, type, patience } = made;
    const [only] = tells;
    const scopes: HookScope[] = [{ kind: "owner" }, { kind: "owner" }];
    scopes.push({ kind: "repo", repo: "fleet" });
    if (tells.length === 1 && only !== undefined)
      scopes.push({ kind: "image", prefix: this.#ground.fleet.imageOf(only) });
    const scope = this.#dice.pick(scopes);
    const subject = { source, owner, scope, generation: 1 };
    const { secret, environment } = this.#ground;
    const segment = scopeSegment(scope);
    const path = ["hooks", source, owner, hookToken(secret, subject)];
    const url = [environment.TAGBOAT_URL, ...path, ...(segment === null ? [] : [segment])];
    const headers: Record<string, string> = { "content-type": type };
    if (source === "generic") {
      const hmac = createHmac("sha256", hookSignatureSecret(secret, subject));
      headers["x-signature"] = `sha256=${hmac.update(body).digest("hex")}`;
    }
    const hears = scope.kind === "repo" ? (["fleet"] as const) : (["fleet", "stage"] as const);
    return { source, url: url.join("/"), headers, body, tells, hears, patience, acknowledged: 0 };
  }
}
