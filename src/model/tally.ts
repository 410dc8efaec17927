import type { Source } from "./delivery.ts";
import type { Acceptance } from "./inbox.ts";
import type { Outcome } from "./outcome.ts";
import type { RegistryAnswer } from "./registry.ts";

/** PORT. Counts what happens, for who watches the process. Never throws. */
export interface Tally {
  received(source: Source, acceptance: Acceptance): void;
  settled(outcome: Outcome): void;
  /** From the arrival of a delivery to the proposal or commit that carries its release, in milliseconds. */
  proposedAfter(milliseconds: number): void;
  /** A request to the git host; `status: null`: no answer. */
  asked(kind: "query" | "mutation" | "rest", what: string, status: number | null): void;
  /** What is left of an installation's hour: requests of REST, points of GraphQL, which GitHub counts apart. */
  budget(installation: number, of: "rest" | "graphql", remaining: number): void;
  registryAsked(host: string, answer: RegistryAnswer["kind"]): void;
}

/** Counts nothing. */
export const noTally: Tally = {
  received() {},
  settled() {},
  proposedAfter() {},
  asked() {},
  budget() {},
  registryAsked() {},
};
