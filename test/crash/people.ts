import { fileAt, treeWith } from "../../sandbox/git/tree-edit.ts";
import type { Pull, Repo } from "../../sandbox/world/entities.ts";
import type { Dice } from "./dice.ts";
import { places } from "./fleet.ts";
import type { Ground } from "./ground.ts";

const PERSON = "ben";

/** What people do to the CD repos meanwhile. */
export class People {
  readonly #ground: Ground;
  readonly #dice: Dice;
  #edits = 0;

  constructor(ground: Ground, dice: Dice) {
    this.#ground = ground;
    this.#dice = dice;
  }

  /** Somebody does something somewhere; what cannot be done just then is left out. */
  async act(): Promise<void> {
    const pulls = this.#open();
    const deed = this.#dice.pick(["merge", "merge", "merge", "close", "push"]);
    if (deed === "push" || pulls.length === 0) {
      const { repo } = this.#dice.pick(this.#ground.repos);
      return this.push(repo);
    }
    const { repo, pull } = this.#dice.pick(pulls);
    const { world } = this.#ground.sandbox.stage;
    const method = this.#dice.pick(["merge", "squash"] as const);
    const done =
      deed === "close"
        ? world.closePull(repo, PERSON, pull)
        : world.mergePull(repo, PERSON, pull, { method });
    // In conflict, or ended by somebody else just now: people give up as well.
    await done.catch(() => {});
  }

  /** A commit on a base branch that is about something else: another file, or another line of ours. */
  async push(repo: Repo): Promise<void> {
    this.#edits += 1;
    const [place] = this.#dice.some(
      places.filter((one) => one.repo === repo.name),
      1,
    );
    if (place === undefined) return;
    const other = this.#dice.chance(0.5);
    const path = other ? `notes/${this.#edits % 7}.md` : place.file;
    const name = `refs/heads/${place.base}`;
    const before = await repo.store.readRef(name);
    if (before === null) return;
    const text = (await this.#read(repo, before, path)) ?? "";
    const added = `${text}# by hand ${this.#edits}\n`;
    const tree = (await repo.store.readCommit(before))?.tree ?? null;
    const time = Math.floor(Date.now() / 1000);
    const who = { name: PERSON, email: `${PERSON}@example.org`, time };
    const after = await repo.store.writeCommit({
      tree: await treeWith(repo.store, tree, [{ path, content: Buffer.from(added) }]),
      parents: [before],
      author: who,
      committer: who,
      message: `Note ${this.#edits}\n`,
    });
    const { world } = this.#ground.sandbox.stage;
    await world.updateRefs(repo, PERSON, [{ name, before, after }]).catch(() => {});
  }

  async #read(repo: Repo, commit: string, path: string): Promise<string | null> {
    const file = await fileAt(repo.store, commit, path);
    return file === null ? null : ((await repo.store.readBlob(file.oid))?.toString("utf8") ?? null);
  }

  #open(): { repo: Repo; pull: Pull }[] {
    const { world } = this.#ground.sandbox.stage;
    return this.#ground.repos.flatMap(({ repo }) =>
      world.pulls(repo).flatMap((pull) => (pull.state === "open" ? [{ repo, pull }] : [])),
    );
  }
}
