import type { Pull } from "../../sandbox/world/entities.ts";
import { Rejection } from "../../sandbox/world/world.ts";
import { trackingBranch } from "../../src/propose/branch-name.ts";
import type { Harbour } from "../support/harbour.ts";
import type { Deed } from "./actions.ts";
import {
  CONFIG,
  config,
  files,
  images,
  type PlaceUnderTest,
  type Pushed,
  places,
  withVersion,
} from "./fleet.ts";

const PERSON = "ben";

/** People at work in the CD repo of a harbour. */
export class People {
  readonly #harbour: Harbour;
  readonly #pushed: Pushed;
  #edits = 0;

  constructor(harbour: Harbour, pushed: Pushed) {
    this.#harbour = harbour;
    this.#pushed = pushed;
  }

  /** Does it if it can be done as things stand; GitHub's own refusals are nobody's fault. */
  async act(deed: Deed): Promise<void> {
    try {
      await this.#do(deed);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
    }
  }

  async #do(deed: Deed): Promise<void> {
    switch (deed.do) {
      case "config":
        return this.#editConfig(deed.what);
      case "edit-base":
        return this.#editBase(placeAt(deed.place), deed);
      case "squat":
        return this.#squat(placeAt(deed.place));
      case "reopen":
        return this.#reopen(placeAt(deed.place));
      case "delete-branch":
        return this.#deleteBranch(placeAt(deed.place));
      default:
        return this.#doToProposal(deed);
    }
  }

  async #doToProposal(
    deed: Extract<Deed, { do: "merge" | "close" | "review" | "commit" | "merge-base" }>,
  ): Promise<void> {
    const { stage, repo } = this.#harbour;
    const place = placeAt(deed.place);
    const pull = this.#open(place);
    if (pull === undefined) return;
    switch (deed.do) {
      case "merge":
        await stage.world.mergePull(repo, PERSON, pull, { method: deed.method });
        return;
      case "close":
        return stage.world.closePull(repo, PERSON, pull);
      case "review":
        await stage.world.review(repo, PERSON, pull, { state: deed.state, body: "looked at" });
        return;
      case "commit":
        return this.#commitOnProposal(place, pull, deed.what);
      case "merge-base":
        return this.#mergeBase(pull);
    }
  }

  /** Tagboat's open pull request for a place. */
  #open(place: PlaceUnderTest): Pull | undefined {
    return this.#pulls(place).find((pull) => pull.state === "open");
  }

  #pulls(place: PlaceUnderTest): Pull[] {
    const { stage, repo, app } = this.#harbour;
    return stage.world
      .pulls(repo)
      .filter((p) => p.author === app.bot.login && p.headBranch === trackingBranch(place))
      .sort((a, b) => b.number - a.number);
  }

  async #reopen(place: PlaceUnderTest): Promise<void> {
    const { stage, repo } = this.#harbour;
    const pull = this.#pulls(place).find((p) => p.state === "closed" && p.mergedAt === null);
    if (pull === undefined) return;
    const name = `refs/heads/${pull.headBranch}`;
    if ((await repo.store.readRef(name)) === null) {
      await stage.world.updateRefs(repo, PERSON, [{ name, before: null, after: pull.headOid }]);
    }
    await stage.world.reopenPull(repo, PERSON, pull);
  }

  async #deleteBranch(place: PlaceUnderTest): Promise<void> {
    const { stage, repo } = this.#harbour;
    const name = `refs/heads/${trackingBranch(place)}`;
    await stage.world.updateRefs(repo, PERSON, [{ name, after: null }]);
  }

  async #squat(place: PlaceUnderTest): Promise<void> {
    const { stage, repo } = this.#harbour;
    const after = await repo.store.readRef(`refs/heads/${place.base}`);
    const name = `refs/heads/${trackingBranch(place)}`;
    await stage.world.updateRefs(repo, PERSON, [{ name, before: null, after }]);
  }

  async #commitOnProposal(place: PlaceUnderTest, pull: Pull, what: string): Promise<void> {
    this.#edits += 1;
    const path = what === "other" ? `notes/${this.#edits}.md` : place.file;
    const text = (await this.#harbour.read(pull.headBranch, path)) ?? "";
    const image = images[this.#edits % 2] ?? images[0];
    const added =
      what === "entry"
        ? withVersion(text, this.#pushed.newest(image))
        : `${text}# by hand ${this.#edits}\n`;
    if (added !== text) await this.#harbour.commit(PERSON, pull.headBranch, { [path]: added });
  }

  async #mergeBase(pull: Pull): Promise<void> {
    const { stage, repo, clock } = this.#harbour;
    const name = `refs/heads/${pull.headBranch}`;
    const head = await repo.store.readRef(name);
    const base = await repo.store.readRef(`refs/heads/${pull.baseBranch}`);
    if (head === null || base === null || (await repo.store.isAncestor(base, head))) return;
    const merged = await repo.store.mergeTrees(head, base);
    if ("conflicts" in merged) return;
    const time = Math.floor(clock.now().getTime() / 1000);
    const who = { name: PERSON, email: "ben@acme.example", time };
    const after = await repo.store.writeCommit({
      tree: merged.tree,
      parents: [head, base],
      author: who,
      committer: who,
      message: `Merge branch '${pull.baseBranch}'\n`,
    });
    await stage.world.updateRefs(repo, PERSON, [{ name, before: head, after }]);
  }

  async #editBase(place: PlaceUnderTest, edit: Extract<Deed, { do: "edit-base" }>): Promise<void> {
    this.#edits += 1;
    const path = edit.what === "other" ? `docs/${this.#edits}.md` : place.file;
    const text = (await this.#harbour.read(place.base, path)) ?? "";
    const after = this.#edited(place, text, edit);
    if (after !== text) await this.#harbour.commit(PERSON, place.base, { [path]: after });
  }

  #edited(place: PlaceUnderTest, text: string, edit: Extract<Deed, { do: "edit-base" }>): string {
    const image = images[edit.image] ?? images[0];
    switch (edit.what) {
      case "entry": {
        const rank = Math.max(0, this.#pushed.top(image) + edit.step);
        const build = this.#pushed.buildOf(image, rank);
        return build === null ? text : withVersion(text, { image, rank, build });
      }
      case "moving":
        return text.replace(/newTag: \S+/, "newTag: latest");
      case "head":
        return `# by hand ${this.#edits}\n${text}`;
      case "tail":
      case "other":
        return `${text}# by hand ${this.#edits}\n`;
      case "remove":
        return text.replace(/images:\n(.*\n)*# between/, "# between");
      case "restore":
        return files[place.file] ?? text;
    }
  }

  async #editConfig(what: "comment" | "break" | "mend" | "quiet"): Promise<void> {
    this.#edits += 1;
    const text = (await this.#harbour.read("main", CONFIG)) ?? "";
    const after = {
      comment: `${text}# by hand ${this.#edits}\n`,
      break: "version: 1\nimages: {{\n",
      mend: config,
      quiet: config.replace("on: push", "on: promotion"),
    }[what];
    if (after !== text) await this.#harbour.commit(PERSON, "main", { [CONFIG]: after });
  }
}

function placeAt(index: number): PlaceUnderTest {
  const place = places[index];
  if (place === undefined) throw new Error(`no place ${index}`);
  return place;
}
