import { parseConfig } from "../decide/config.ts";
import { CONFIG_PATH, type Config } from "../model/config.ts";
import type { PullFacts } from "../model/pulls.ts";
import type { ConfigChange, GateFacts, GatePlace, Standing } from "../promote/gates/facts.ts";
import { peopleToAsk } from "../promote/gates/people-to-ask.ts";
import { wordsIn } from "../promote/word-marker.ts";
import { NO_WORDS, type StandingWords } from "../promote/words.ts";
import type { CommitTrailers } from "../propose/trailers.ts";
import { readExtended } from "./extended-config.ts";
import { GateArtifacts } from "./gate-artifacts.ts";
import { changedArtifacts, type Touched, type TouchedPlace, touchedBy } from "./gate-places.ts";
import type { KnownRepo } from "./known-repo.ts";
import { claimedPaths, originOf, type PullTexts } from "./pull-origin.ts";
import { readWords } from "./repo-words.ts";
import type { RunParts } from "./run-place.ts";

/** The facts of a pull request, with what the merge needs beside the verdict. */
export interface ReadFacts {
  readonly facts: GateFacts;
  /** `null`: not proven ours. */
  readonly trailers: CommitTrailers | null;
}

/**
 * Reads afresh all that decides whether a pull request may merge. `null`: it touches nothing that Tagboat tracks, which its list
 * of files tells.
 */
export async function readGateFacts(
  parts: RunParts,
  known: KnownRepo,
  config: Config,
  pull: PullFacts,
): Promise<ReadFacts | null> {
  const touched = touchedBy(known, config, pull);
  if (touched.places.length === 0 && !touched.config) return null;
  const texts = await readTexts(parts, known, pull, touched);
  const { content, origin, trailers } = originOf(parts.keys, known.repo.id, config, pull, texts);
  const words = await wordsFor(parts, known);
  const artifacts = new GateArtifacts(parts, known, config, { origin, trailers, words });
  const places: GatePlace[] = [];
  for (const place of touched.places) {
    const changed = changedArtifacts(config, place, texts.base, texts.head);
    if (changed.length === 0 && origin.kind === "person") continue;
    places.push({
      ...ofPlace(known, pull, parts.keys, { place, words, trailers }),
      artifacts: await artifacts.of(place, changed, pull.base.branch),
    });
  }
  const change = touched.config ? await configChange(parts, known, config, texts) : null;
  const now = parts.clock.now();
  const without = { now, pull, origin, content, places, config: change };
  return { facts: { ...without, people: await standings(parts, known, without) }, trailers };
}

async function readTexts(
  { pulls }: RunParts,
  known: KnownRepo,
  pull: PullFacts,
  touched: Touched,
): Promise<PullTexts> {
  const own = touched.places.flatMap(({ files }) => files);
  const claimed = pull.ours ? claimedPaths(pull) : [];
  const paths = [...new Set([...own, ...claimed, ...(touched.config ? [CONFIG_PATH] : [])])];
  return {
    base: await pulls.textsAt(known.repo, pull.mergeBase, paths),
    head: await pulls.textsAt(known.repo, pull.head.oid, paths),
  };
}

/** From GitHub itself: a gate believes no memory. One request where anything was ever said, and one to know. */
async function wordsFor(parts: RunParts, known: KnownRepo): Promise<StandingWords> {
  return known.config === null ? NO_WORDS : readWords(parts, known, 1);
}

function ofPlace(
  known: KnownRepo,
  pull: PullFacts,
  keys: readonly Buffer[],
  about: {
    readonly place: TouchedPlace;
    readonly words: StandingWords;
    readonly trailers: CommitTrailers | null;
  },
): Omit<GatePlace, "artifacts"> {
  const { place, trailers, words } = about;
  const { component, environment } = place;
  const said = wordsIn(pull.notes, { repoId: known.repo.id, pull: pull.number }, keys);
  const asked = trailers?.asked ?? null;
  const isAskedFor = trailers?.kind === "promotion" && asked !== null && asked.by !== null;
  return {
    environment,
    component,
    // A rollback's hold is against what comes by itself: what a person promotes lifts it.
    holds: words.holds.filter(
      (hold) =>
        hold.environment === environment.name &&
        (hold.component === null || hold.component === component) &&
        !(isAskedFor && hold.because === "rollback"),
    ),
    overrides: said.flatMap((word) =>
      word.kind === "override" && word.environment === environment.name
        ? [{ by: word.by, at: word.at, reason: word.reason, headOid: word.headOid }]
        : [],
    ),
    skip:
      asked === null || asked.by === null || asked.skip === null
        ? null
        : { by: asked.by, reason: asked.skip },
  };
}

async function configChange(
  { forge, indexes }: RunParts,
  known: KnownRepo,
  before: Config,
  { base, head }: PullTexts,
): Promise<ConfigChange | null> {
  const was = base.get(CONFIG_PATH);
  const is = head.get(CONFIG_PATH);
  if (is?.kind !== "text") return was?.kind === "text" ? { before, after: null } : null;
  if (was?.kind === "text" && was.text === is.text) return null;
  const { bases } = await readExtended(forge, indexes.reach, known.repo.owner, is.text);
  const { config } = parseConfig(is.text, bases);
  // What a repo asks below the floor it never had, so that nothing is loosened there.
  return { before, after: config === null ? null : indexes.floored(config, known.fullName) };
}

async function standings(
  { people }: RunParts,
  known: KnownRepo,
  facts: Omit<GateFacts, "people">,
): Promise<ReadonlyMap<number, Standing>> {
  const asked = peopleToAsk(facts);
  const found = new Map<number, Standing>();
  for (const { id, login } of asked.people) {
    const right = await people.rightOf(known.repo, login);
    const teams: string[] = [];
    for (const team of asked.teams)
      if (await people.isInTeam(known.repo, team, login)) teams.push(team);
    found.set(id, { right, teams });
  }
  return found;
}
