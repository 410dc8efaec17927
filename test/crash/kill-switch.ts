import type { Dice } from "./dice.ts";
import type { Ground } from "./ground.ts";

/** When the process is to die. */
export type Moment =
  /** While webhooks are on their way: after so many acknowledgements, or so many milliseconds. */
  | { readonly kind: "intake"; readonly acknowledged: number; readonly ms: number }
  /** At the n-th request that it sends from now on. */
  | {
      readonly kind: "github" | "registry";
      readonly nth: number;
      /** Count requests that change something alone. */
      readonly writes: boolean;
      /** Before it took effect, after it but before the answer, or so many milliseconds after the answer. */
      readonly when: "before" | "after" | "answered";
      readonly ms: number;
    }
  | { readonly kind: "time"; readonly ms: number }
  /** So many milliseconds after it was started. */
  | { readonly kind: "start"; readonly ms: number }
  /** No kill: it is asked to stop, as at every update. */
  | { readonly kind: "stop"; readonly ms: number };

/** What kills are counted by. */
export const phases = [
  "start",
  "intake",
  "before a query",
  "before a write",
  "after a write, unanswered",
  "after an answer",
  "registry",
  "any time",
  "asked to stop",
] as const;
export type Phase = (typeof phases)[number];

export function phaseOf(moment: Moment): Phase {
  switch (moment.kind) {
    case "start":
      return "start";
    case "intake":
      return "intake";
    case "time":
      return "any time";
    case "stop":
      return "asked to stop";
    case "registry":
      return "registry";
    case "github":
      if (moment.when === "before") return moment.writes ? "before a write" : "before a query";
      return moment.when === "after" ? "after a write, unanswered" : "after an answer";
  }
}

export function someMoment(dice: Dice): Moment {
  const github = (when: "before" | "after" | "answered", writes: boolean): Moment => ({
    kind: "github",
    when,
    writes,
    nth: dice.between(1, writes ? 4 : 8),
    ms: dice.between(0, 25),
  });
  const make = dice.pick([
    (): Moment => ({ kind: "start", ms: dice.between(20, 1600) }),
    (): Moment => ({ kind: "intake", acknowledged: dice.between(1, 12), ms: dice.between(1, 60) }),
    (): Moment => ({ kind: "intake", acknowledged: 1000, ms: dice.between(1, 60) }),
    () => github("before", false),
    () => github("before", true),
    () => github("before", true),
    () => github("after", true),
    () => github("after", true),
    () => github("answered", true),
    () => github("answered", true),
    () => github("answered", false),
    (): Moment => ({
      kind: "registry",
      nth: dice.between(1, 4),
      writes: false,
      when: dice.pick(["before", "after"]),
      ms: 0,
    }),
    (): Moment => ({ kind: "time", ms: dice.between(0, 1500) }),
    (): Moment => ({ kind: "stop", ms: dice.between(0, 800) }),
  ]);
  return make();
}

type Door = { fetch(request: Request): Promise<Response> };

/** Stands at the doors of GitHub and the registry, and pulls the trigger at the moment that was chosen. */
export class KillSwitch {
  /** When anything was last asked of GitHub or the registry. */
  lastAsked = 0;
  #moment: Moment | null = null;
  #seen = 0;
  #pull: () => void = () => {};

  constructor({ sandbox }: Ground) {
    this.#watch(sandbox.stage.github as Door, "github");
    this.#watch(sandbox.registry as Door, "registry");
  }

  /** `pull` is called once, unless it is disarmed before. */
  arm(moment: Moment, pull: () => void): void {
    this.#moment = moment;
    this.#seen = 0;
    this.#pull = pull;
    if (moment.kind !== "github" && moment.kind !== "registry") this.#later(moment, moment.ms);
  }

  disarm(): void {
    this.#moment = null;
  }

  /** A webhook was acknowledged. */
  acknowledged(): void {
    const moment = this.#moment;
    if (moment?.kind !== "intake") return;
    this.#seen += 1;
    if (this.#seen >= moment.acknowledged) this.#fire(moment);
  }

  #fire(moment: Moment): void {
    if (this.#moment !== moment) return;
    this.#moment = null;
    this.#pull();
  }

  #later(moment: Moment, ms: number): void {
    setTimeout(() => this.#fire(moment), ms);
  }

  #watch(door: Door, kind: "github" | "registry"): void {
    const serve = door.fetch.bind(door);
    const watched = async (request: Request): Promise<Response> => {
      this.lastAsked = performance.now();
      const moment = await this.#hit(kind, request);
      if (moment?.when === "before") {
        this.#fire(moment);
        return new Response(null, { status: 502 });
      }
      const response = await serve(request);
      if (moment?.when === "after") this.#fire(moment);
      if (moment?.when === "answered") this.#later(moment, moment.ms);
      return response;
    };
    Object.assign(door, { fetch: watched });
  }

  /** The moment, if this request is the one. */
  async #hit(kind: "github" | "registry", request: Request) {
    const moment = this.#moment;
    if (moment === null || moment.kind !== kind) return null;
    if (moment.kind !== "github" && moment.kind !== "registry") return null;
    if (moment.writes && !(await isWrite(request))) return null;
    this.#seen += 1;
    return this.#seen === moment.nth ? moment : null;
  }
}

async function isWrite(request: Request): Promise<boolean> {
  if (request.method === "GET" || request.url.endsWith("/access_tokens")) return false;
  if (!request.url.endsWith("/graphql")) return true;
  return (await request.clone().text()).includes("mutation ");
}
