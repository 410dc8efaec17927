import type { Comment, Pull } from "../../../sandbox/world/entities.ts";
import type { WorldEvent } from "../../../sandbox/world/world-event.ts";
import type { Harbour } from "../../support/harbour.ts";
import type { Person, Verb } from "./actions.ts";
import type { Place } from "./ladder.ts";

const HOUR = 3_600_000;
const LABEL = "tagboat:hold";
/** How a reply begins or goes on that tells of something done. The reaction beside it is decoration, and may fail. */
const DONE =
  /^#\d+ (promotes|rolls back) |stays as it is|^Nothing holds|goes no further than|may come to|^The freeze of \S+ is open/;

/** A comment that somebody wrote. */
export interface Saying {
  readonly comment: number;
  readonly pull: Pull;
  readonly who: Person;
  readonly verb: Verb;
  readonly place: Place;
  /** The version that it names. */
  readonly tag: string | null;
  readonly at: number;
  /** Whether it is to be answered, when its webhook comes in time. */
  readonly answer: "once" | "never";
}

/** What the App said to it. */
export interface Reply {
  readonly comment: Comment;
  readonly on: Pull;
  readonly at: number;
  readonly done: boolean;
}

export interface Word {
  readonly kind: "hold" | "ban";
  readonly environment: string;
  readonly component: string;
  readonly because: "person" | "rollback";
  readonly at: number;
  /** Of a ban. */
  readonly tag: string | null;
}

export interface Override {
  readonly pull: number;
  readonly head: string;
  readonly environment: string;
  readonly who: Person;
  readonly at: number;
}

/** All that people wrote, and what the App answered: what holds, is banned or was opened follows from the answers. */
export class Said {
  readonly all: Saying[] = [];
  /** Comments whose webhook reached a process, and when. */
  readonly heard = new Map<number, { readonly at: number; readonly database: number }>();
  readonly #harbour: Harbour;
  /** Where the head of a pull request stood when the App answered there. */
  readonly #heads = new Map<number, string>();
  /** Tags that went with a rollback, by its comment. */
  readonly reverted = new Map<number, readonly string[]>();

  constructor(harbour: Harbour) {
    this.#harbour = harbour;
    harbour.stage.world.on((event) => this.#note(event));
  }

  #note(event: WorldEvent): void {
    if (event.kind !== "issue_comment" || event.actor !== this.#harbour.app.bot.login) return;
    const comment = saidTo(event.comment);
    if (comment !== null) this.#heads.set(comment, event.pull.headOid);
  }

  of(comment: number | null): Saying | undefined {
    return this.all.find((one) => one.comment === comment);
  }

  /** The App's replies to a comment, wherever they stand. */
  repliesTo({ comment }: Saying): readonly Reply[] {
    const { app, repo, stage } = this.#harbour;
    return stage.world.pulls(repo).flatMap((on) =>
      stage.world
        .comments(on)
        .filter((one) => one.author === app.bot.login && saidTo(one) === comment)
        .map((one) => ({
          comment: one,
          on,
          at: Date.parse(one.updatedAt),
          done: DONE.test(one.body),
        })),
    );
  }

  /**
   * What stands now: what was said and not taken back.
   * @param last of what was said at the same instant what counts.
   */
  standing(now: number, last: "lifts" | "bars" = "lifts"): readonly Word[] {
    const order = last === "lifts" ? 1 : -1;
    const done = this.all
      .flatMap((saying) =>
        this.repliesTo(saying)
          .filter((one) => one.done)
          .map((reply) => ({ saying, reply })),
      )
      .sort(
        (a, b) =>
          a.reply.at - b.reply.at || order * (weight(a.saying.verb) - weight(b.saying.verb)),
      );
    let words: Word[] = [];
    for (const { reply, saying } of done) {
      if (!reply.on.labels.has(LABEL)) continue;
      words = words.filter((one) => !lifts(saying, one));
      words.push(...this.#wordsOf(saying, reply, now));
    }
    return words;
  }

  #wordsOf(saying: Saying, { at }: Reply, now: number): readonly Word[] {
    const { place, tag, verb } = saying;
    const { component, environment } = place;
    const word = { environment, component, because: "person", at, tag: null } as const;
    if (verb === "hold") return [{ ...word, kind: "hold" }];
    if (verb === "hold-for") return at + 2 * HOUR > now ? [{ ...word, kind: "hold" }] : [];
    if (verb === "ban") return [{ ...word, kind: "ban", tag }];
    if (verb !== "rollback") return [];
    const bans = (this.reverted.get(saying.comment) ?? []).map(
      (gone) => ({ ...word, because: "rollback", kind: "ban", tag: gone }) as const,
    );
    return [{ ...word, because: "rollback", kind: "hold" }, ...bans];
  }

  /** Freezes that were opened. */
  overrides(): readonly Override[] {
    return this.all.flatMap((saying) => {
      if (saying.verb !== "override") return [];
      const [reply] = this.repliesTo(saying).filter((one) => one.done);
      const head = this.#heads.get(saying.comment);
      if (reply === undefined || head === undefined) return [];
      const { environment } = saying.place;
      return [{ pull: saying.pull.number, head, environment, who: saying.who, at: reply.at }];
    });
  }
}

/** The comment that one of the App's answers; `null`: none. */
export function saidTo({ body }: Pick<Comment, "body">): number | null {
  const id = /<!-- tagboat:said command:(\d+) -->/.exec(body)?.[1];
  return id === undefined ? null : Number(id);
}

function weight(verb: Verb): number {
  return verb === "unhold" || verb === "unban" ? 1 : 0;
}

function lifts({ place, tag, verb }: Saying, word: Word): boolean {
  const here = word.environment === place.environment && word.component === place.component;
  if (verb === "unhold") return here && word.kind === "hold";
  return verb === "unban" && here && word.kind === "ban" && (tag === null || tag === word.tag);
}
