import { isTaken } from "../../src/app.ts";
import type { LedgerEntry } from "../../src/model/ledger.ts";
import type { Outcome } from "../../src/model/outcome.ts";
import {
  type kinds,
  OWNERS,
  type Owner,
  type PlaceUnderTest,
  places,
  show,
  tagOf,
  type Version,
} from "./fleet.ts";
import type { Ground } from "./ground.ts";
import type { Message, Senders } from "./senders.ts";
import type { Kept } from "./store-look.ts";
import type { Watch } from "./watch.ts";

/** Says what is not as it was promised, once everything rests. */
export class Judge {
  lost = 0;
  readonly #ground: Ground;
  readonly #senders: Senders;
  readonly #watch: Watch;
  /** Everything that the store ever told, by the keys of its messages. */
  readonly #kept = new Map<string, Kept[]>();
  readonly #judged = new Set<Message>();

  constructor(ground: Ground, senders: Senders, watch: Watch) {
    this.#ground = ground;
    this.#senders = senders;
    this.#watch = watch;
  }

  /** The newest release that was acknowledged is in each place's base or open proposal, or a person has closed it. */
  async judgePlaces(): Promise<void> {
    for (const owner of OWNERS)
      for (const place of places) {
        for (const kind of place.carries) {
          const newest = this.#newest(owner, place, kind);
          if (newest !== null) await this.#judgePlace(place, newest);
        }
        await this.#judgeLeft(owner, place);
      }
  }

  async #judgePlace(place: PlaceUnderTest, newest: Version): Promise<void> {
    const { base, proposed } = await this.#watch.standing(newest.owner, place, newest.kind);
    const there = [base, proposed].some((one) => one !== null && one.rank >= newest.rank);
    if (there || (!place.direct && (await this.#watch.isBarred(place, newest)))) return;
    this.lost += 1;
    const seen = [base, proposed].map((one) => (one === null ? "nothing" : show(one)));
    this.#watch.complain(
      `lost: ${show(newest)} at ${nameOf(place)}: the base has ${seen[0]}, proposed is ${seen[1]}`,
    );
  }

  /** An open proposal proposes something that its base does not have. */
  async #judgeLeft(owner: Owner, place: PlaceUnderTest): Promise<void> {
    const open = await this.#watch.openNumber(owner, place);
    if (open === null) return;
    for (const kind of place.carries) {
      const { base, proposed } = await this.#watch.standing(owner, place, kind);
      if (base !== null && proposed !== null && proposed.rank > base.rank) return;
    }
    this.#watch.complain(`${owner} #${open} is open with nothing left to propose`);
  }

