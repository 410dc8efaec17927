import type { HookSource } from "../normalise/normaliser.ts";

/** What a person enters at a sender. */
export interface SenderHook {
  readonly url: string;
  /** For sources that send or sign with one. */
  readonly secret: string;
}

/** What to enter at each sender, as text for a terminal. */
export type SenderSettings = Readonly<Record<HookSource, (hook: SenderHook) => string>>;
