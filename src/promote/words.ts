import type { Ban, Hold } from "../model/holds.ts";

/** Label of a pull request on which something was said that holds: by it the words are found again. */
export const WORD_LABEL = "tagboat:hold";

interface Said {
  readonly environment: string;
  readonly by: { readonly id: number; readonly login: string };
  /** RFC 3339: when it was written, not when it was carried out, so that a command that comes twice takes back nothing that was said since. */
  readonly at: string;
  readonly reason: string;
  /** Id of the comment that said it: GitHub's times have whole seconds, its ids grow. */
  readonly comment?: number;
}

interface SaidOfPlace extends Said {
  /** `null`: every component. */
  readonly component: string | null;
}

/** What a person said that holds until it is taken back. Kept on GitHub, in the marker of our reply. */
export type Word =
  | (SaidOfPlace & {
      readonly kind: "hold";
      /** RFC 3339; `null`: until lifted. */
      readonly until: string | null;
      /** `rollback`: it came with one, and goes with the next promotion. */
      readonly because: "person" | "rollback";
    })
  /** `because`: lifts the holds of rollbacks alone. */
  | (SaidOfPlace & { readonly kind: "unhold"; readonly because?: "rollback" })
  | (SaidOfPlace & BannedVersion & { readonly kind: "ban" })
  | (SaidOfPlace & Partial<BannedVersion> & { readonly kind: "unban" })
  /** Opens the freeze that stands for this head of the pull request where it was said. */
  | (Said & { readonly kind: "override"; readonly headOid: string });

export interface BannedVersion {
  /** As its source names it. */
  readonly image: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

export interface StandingWords {
  readonly holds: readonly (Hold & {
    readonly because: "person" | "rollback";
    /** RFC 3339: since when. */
    readonly at: string;
  })[];
  readonly bans: readonly Ban[];
}

export const NO_WORDS: StandingWords = { holds: [], bans: [] };

/** What stands of all that was said in a repo: later words take earlier ones back. */
export function standingWords(repo: string, words: readonly Word[], now: Date): StandingWords {
  // GitHub's clock knows seconds. What a merge says comes last in its own: it lifts what was said before.
  const order = (word: Word): number =>
    word.comment ??
    (word.kind === "unhold" && word.because === "rollback" ? Number.MAX_SAFE_INTEGER : 0);
  const ordered = [...words].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || order(a) - order(b),
  );
  let holds: Extract<Word, { kind: "hold" }>[] = [];
  let bans: Extract<Word, { kind: "ban" }>[] = [];
  for (const word of ordered) {
    if (word.kind === "hold") holds = [...holds.filter((one) => !outlasts(word, one)), word];
    if (word.kind === "unhold") holds = holds.filter((one) => !lifts(word, one));
    if (word.kind === "ban") bans = [...bans.filter((one) => !sameBan(one, word)), word];
    if (word.kind === "unban")
      bans = bans.filter((one) => !(covers(word, one) && names(word, one)));
  }
  return {
    holds: holds
      .filter(({ until }) => until === null || Date.parse(until) > now.getTime())
      .map(({ at, because, by, component, environment, reason, until }) => ({
        repo,
        at,
        environment,
        component,
        owner: by.login,
        reason,
        until,
        because,
      })),
    bans: bans.map(({ by, component, digest, environment, image, reason, tag }) => ({
      repo,
      environment,
      component,
      image,
      tag,
      digest,
      by: by.login,
      reason,
    })),
  };
}

type HoldWord = Extract<Word, { kind: "hold" }>;
type Placed = Pick<SaidOfPlace, "environment" | "component">;

function samePlace(a: Placed, b: Placed): boolean {
  return a.environment === b.environment && a.component === b.component;
}

/** Whether what lifts reaches what stands: without a component it lifts all of the environment. */
function covers(lift: Placed, standing: Placed): boolean {
  return (
    lift.environment === standing.environment &&
    (lift.component === null || lift.component === standing.component)
  );
}

function lifts(
  word: Extract<Word, { kind: "unhold" }>,
  hold: Extract<Word, { kind: "hold" }>,
): boolean {
  return covers(word, hold) && (word.because === undefined || word.because === hold.because);
}

/** A hold takes the place of one that ends no later. A longer one stays: who said it was told that it does. */
function outlasts(hold: HoldWord, other: HoldWord): boolean {
  if (!samePlace(hold, other) || hold.because !== other.because) return false;
  if (hold.until === null) return true;
  return other.until !== null && Date.parse(other.until) <= Date.parse(hold.until);
}

function sameBan(a: Placed & BannedVersion, b: Placed & BannedVersion): boolean {
  return samePlace(a, b) && a.image === b.image && a.tag === b.tag && a.digest === b.digest;
}

function names(lift: Partial<BannedVersion>, ban: BannedVersion): boolean {
  if (lift.image !== undefined && lift.image !== ban.image) return false;
  if (lift.tag == null && lift.digest == null) return true;
  return (lift.tag ?? null) === ban.tag || (lift.digest != null && lift.digest === ban.digest);
}

/** The holds that keep a place as it is. */
export function holdsOf(words: StandingWords, place: Placed): StandingWords["holds"] {
  return words.holds.filter((hold) => covers(hold, { ...place, component: place.component }));
}
