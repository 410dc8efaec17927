import type { PlanRow } from "../decide/tracking-plan.ts";
import type { Change } from "../model/change.ts";
import { code } from "../model/outside-text.ts";
import type { FileVersion } from "../model/pulls.ts";
import type { Artifact } from "../model/release.ts";
import type { Refused } from "./choose-release.ts";
import { type HeldArtifact, nameOf, sameVersion } from "./held-artifacts.ts";
import type { StandingPlace } from "./place-change.ts";
import { artifactOf, type VersionFacts } from "./promotion-plan.ts";
import { type HeldRelease, releaseNamed, releasesOf } from "./release-history.ts";
import { restoreFile } from "./restore.ts";

export type RollbackPlan =
  | Refused
  | {
      readonly kind: "planned";
      readonly changes: readonly Change[];
      readonly rows: readonly PlanRow[];
      readonly artifacts: readonly Artifact[];
      /** What runs now and goes. */
      readonly reverted: readonly HeldArtifact[];
    };

/** A file of the place that goes back, and to what. */
export interface StepBack {
  readonly file: string;
  readonly now: HeldRelease;
  readonly to: HeldRelease;
}

/**
 * How far each file of a place goes back: to the release before, as its history on the base branch tells, in all files that the
 * last change of versions brought; or to a version that is named.
 * @param histories by path, newest first.
 */
export function stepsBack(
  { config, environment, paths }: StandingPlace,
  histories: ReadonlyMap<string, readonly FileVersion[]>,
  to: string | null,
): readonly StepBack[] | Refused {
  const files = paths.flatMap((file) => {
    const releases = releasesOf(config, environment, histories.get(file) ?? []);
    const [now, ...earlier] = releases;
    return now === undefined || earlier.length === 0 ? [] : [{ file, now, earlier }];
  });
  if (files.length === 0) {
    const message = `The history of ${code(environment.name)} holds no release before the present one.`;
    return { kind: "refused", reason: "nothing-to-roll-back", message };
  }
  if (to !== null) return namedSteps(files, to, environment.name);
  const [newest] = [...files].sort((a, b) => b.now.since.getTime() - a.now.since.getTime());
  return files.flatMap(({ earlier, file, now }) => {
    const [before] = earlier;
    return before === undefined || now.commit !== newest?.now.commit
      ? []
      : [{ file, now, to: before }];
  });
}

function namedSteps(
  files: readonly {
    readonly file: string;
    readonly now: HeldRelease;
    readonly earlier: readonly HeldRelease[];
  }[],
  word: string,
  environment: string,
): readonly StepBack[] | Refused {
  const steps: StepBack[] = [];
  for (const { earlier, file, now } of files) {
    const found = releaseNamed(earlier, word);
    if (found.kind === "several") {
      const list = found.versions
        .slice(0, 5)
        .map((version) => code(version))
        .join(", ");
      const message = `${code(word)} fits several versions (${list}): write more of it.`;
      return { kind: "refused", reason: "version-unknown", message };
    }
    if (found.kind === "one") steps.push({ file, now, to: found.release });
  }
  if (steps.length > 0) return steps;
  const message = `${code(environment)} never held ${code(word)} before, as far as its history goes back: promote it instead.`;
  return { kind: "refused", reason: "version-unknown", message };
}

/** What the steps back make of the place. Pure. */
export function planRollback(
  place: StandingPlace,
  steps: readonly StepBack[],
  factsOf: (artifact: HeldArtifact) => VersionFacts,
): RollbackPlan {
  const changes: Change[] = [];
  const rows: PlanRow[] = [];
  const artifacts = new Map<string, Artifact>();
  const reverted = new Map<string, HeldArtifact>();
  for (const { file, now, to } of steps) {
    const gone = to.artifacts.find((one) => factsOf(one)?.kind === "missing");
    if (gone !== undefined) return imageGone(gone);
    const change = restoreFile(place, file, to);
    if (change.kind === "refused") {
      const { message, reason } = change.refusal;
      return { kind: "refused", reason, message: `${message} (${code(file)})` };
    }
    changes.push(...change.changes);
    rows.push(...change.rows);
    for (const held of change.artifacts) {
      const one = artifactOf(held, factsOf(held));
      artifacts.set(JSON.stringify(one), one);
    }
    for (const one of goingWith(now, to)) reverted.set(JSON.stringify(one), one);
  }
  if (changes.length === 0) {
    const message = `${code(place.environment.name)} holds that already.`;
    return { kind: "refused", reason: "nothing-to-roll-back", message };
  }
  return {
    kind: "planned",
    changes,
    rows,
    artifacts: [...artifacts.values()],
    reverted: [...reverted.values()],
  };
}

function goingWith(now: HeldRelease, to: HeldRelease): readonly HeldArtifact[] {
  return now.artifacts.filter((one) => !to.artifacts.some((other) => isSame(other, one)));
}

function isSame(a: HeldArtifact, b: HeldArtifact): boolean {
  return nameOf(a) === nameOf(b) && sameVersion(a, b);
}

function imageGone(artifact: HeldArtifact): Refused {
  const name = artifact.kind === "image" ? artifact.deployed : artifact.repo;
  const version =
    artifact.kind === "image" ? (artifact.version.tag ?? artifact.version.digest ?? "") : "";
  const message = `${code(`${name}:${version}`)} is gone from its registry: it could not start. Name another version with ${code("to <version>")}.`;
  return { kind: "refused", reason: "image-gone", message };
}
