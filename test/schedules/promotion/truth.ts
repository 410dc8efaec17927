import type { Pull, Review } from "../../../sandbox/world/entities.ts";
import type { Harbour } from "../../support/harbour.ts";
import {
  CONFIG,
  digestOf,
  type Image,
  images,
  type Pushed,
  tagOf,
  withoutVersions,
} from "../fleet.ts";
import {
  FREEZE,
  fromHereOn,
  isLooser,
  OVERRIDERS,
  type Place,
  places,
  type Rules,
  rulesOf,
  sourceOf,
} from "./ladder.ts";
import { type Origin, originOf } from "./origin.ts";
import { heldKey, placeOfWords, type RepoLook, type Standing } from "./repo-look.ts";
import type { Said, Saying } from "./said.ts";

const HOUR = 3_600_000;
const WRITERS = ["write", "maintain", "admin"];

interface Change {
  readonly place: Place;
  readonly image: Image;
  readonly before: Standing | null;
  readonly after: Standing | null;
}

/** What bars a pull request, told from the sandbox's own state alone; no word is asked of the App. */
export class Truth {
  readonly #harbour: Harbour;
  readonly #look: RepoLook;
  readonly #said: Said;
  readonly #pushed: Pushed;

  constructor(harbour: Harbour, look: RepoLook, said: Said, pushed: Pushed) {
    this.#harbour = harbour;
    this.#look = look;
    this.#said = said;
    this.#pushed = pushed;
  }

