import type { Clock } from "../model/clock.ts";
import { type ImageName, registryOf } from "../model/image.ts";
import type { Pauses } from "../model/pauses.ts";
import type { NamedAnswer, Registry, RegistryAnswer, TagsAnswer } from "../model/registry.ts";
import type { Tally } from "../model/tally.ts";
import { type ReadUrgency, RegistryDoor } from "./registry-door.ts";

export interface RegistryGateParts {
  readonly registry: Registry;
  readonly pauses: Pauses;
  readonly clock: Clock;
  readonly tally: Tally;
}

type Unavailable = Extract<RegistryAnswer, { kind: "unavailable" }>;
/** Idle doors are forgotten beyond this. */
const MOST_DOORS = 500;

/**
 * Stands before the registries, so that a slow one keeps only a few places of the work and one that asked for rest gets it from
 * every process. What it does not let through is `unavailable` with `unasked`.
 */
export class RegistryGate {
  readonly #parts: RegistryGateParts;
  readonly #doors = new Map<string, RegistryDoor>();

  constructor(parts: RegistryGateParts) {
    this.#parts = parts;
  }

  /** The registries as reads of this urgency see them. */
  as(urgency: ReadUrgency): Registry {
    const { registry } = this.#parts;
    return {
      read: (image, reference, owner, need) =>
        this.#through(urgency, image, () => registry.read(image, reference, owner, need)),
      tags: (image, owner) => this.#through(urgency, image, () => registry.tags(image, owner)),
      names: (image, tag, owner) =>
        this.#through(urgency, image, () => registry.names(image, tag, owner)),
    };
  }

  async #through<A extends RegistryAnswer | TagsAnswer | NamedAnswer>(
    urgency: ReadUrgency,
    image: ImageName,
    ask: () => Promise<A>,
  ): Promise<A | Unavailable> {
    const host = registryOf(image);
    const { clock } = this.#parts;
    const paused = await this.#paused(host);
    if (paused !== null) return paused;
    const door = this.#doorOf(host);
    const again = await door.enter(urgency, clock.now().getTime());
    if (again !== null) {
      const detail = `Enough reads of ${host} wait already.`;
      return { kind: "unavailable", detail, retryAt: new Date(again), unasked: true };
    }
    try {
      // It may have asked for rest while this read waited.
      return (await this.#paused(host)) ?? (await this.#ask(host, ask));
    } finally {
      door.leave(clock.now().getTime());
    }
  }

  async #ask<A extends RegistryAnswer | TagsAnswer | NamedAnswer>(
    host: string,
    ask: () => Promise<A>,
  ): Promise<A> {
    const { clock, pauses, tally } = this.#parts;
    const answer = await ask();
    const isAnswer = answer.kind === "listed" || answer.kind === "named";
    tally.registryAsked(host, isAnswer ? "found" : answer.kind);
    const until = answer.kind === "unavailable" ? answer.retryAt : null;
    if (until !== null && until > clock.now()) await pauses.set(partyOf(host), until);
    return answer;
  }

  async #paused(host: string): Promise<Unavailable | null> {
    const { clock, pauses } = this.#parts;
    const until = await pauses.until(partyOf(host), clock.now());
    if (until === null || until <= clock.now()) return null;
    const detail = `${host} asked to be left alone until ${until.toISOString()}.`;
    return { kind: "unavailable", detail, retryAt: until, unasked: true };
  }

  #doorOf(host: string): RegistryDoor {
    if (this.#doors.size > MOST_DOORS)
      for (const [name, door] of this.#doors) if (door.isIdle) this.#doors.delete(name);
    const door = this.#doors.get(host) ?? new RegistryDoor();
    this.#doors.set(host, door);
    return door;
  }
}

function partyOf(host: string): string {
  return `registry:${host}`;
}
