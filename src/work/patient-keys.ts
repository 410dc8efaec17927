import type { Clock } from "../model/clock.ts";
import type { Config } from "../model/config.ts";
import type { Registry } from "../model/registry.ts";
import {
  type KeysInPlace,
  readKeysInPlace,
  type VersionInPlace,
} from "../resolve/keys-in-place.ts";

export interface KeyParts {
  readonly registry: Registry;
  readonly clock: Clock;
}

type Later = Extract<KeysInPlace, { kind: "later" }>;

/** How long a turn to write is kept while a registry is asked, in milliseconds. */
const PATIENCE = 250;
const SLOW: Later = { kind: "later", detail: "the registry is slow", at: null, failed: false };

/**
 * The order keys that one run of a place asks for. A registry that does not answer soon is waited for without a turn to write,
 * which others of the installation can use meanwhile.
 */
export class PatientKeys {
  readonly #parts: KeyParts;
  #read: { readonly names: ReadonlySet<string>; readonly keys: KeysInPlace } | null = null;
  #pending: { readonly names: ReadonlySet<string>; readonly keys: Promise<KeysInPlace> } | null =
    null;

  constructor(parts: KeyParts) {
    this.#parts = parts;
  }

  /** With a turn in hand: what was read before or comes soon. */
  async of(
    work: { readonly config: Config; readonly owner: string },
    versions: readonly VersionInPlace[],
  ): Promise<KeysInPlace> {
    const names = new Set(versions.map((version) => JSON.stringify(version)));
    if (this.#read !== null && isWithin(names, this.#read.names)) return this.#read.keys;
    const keys = readKeysInPlace(this.#parts.registry, work, versions);
    const done = new AbortController();
    const slow = this.#parts.clock.sleep(PATIENCE, done.signal).then(() => SLOW);
    const first = await Promise.race([keys, slow]).finally(() => done.abort());
    if (first === SLOW) this.#pending = { names, keys };
    return first;
  }

  /** Without a turn: waits for what was slow. `null`: nothing was; `true`: it is there now. */
  async caughtUp(): Promise<Later | true | null> {
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return null;
    const keys = await pending.keys;
    if (keys.kind === "later") return keys;
    this.#read = { names: pending.names, keys };
    return true;
  }
}

function isWithin(names: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...names].every((name) => all.has(name));
}