  /** Names of what bars it by these rules; empty: it may merge. `null`: nothing about it is gated. */
  async bars(pull: Pull, rules: readonly Rules[]): Promise<ReadonlySet<string> | null> {
    const mergeBase = await this.#mergeBase(pull);
    if (mergeBase === null) return new Set(["base"]);
    const origin = await this.originOf(pull);
    const touched = await this.#touched(pull, mergeBase);
    const config = await this.#config(pull, mergeBase, rules, origin);
    if (touched.length === 0 && config === null) return null;
    const content = await this.#content(pull, mergeBase, origin);
    const bars = new Set([...(config ?? []), ...content]);
    const changes = await this.#changes(pull, mergeBase);
    for (const place of touched) {
      const own = changes.filter((one) => one.place === place);
      const rule = rules.find(({ name }) => name === place.environment);
      if (rule === undefined || (origin.kind === "person" && own.length === 0)) continue;
      for (const bar of await this.#inPlace(pull, origin, { place, rule, rules, changes: own }))
        bars.add(bar);
    }
    return bars;
  }

  /**
   * Whether something said may reach it that bars nothing here: a rollback's hold and bans, which the App alone tells, and what
   * was said at the instant at which it was lifted.
   */
  async mayBeBarred(pull: Pull, rules: readonly Rules[]): Promise<boolean> {
    const mergeBase = await this.#mergeBase(pull);
    const touched = mergeBase === null ? [] : await this.#touched(pull, mergeBase);
    return this.#said
      .standing(this.#harbour.clock.now().getTime(), "bars")
      .some(({ component, environment }) =>
        touched.some(
          (place) =>
            place.component === component &&
            fromHereOn(rules, environment).includes(place.environment),
        ),
      );
  }

  /** Whose it is. */
  originOf(pull: Pull): Promise<Origin> {
    return originOf(this.#look, this.#said, pull);
  }

  async #mergeBase(pull: Pull): Promise<string | null> {
    const tip = await this.#look.tip(pull.baseBranch);
    return tip === null ? null : this.#look.store.mergeBase(tip, pull.headOid);
  }

  async #touched(pull: Pull, mergeBase: string): Promise<readonly Place[]> {
    const found: Place[] = [];
    for (const place of places) {
      if (place.base !== pull.baseBranch) continue;
      const before = await this.#look.text(mergeBase, place.file);
      if (before !== (await this.#look.text(pull.headOid, place.file))) found.push(place);
    }
    return found;
  }

  async #changes(pull: Pull, mergeBase: string): Promise<readonly Change[]> {
    const found: Change[] = [];
    for (const place of await this.#touched(pull, mergeBase))
      for (const image of images) {
        const before = await this.#look.standing(mergeBase, place.file, image);
        const after = await this.#look.standing(pull.headOid, place.file, image);
        const same = before?.rank === after?.rank && before?.build === after?.build;
        if (!same || before?.pinned !== after?.pinned) found.push({ place, image, before, after });
      }
    return found;
  }

  /** Ours changes the versions of its own place and nothing else. */
  async #content(pull: Pull, mergeBase: string, origin: Origin): Promise<readonly string[]> {
    if (origin.kind === "foreign") return ["foreign"];
    if (origin.own === null) return [];
    const { store } = this.#look;
    const place = placeOfWords(origin.own.words);
    const before = (await store.readCommit(mergeBase))?.tree ?? null;
    const after = (await store.readCommit(pull.headOid))?.tree ?? null;
    const paths = (await store.diffTrees(before, after)).map(({ path }) => path);
    if (place === null || paths.some((path) => path !== place.file)) return ["content"];
    const was = withoutVersions((await this.#look.text(mergeBase, place.file)) ?? "");
    const is = withoutVersions((await this.#look.text(pull.headOid, place.file)) ?? "");
    return was === is ? [] : ["content"];
  }

  async #inPlace(pull: Pull, origin: Origin, about: About): Promise<readonly string[]> {
    const { rule } = about;
    const bars = [
      ...this.#asked(origin, about),
      ...this.#words(origin, about),
      ...(await this.#ladder(origin, about)),
      ...this.#artifact(origin, about),
    ];
    if (rule.freeze && origin.kind !== "rollback" && this.#isFrozen(pull, rule))
      bars.push("freeze");
    const count = origin.kind === "rollback" ? Math.min(1, rule.count) : rule.count;
    if (!this.#isApproved(pull, { ...rule, count }, origin)) bars.push("approvals");
    return bars;
  }

  /** A promotion was asked for by somebody who may ask now; of its own accord only where merges are followed. */
  #asked(origin: Origin, { place, rule }: About): readonly string[] {
    const { kind, own, requester } = origin;
    if (kind !== "promotion" && kind !== "rollback") return [];
    const comment = own?.words.asked?.comment ?? null;
    if (comment === null) return kind === "promotion" && rule.on === "merge" ? [] : ["asked"];
    if (!fits(kind, place, this.#said.of(comment))) return ["asked"];
    return this.isEntitled(requester ?? "", rule.allow) ? [] : ["requester"];
  }

  #words({ kind }: Origin, { changes, place, rules }: About): readonly string[] {
    if (kind === "rollback") return [];
    const words = this.#said.standing(this.#harbour.clock.now().getTime());
    const held = words.some(
      (one) =>
        one.kind === "hold" &&
        one.because === "person" &&
        one.environment === place.environment &&
        one.component === place.component,
    );
    const banned = words.some(
      (one) =>
        one.kind === "ban" &&
        one.because === "person" &&
        one.component === place.component &&
        fromHereOn(rules, one.environment).includes(place.environment) &&
        changes.some(
          ({ after, image }) => after?.build === 0 && tagOf(image, after.rank) === one.tag,
        ),
    );
    return [...(held ? ["hold"] : []), ...(banned ? ["ban"] : [])];
  }

  async #ladder(
    { kind, own, requester }: Origin,
    { changes, place, rule, rules }: About,
  ): Promise<readonly string[]> {
    const source = kind === "rollback" ? place : sourceOf(rules, place);
    if (source === null) return [];
    const held = await this.#look.everHeld(source);
    const strange = changes.filter(({ after, image }) => {
      if (after === null) return false;
      const keys = after.pinned ? ([after.build, "tag alone"] as const) : (["any"] as const);
      return !keys.some((key) => held.has(heldKey(image, after.rank, key)));
    });
    if (strange.length === 0) return [];
    if (kind === "rollback") return ["ladder"];
    const skips = own?.words.asked?.skip != null && this.#maySkip(requester ?? "", rule);
    return skips ? [] : ["ladder"];
  }

  #maySkip(who: string, { skip }: Rules): boolean {
    const { repo, stage } = this.#harbour;
    const right = stage.world.permissionOf(repo, who);
    if (right === "admin" || right === "maintain") return true;
    return skip.length > 0 && this.isEntitled(who, skip);
  }

  /** What ours carried when it was proposed is what its tag names now. */
  #artifact({ own }: Origin, { changes }: About): readonly string[] {
    if (own === null) return [];
    const moved = changes.some(({ after, image }) => {
      const digest = own.words.digests.get(image);
      if (after === null || digest === undefined || digest === "-") return false;
      const build = after.pinned ? after.build : this.#pushed.buildOf(image, after.rank);
      return build === null || digestOf({ image, rank: after.rank, build }) !== digest;
    });
    return moved ? ["artifact"] : [];
  }

  #isFrozen(pull: Pull, { name }: Rules): boolean {
    const now = this.#harbour.clock.now().getTime();
    const begin = Math.floor(now / (24 * HOUR)) * 24 * HOUR + FREEZE.from * HOUR;
    if (now < begin || now >= begin + (FREEZE.to - FREEZE.from) * HOUR) return false;
    return !this.#said
      .overrides()
      .some(
        (one) =>
          one.pull === pull.number &&
          one.head === pull.headOid &&
          one.environment === name &&
          one.at >= begin &&
          this.isEntitled(one.who, [OVERRIDERS]),
      );
  }

  #isApproved(
    pull: Pull,
    rule: Pick<Rules, "count" | "teams" | "requester">,
    origin: Origin,
  ): boolean {
    const latest = new Map<string, Review>();
    for (const review of this.#harbour.stage.world.reviews(pull))
      if (review.state !== "COMMENTED") latest.set(review.author, review);
    const entitled = [...latest.values()].filter(({ author }) =>
      this.isEntitled(author, rule.teams),
    );
    if (entitled.some(({ state }) => state === "CHANGES_REQUESTED")) return false;
    const approving = entitled.filter(
      ({ author, commit, state }) =>
        state === "APPROVED" &&
        commit === pull.headOid &&
        (rule.requester || author !== origin.requester) &&
        !origin.authors.includes(author),
    );
    return approving.length >= rule.count;
  }

  /** Whether somebody may write, and is in one of the teams; no teams: whoever may write. */
  isEntitled(who: string, teams: readonly string[]): boolean {
    const { repo, stage } = this.#harbour;
    if (!WRITERS.includes(stage.world.permissionOf(repo, who))) return false;
    return (
      teams.length === 0 || teams.some((team) => stage.world.team("acme", team)?.members.has(who))
    );
  }

  /** A person's change of the config that loosens an environment needs the approvals that it asked for before. */
  async #config(
    pull: Pull,
    mergeBase: string,
    rules: readonly Rules[],
    origin: Origin,
  ): Promise<readonly string[] | null> {
    if (pull.baseBranch !== "main") return null;
    const text = await this.#look.text(pull.headOid, CONFIG);
    if (text === (await this.#look.text(mergeBase, CONFIG))) return null;
    const after = rulesOf(text);
    const loosened = rules.filter((was) => {
      const is = after?.find(({ name }) => name === was.name);
      return is === undefined || isLooser(was, is);
    });
    return loosened.every((was) => this.#isApproved(pull, was, origin)) ? [] : ["config"];
  }
}

interface About {
  readonly place: Place;
  readonly rule: Rules;
  readonly rules: readonly Rules[];
  readonly changes: readonly Change[];
}

/** Whether a comment asks for that. */
function fits(kind: "promotion" | "rollback", place: Place, saying: Saying | undefined): boolean {
  if (saying === undefined || saying.answer === "never" || saying.place !== place) return false;
  return kind === "rollback" ? saying.verb === "rollback" : saying.verb.startsWith("promote");
}
