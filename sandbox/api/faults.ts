/** Faults on demand. Armed by tests, the random schedules, and `POST /_sandbox/faults`. */
export type Fault =
  | { readonly kind: "latency"; readonly ms: number }
  /** 502 without any effect. */
  | { readonly kind: "bad-gateway-before" }
  /** The effect happens, the answer is 502. */
  | { readonly kind: "bad-gateway-after" }
  | { readonly kind: "reset-before" }
  | { readonly kind: "reset-after" }
  /** 403 with `retry-after`, as GitHub's secondary limits answer. */
  | { readonly kind: "secondary-limit"; readonly retryAfter: number }
  | { readonly kind: "too-many-requests"; readonly retryAfter: number }
  /** Just before the request is served, somebody else moves the ref. */
  | { readonly kind: "moved-head"; readonly move: () => Promise<void> }
  /** The n-th root field (1 is the first) of a mutation document fails; the others run, as the GraphQL spec has it. */
  | {
      readonly kind: "field-fails";
      readonly field: 1 | 2 | 3;
      readonly type: string;
      readonly message: string;
    }
  /** Documents with more than one mutation are refused whole, as a host that does not see its own new branch would. */
  | { readonly kind: "combined-refused"; readonly message: string }
  | { readonly kind: "webhook-lost" }
  | { readonly kind: "webhook-doubled" }
  | { readonly kind: "webhook-late"; readonly ms: number };

export interface ArmedFault {
  readonly fault: Fault;
  /** What it strikes: part of the recorded `what` (`createRef`, `POST /repos/{owner}/{repo}/pulls`, an event name); absent: anything. */
  readonly at?: string;
  /** `owner/name`: it strikes only what speaks of this repo. */
  readonly repo?: string;
  /** How many matching requests pass before it strikes. */
  readonly skip?: number;
  /** How often it strikes; default once. */
  readonly times?: number;
}

export class Faults {
  readonly #armed: {
    readonly fault: Fault;
    readonly at: string | undefined;
    readonly repo: string | undefined;
    skip: number;
    times: number;
  }[] = [];
  /** How often each kind struck. */
  readonly fired = new Map<Fault["kind"], number>();

  arm(armed: ArmedFault): void {
    this.#armed.push({
      fault: armed.fault,
      at: armed.at,
      repo: armed.repo?.toLowerCase(),
      skip: armed.skip ?? 0,
      times: armed.times ?? 1,
    });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** The fault that strikes this request, if it is one of `kinds`. `repos`: what it speaks of. Counts it as fired. */
  strike(
    what: string,
    kinds: readonly Fault["kind"][],
    repos: readonly string[] = [],
  ): Fault | null {
    const index = this.#armed.findIndex(
      (a) =>
        kinds.includes(a.fault.kind) &&
        (a.at === undefined || what.includes(a.at)) &&
        (a.repo === undefined || repos.includes(a.repo)),
    );
    const armed = this.#armed[index];
    if (armed === undefined) return null;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return null;
    }
    armed.times -= 1;
    if (armed.times <= 0) this.#armed.splice(index, 1);
    this.fired.set(armed.fault.kind, (this.fired.get(armed.fault.kind) ?? 0) + 1);
    return armed.fault;
  }
}
