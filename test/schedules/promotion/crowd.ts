import type { Pull } from "../../../sandbox/world/entities.ts";
import { Rejection } from "../../../sandbox/world/world.ts";
import { trackingBranch } from "../../../src/propose/branch-name.ts";
import type { Harbour } from "../../support/harbour.ts";
import { APP, CONFIG, images, type Pushed, tagOf, withVersion } from "../fleet.ts";
import type { Deed, Person } from "./actions.ts";
import { configOf, type Place, places, rulesOf, type Setting, settings } from "./ladder.ts";
import type { Said } from "./said.ts";
import { textOf } from "./sayings.ts";

type DeedOf<Kind extends Deed["do"]> = Extract<Deed, { do: Kind }>;

/** People at work in the CD repo of a harbour. */
export class Crowd {
  readonly #harbour: Harbour;
  readonly #pushed: Pushed;
  readonly #said: Said;
  readonly #talk: Pull;
  readonly #configChanged: () => Promise<void>;
  #edits = 0;

  constructor(
    harbour: Harbour,
    parts: {
      readonly pushed: Pushed;
      readonly said: Said;
      /** A pull request to talk on. */
      readonly talk: Pull;
      readonly configChanged: () => Promise<void>;
    },
  ) {
    this.#harbour = harbour;
    this.#pushed = parts.pushed;
    this.#said = parts.said;
    this.#talk = parts.talk;
    this.#configChanged = parts.configChanged;
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
      case "say":
        return this.#say(deed);
      case "edit-base":
        return this.#editBase(deed);
      case "own-entry":
        return this.#ownEntry(deed);
      case "own-config":
        return this.#ownConfig(deed);
      case "own-review":
      case "own-merge":
        return this.#toOwn(deed);
      case "config":
        return this.#config(deed.setting);
      case "team":
        return this.#team(deed);
      case "right":
        return this.#harbour.stage.world.setPermission(this.#harbour.repo, deed.who, deed.right);
      case "reopen":
        return this.#reopen(placeAt(deed.place));
      case "delete-branch":
        return this.#deleteBranch(placeAt(deed.place));
      default:
        return this.#toProposal(deed);
    }
  }

  async #toProposal(
    deed: DeedOf<"review" | "dismiss" | "merge" | "close" | "merge-base" | "commit">,
  ): Promise<void> {
    const { repo, stage } = this.#harbour;
    const { world } = stage;
    const place = placeAt(deed.place);
    const pull = this.proposal(place);
    if (pull === undefined) return;
    switch (deed.do) {
      case "review":
        if (!this.#reads(deed.who)) return;
        await world.review(repo, deed.who, pull, { state: deed.state, body: "looked at" });
        if (deed.outrun) await this.#mergeBase(pull);
        return;
      case "dismiss": {
        const review = world
          .reviews(pull)
          .findLast(({ state }) => state !== "COMMENTED" && state !== "DISMISSED");
        if (review !== undefined)
          await world.dismissReview(repo, "ann", pull, review, "looked again");
        return;
      }
      case "merge":
        if (!this.#writes(deed.who)) return;
        await world.mergePull(repo, deed.who, pull, { method: deed.method });
        return;
      case "close":
        return world.closePull(repo, "ann", pull);
      case "merge-base":
        return this.#mergeBase(pull);
      case "commit":
        return this.#commitOn(place, pull, deed.what);
    }
  }

  async #mergeBase({ baseBranch, headBranch }: Pull): Promise<void> {
    await this.#harbour.people.mergeInto("ann", headBranch, baseBranch).catch(() => null);
  }

  /** The open proposal of a place: one that was asked for before one that follows pushes. */
  proposal(place: Place): Pull | undefined {
    return this.#proposals(place).find(({ state }) => state === "open");
  }

  #proposals(place: Place): Pull[] {
    const { app, repo, stage } = this.#harbour;
    const pinned = `tagboat/${place.environment}/${place.component}--`;
    return stage.world
      .pulls(repo)
      .filter(({ author }) => author === app.bot.login)
      .filter(
        ({ headBranch }) => headBranch.startsWith(pinned) || headBranch === trackingBranch(place),
      )
      .sort((a, b) => b.number - a.number);
  }

  #writes(who: Person): boolean {
    const { repo, stage } = this.#harbour;
    return ["admin", "maintain", "write"].includes(stage.world.permissionOf(repo, who));
  }

  #reads(who: Person): boolean {
    return this.#harbour.stage.world.permissionOf(this.#harbour.repo, who) !== "none";
  }

  async #say(deed: DeedOf<"say">): Promise<void> {
    const { clock, repo, stage } = this.#harbour;
    const place = placeAt(deed.place);
    const pull = deed.on === "proposal" ? (this.proposal(place) ?? this.#talk) : this.#talk;
    const tag = this.#tagFor(deed.step);
    const { answer, body } = textOf(deed.verb, place, tag);
    const through = deed.then === "through an App" ? this.#harbour.app : undefined;
    const comment = await stage.world.comment(repo, deed.who, pull, body, through);
    const changed = deed.then === "edited" || deed.then === "deleted";
    this.#said.all.push({
      comment: comment.id,
      pull,
      who: deed.who,
      verb: deed.verb,
      place,
      tag,
      at: clock.now().getTime(),
      answer: through !== undefined || changed ? "never" : answer,
    });
    if (deed.then === "edited") await stage.world.editComment(repo, deed.who, comment, `${body} `);
    if (deed.then === "deleted") await stage.world.deleteComment(repo, deed.who, comment);
  }

  #tagFor(step: number): string {
    return tagOf(APP, Math.max(0, this.#pushed.top(APP) + step));
  }

  async #reopen(place: Place): Promise<void> {
    const { repo, stage } = this.#harbour;
    const pull = this.#proposals(place).find(
      (one) => one.state === "closed" && one.mergedAt === null,
    );
    if (pull === undefined) return;
    const name = `refs/heads/${pull.headBranch}`;
    if ((await repo.store.readRef(name)) === null)
      await stage.world.updateRefs(repo, "ann", [{ name, before: null, after: pull.headOid }]);
    await stage.world.reopenPull(repo, "ann", pull);
  }

  async #deleteBranch(place: Place): Promise<void> {
    const pull = this.proposal(place);
    if (pull === undefined) return;
    const name = `refs/heads/${pull.headBranch}`;
    await this.#harbour.stage.world.updateRefs(this.#harbour.repo, "ann", [{ name, after: null }]);
  }

  async #commitOn(place: Place, pull: Pull, what: string): Promise<void> {
    this.#edits += 1;
    const path = what === "other" ? `notes/${this.#edits}.md` : place.file;
    const text = (await this.#harbour.read(pull.headBranch, path)) ?? "";
    const image = images[this.#edits % 2] ?? images[0];
    const added =
      what === "entry"
        ? withVersion(text, this.#pushed.newest(image))
        : `${text}# by hand ${this.#edits}\n`;
    if (added !== text) await this.#harbour.commit("ben", pull.headBranch, { [path]: added });
  }

  async #editBase({ place: index, step, what }: DeedOf<"edit-base">): Promise<void> {
    this.#edits += 1;
    const place = placeAt(index);
    const path = what === "other" ? `docs/${this.#edits}.md` : place.file;
    const text = (await this.#harbour.read(place.base, path)) ?? "";
    const line = `# by hand ${this.#edits}\n`;
    const edited =
      what === "entry"
        ? this.#entryEdited(text, step)
        : what === "head"
          ? line + text
          : text + line;
    if (edited !== text) await this.#harbour.commit("ann", place.base, { [path]: edited });
  }

  #entryEdited(text: string, step: number): string {
    const image = images[this.#edits % 2] ?? images[0];
    const rank = Math.max(0, this.#pushed.top(image) + step);
    const build = this.#pushed.buildOf(image, rank);
    return build === null ? text : withVersion(text, { image, rank, build });
  }

  async #ownEntry({ place: index, step, who }: DeedOf<"own-entry">): Promise<void> {
    this.#edits += 1;
    const place = placeAt(index);
    const text = (await this.#harbour.read(place.base, place.file)) ?? "";
    await this.#own(who, place.base, { [place.file]: this.#entryEdited(text, step) });
  }

  async #ownConfig({ setting, who }: DeedOf<"own-config">): Promise<void> {
    this.#edits += 1;
    await this.#own(who, "main", { [CONFIG]: this.#configText(setting) });
  }

  async #own(who: Person, base: string, files: Readonly<Record<string, string>>): Promise<void> {
    if (!this.#writes(who)) return;
    for (const [path, text] of Object.entries(files))
      if ((await this.#harbour.read(base, path)) === text) return;
    const branch = `own-${this.#edits}`;
    await this.#harbour.people.branch(who, branch, base);
    await this.#harbour.commit(who, branch, files);
    await this.#harbour.people.openPull(who, branch, base);
  }

  async #toOwn(deed: DeedOf<"own-review" | "own-merge">): Promise<void> {
    const { repo, stage } = this.#harbour;
    const pull = this.#harbour.open().find(({ headBranch }) => headBranch.startsWith("own-"));
    if (pull === undefined) return;
    if (deed.do === "own-review") {
      if (this.#reads(deed.who))
        await stage.world.review(repo, deed.who, pull, { state: "APPROVED", body: "" });
      return;
    }
    if (!this.#writes(deed.who)) return;
    await stage.world.mergePull(repo, deed.who, pull, { method: "merge" });
    await this.#configChanged();
  }

  #configText(setting: Setting): string {
    return `# by hand ${this.#edits}\n${configOf(settings[setting])}`;
  }

  async #config(setting: Setting | "comment" | "break"): Promise<void> {
    this.#edits += 1;
    const text = (await this.#harbour.read("main", CONFIG)) ?? "";
    const after =
      setting === "break"
        ? "version: 1\nimages: {{\n"
        : setting === "comment"
          ? `# by hand ${this.#edits}\n${text}`
          : this.#configText(setting);
    if (setting === "comment" && rulesOf(text) === null) return;
    await this.#harbour.commit("ann", "main", { [CONFIG]: after });
    await this.#configChanged();
  }

  async #team({ joins, team, who }: DeedOf<"team">): Promise<void> {
    const members = this.#harbour.stage.world.team("acme", team)?.members;
    if (joins) members?.add(who);
    else members?.delete(who);
  }
}

function placeAt(index: number): Place {
  const place = places[index];
  if (place === undefined) throw new Error(`no place ${index}`);
  return place;
}
