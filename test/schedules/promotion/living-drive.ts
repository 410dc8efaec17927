import type { Harbour } from "../../support/harbour.ts";
import { Drive } from "../drive.ts";
import type { Process } from "./process.ts";

/** Drives a process that may die: where it did, the next one is started at once, and looks for what was missed. */
export class LivingDrive extends Drive {
  readonly #harbour: Harbour;
  readonly #process: Process;

  constructor(harbour: Harbour, process: Process) {
    super(harbour);
    this.#harbour = harbour;
    this.#process = process;
  }

  override async work(): Promise<void> {
    for (;;) {
      await super.work();
      if (this.#process.fallen === null) return;
      await this.#process.begin(this.#harbour);
      this.#round(["hooks"]);
    }
  }

  /** Everything that looks for what was missed, once. */
  async catchUp(): Promise<void> {
    for (const name of ["hooks", "index", "proposals"]) {
      this.#round([name]);
      await this.pass(60_000);
    }
  }

  /** Begins rounds of catching up. What keeps one from its end is told in the log by the product. */
  #round(names: readonly string[]): void {
    const { chores } = this.#harbour.tagboat;
    for (const chore of chores.filter(({ name }) => names.includes(name)))
      void chore.run(new AbortController().signal).catch(() => null);
  }
}