  #newest(owner: Owner, place: PlaceUnderTest, kind: (typeof kinds)[number]): Version | null {
    const told = this.#senders.messages
      .filter(({ acknowledged, hears }) => acknowledged > 0 && hears.includes(place.repo))
      .flatMap(({ tells }) => tells)
      .filter((version) => version.owner === owner && version.kind === kind);
    return told.sort((a, b) => b.rank - a.rank)[0] ?? null;
  }

  /** Every delivery that was acknowledged is in the store, done, with an outcome that is right for each of its places. */
  async judgeDeliveries(news: readonly Kept[]): Promise<void> {
    for (const kept of news) this.#judgeKept(kept);
    for (const message of this.#senders.messages) {
      if (message.acknowledged === 0 || this.#judged.has(message)) continue;
      this.#judged.add(message);
      await this.#judgeMessage(message);
    }
    for (const one of this.#ground.sandbox.stage.webhooks.deliveries()) {
      const taken = one.statusCode < 300 && isTaken(one.event, JSON.parse(one.body));
      if (taken && !this.#kept.has(`github ${one.guid}`))
        this.#lose(`GitHub's ${one.event} ${one.guid}`);
    }
  }

  #lose(what: string): void {
    this.lost += 1;
    this.#watch.complain(`lost: ${what} was acknowledged, and the store does not know it`);
  }

  #judgeKept(kept: Kept): void {
    const { delivery, summary, history } = kept;
    for (const key of keysOf(kept)) this.#kept.set(key, [...(this.#kept.get(key) ?? []), kept]);
    const name = `delivery ${delivery.id} of ${delivery.source}`;
    if (summary.state !== "done") this.#watch.complain(`${name}: ${JSON.stringify(summary)}`);
    else if (history.length === 0) this.#watch.complain(`${name} came to nothing`);
    for (const { outcome } of history)
      if (outcome.kind === "failed" || outcome.kind === "refused")
        this.#watch.complain(`${name} ${outcome.kind}: ${outcome.detail}`);
  }

  async #judgeMessage(message: Message): Promise<void> {
    const found = [
      ...(this.#kept.get(bodyKey(message.source, message.body)) ?? []),
      ...message.tells.flatMap(
        (version) => this.#kept.get(this.#subjectKey(message, version)) ?? [],
      ),
    ];
    const what = `${message.source} about ${message.tells.map(show)}`;
    if (found.length === 0) return this.#lose(what);
    const entries = found.flatMap(({ history }) => history);
    for (const version of message.tells)
      for (const place of places) {
        const concerns = message.hears.includes(place.repo) && place.carries.includes(version.kind);
        if (concerns) await this.#judgeOutcomes(what, place, version, entries);
      }
  }

  async #judgeOutcomes(
    what: string,
    place: PlaceUnderTest,
    version: Version,
    entries: readonly LedgerEntry[],
  ): Promise<void> {
    const here = entries.filter(({ outcome }) => isAt(outcome, version.owner, place));
    if (here.length === 0) {
      this.lost += 1;
      this.#watch.complain(`lost: ${what} has no outcome at ${nameOf(place)}`);
    }
    // A delivery may tell of several versions: what is said of another one is judged with that.
    const own = here.filter(({ subject }) => subject === null || subject.tag === tagOf(version));
    for (const { outcome } of own)
      if (outcome.kind === "skipped" && outcome.reason === "closed-by-person")
        if (!(await this.#watch.isBarred(place, version)))
          this.#watch.complain(`${what} at ${nameOf(place)}: nobody closed it: ${outcome.detail}`);
  }

  #subjectKey({ source, url }: Message, version: Version): string {
    const { fleet } = this.#ground;
    // Without an id the same version from the same hook is one delivery for a while, whatever else the body says.
    const digest = fleet.build(version).digest;
    return subjectKey(source, new URL(url).pathname.split("/").slice(5).join(), digest);
  }
}

function isAt(outcome: Outcome, owner: Owner, place: PlaceUnderTest): boolean {
  const at = outcome.place;
  return (
    at !== null &&
    at.repo === `${owner}/${place.repo}` &&
    at.base === place.base &&
    at.environment === place.environment &&
    at.component === place.component
  );
}

function keysOf({ delivery }: Kept): string[] {
  const { source, senderId, body, subjects, scope } = delivery;
  if (source === "github") return [`github ${senderId}`];
  const named =
    scope.kind === "owner"
      ? ""
      : Buffer.from(
          scope.kind === "repo" ? `repo:${scope.repo}` : `image:${scope.prefix}`,
        ).toString("base64url");
  const [only] = subjects;
  const content =
    senderId === null && subjects.length === 1 && only?.digest != null
      ? [subjectKey(source, named, only.digest)]
      : [];
  return [bodyKey(source, body), ...content];
}

function bodyKey(source: string, body: string): string {
  return `${source} ${body}`;
}

function subjectKey(source: string, scope: string, digest: string): string {
  return JSON.stringify([source, scope, digest]);
}

function nameOf({ repo, environment, component }: PlaceUnderTest): string {
  return `${repo} ${environment}/${component ?? "all"}`;
}
