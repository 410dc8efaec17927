import type { Config, Environment } from "../model/config.ts";
import { type ImageArtifact, NO_TAG } from "../model/release.ts";
import { banOf, reachingBans } from "../promote/choose-release.ts";
import type { GateArtifact, LadderStep, Origin } from "../promote/gates/facts.ts";
import {
  artifactsIn,
  type HeldArtifact,
  nameOf,
  sameVersion,
  versionOf,
} from "../promote/held-artifacts.ts";
import { stepsBefore } from "../promote/ladder.ts";
import { releasesOf } from "../promote/release-history.ts";
import type { StandingWords } from "../promote/words.ts";
import type { CommitTrailers } from "../propose/trailers.ts";
import type { ChangedArtifact, TouchedPlace } from "./gate-places.ts";
import type { KnownRepo } from "./known-repo.ts";
import type { RunParts } from "./run-place.ts";

const VERSIONS_READ = 100;
const UNKNOWN = { kind: "unknown", detail: "it was not asked" } as const;

/** What is known of the versions that a pull request brings: the registry, the ladder, the history, the bans. */
export class GateArtifacts {
  readonly #parts: RunParts;
  readonly #known: KnownRepo;
  readonly #config: Config;
  readonly #about: {
    readonly origin: Origin;
    readonly trailers: CommitTrailers | null;
    readonly words: StandingWords;
  };
  readonly #histories = new Map<string, readonly HeldArtifact[]>();

  constructor(
    parts: RunParts,
    known: KnownRepo,
    config: Config,
    about: {
      readonly origin: Origin;
      readonly trailers: CommitTrailers | null;
      readonly words: StandingWords;
    },
  ) {
    this.#parts = parts;
    this.#known = known;
    this.#config = config;
    this.#about = about;
  }

  async of(
    place: TouchedPlace,
    changed: readonly ChangedArtifact[],
    base: string,
  ): Promise<readonly GateArtifact[]> {
    const found = new Map<string, GateArtifact>();
    for (const { before, file, now } of changed) {
      const artifact = now === null ? removed(before) : await this.#one(place, now, { file, base });
      const key = JSON.stringify([artifact.name, artifact.version]);
      const other = found.get(key);
      // The same version in several files counts by the file that says least for it.
      if (other === undefined || (other.ranHere && !artifact.ranHere)) found.set(key, artifact);
    }
    return [...found.values()];
  }

  async #one(
    { component, environment }: TouchedPlace,
    now: HeldArtifact,
    { base, file }: { readonly base: string; readonly file: string },
  ): Promise<GateArtifact> {
    const { origin, words } = this.#about;
    const known = await this.#registry(now);
    const place = { environment: environment.name, component };
    const reached = reachingBans(this.#config, words.bans, place);
    const ran = origin.kind === "rollback" ? await this.#history(environment, base, file) : [];
    const ban = banOf(reached, now);
    return {
      name: now.kind === "image" ? now.deployed : now.repo,
      version: versionOf(now),
      registry: known?.registry ?? null,
      builtAt: known?.builtAt ?? null,
      steps: origin.kind === "rollback" ? [] : await this.#steps(environment, component, now),
      ranHere: ran.some((one) => nameOf(one) === nameOf(now) && sameVersion(one, now)),
      ban: ban === null ? null : { by: ban.by, reason: ban.reason },
    };
  }

  async #registry(now: HeldArtifact): Promise<Pick<GateArtifact, "registry" | "builtAt"> | null> {
    if (now.kind === "ref") return null;
    const expected = this.#expected(now);
    const reference = now.version.digest ?? now.version.tag;
    if (reference === null) return { registry: { expected, found: UNKNOWN }, builtAt: null };
    const owner = this.#known.repo.owner.toLowerCase();
    const answer = await this.#parts.registry.read(now.deployed, reference, owner);
    if (answer.kind === "found") {
      const { created, digest } = answer.facts;
      return { registry: { expected, found: { kind: "found", digest } }, builtAt: created };
    }
    const found =
      answer.kind === "missing"
        ? ({ kind: "missing" } as const)
        : ({ kind: "unknown", detail: answer.detail } as const);
    return { registry: { expected, found }, builtAt: null };
  }

  /** The digest that it had when it was proposed. */
  #expected(now: Extract<HeldArtifact, { kind: "image" }>): string | null {
    const own = (this.#about.trailers?.artifacts ?? []).filter(
      (one): one is ImageArtifact => one.kind === "image" && one.image === now.image,
    );
    // Components that travel together may hold the same image in different versions.
    const exact = own.find(({ tag }) => tag === (now.version.tag ?? NO_TAG));
    return (exact ?? own[0])?.digest ?? null;
  }

  async #steps(
    environment: Environment,
    component: string | null,
    now: HeldArtifact,
  ): Promise<readonly LadderStep[]> {
    const { overlays } = this.#known.index;
    const of = (name: string) =>
      overlays.filter((one) => one.environment === name && one.component === component);
    const before = stepsBefore(this.#config, environment, ({ name }) => of(name).length > 0);
    const steps: LadderStep[] = [];
    for (const step of before) {
      const own = of(step.name);
      const isNow = own.some(({ base, file }) => holds(this.#present(step, base, file), now));
      const past: HeldArtifact[] = [];
      for (const { base, file } of isNow ? [] : own)
        past.push(...(await this.#history(step, base, file)));
      const held = isNow ? "now" : heldBefore(past, now);
      steps.push({ environment: step.name, held, running: null });
    }
    return steps;
  }

  /** By the index, which every push to a base renews. */
  #present(environment: Environment, base: string, file: string): readonly HeldArtifact[] {
    const branch = this.#known.branches.find((one) => one.branch === base);
    const state = branch?.files.find(({ path }) => path === file);
    return state?.kind === "text" ? artifactsIn(this.#config, environment, state.text) : [];
  }

  /** All that a file held on its base branch. One request, once in a run. */
  async #history(environment: Environment, base: string, file: string) {
    const key = JSON.stringify([base, file]);
    const read = this.#histories.get(key);
    if (read !== undefined) return read;
    const { repo } = this.#known;
    const versions = await this.#parts.pulls.history(repo, base, file, VERSIONS_READ);
    const held = releasesOf(this.#config, environment, versions).flatMap((one) => one.artifacts);
    this.#histories.set(key, held);
    return held;
  }
}

function heldBefore(past: readonly HeldArtifact[], now: HeldArtifact): LadderStep["held"] {
  if (holds(past, now)) return "before";
  const tag = now.kind === "image" ? now.version.tag : null;
  const sameTag = past.some(
    (one) => nameOf(one) === nameOf(now) && one.kind === "image" && one.version.tag === tag,
  );
  return tag !== null && sameTag ? "other-digest" : "never";
}

function holds(artifacts: readonly HeldArtifact[], now: HeldArtifact): boolean {
  return artifacts.some((one) => nameOf(one) === nameOf(now) && sameVersion(one, now));
}

/** What is taken away comes from nowhere: people approve it, and no ladder or registry speaks for it. */
function removed(before: HeldArtifact | null): GateArtifact {
  return {
    name: before === null ? "a file" : nameOf(before),
    version: "removed",
    registry: null,
    builtAt: null,
    steps: [],
    ranHere: true,
    ban: null,
  };
}
