import type { Switch, Switches, SwitchScope } from "../model/switches.ts";

/** Switches of this process. */
export class MemorySwitches implements Switches {
  readonly #switches = new Map<string, Switch>();

  async all(): Promise<readonly Switch[]> {
    return [...this.#switches.values()];
  }

  async put(held: Switch): Promise<void> {
    this.#switches.set(keyOf(held), held);
  }

  async lift(scope: SwitchScope): Promise<boolean> {
    return this.#switches.delete(keyOf(scope));
  }
}

function keyOf({ repo, environment }: SwitchScope): string {
  return JSON.stringify([repo, environment]);
}
