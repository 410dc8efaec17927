import { code } from "../model/outside-text.ts";
import type { Artifact, OrderKey } from "../model/release.ts";
import { NO_TAG } from "../model/release.ts";
import type { Choice, Refused } from "./choose-release.ts";
import type { HeldArtifact } from "./held-artifacts.ts";
import { changePlace, type PlaceChange, type StandingPlace } from "./place-change.ts";

/** What the registry says of a version; `null`: it was not asked, or did not answer. */
export type VersionFacts =
  | { readonly kind: "found"; readonly digest: string; readonly key: OrderKey | null }
  | { readonly kind: "missing" }
  | null;

export type PromotionPlan =
  | Refused
  /** The place holds it already. */
  | {
      readonly kind: "there";
      readonly artifacts: readonly Artifact[];
      readonly passed: readonly string[];
    }
  | {
      readonly kind: "planned";
      readonly change: Extract<PlaceChange, { kind: "planned" }>;
      readonly artifacts: readonly Artifact[];
      /** Newer releases that may not go on, each with who banned it. Markdown. */
      readonly passed: readonly string[];
    };

/** What the chosen versions make of the place. Pure. */
export function planPromotion(
  place: StandingPlace,
  chosen: Pick<Extract<Choice, { kind: "chosen" }>, "artifacts" | "passed">,
  factsOf: (artifact: HeldArtifact) => VersionFacts,
): PromotionPlan {
  const { passed } = chosen;
  const gone = chosen.artifacts.find((artifact) => factsOf(artifact)?.kind === "missing");
  if (gone?.kind === "image") {
    const { tag, digest } = gone.version;
    const message = `${code(`${gone.deployed}:${tag ?? digest ?? ""}`)} is gone from its registry: it could not start.`;
    return { kind: "refused", reason: "image-gone", message };
  }
  const artifacts = chosen.artifacts.map((artifact) => artifactOf(artifact, factsOf(artifact)));
  const change = changePlace(place, artifacts);
  if (change.kind === "refused") {
    const { reason, message, file } = change.refusal;
    const where = file === undefined || message.includes(file) ? "" : ` (${code(file)})`;
    return { kind: "refused", reason, message: `${message}${where}` };
  }
  if (change.artifacts.length === 0) {
    const images = change.unplaced
      .slice(0, 3)
      .map((image) => code(image))
      .join(", ");
    const message = `No file of ${code(place.environment.name)} has an entry for ${images}: add it to \`images:\`.`;
    return { kind: "refused", reason: "entry-missing", message };
  }
  if (change.changes.length === 0) return { kind: "there", artifacts: change.artifacts, passed };
  const [newer] = change.newer;
  if (newer === undefined) return { kind: "planned", change, artifacts: change.artifacts, passed };
  const message = `${code(newer.file)} holds ${code(newer.from?.tag ?? newer.from?.digest ?? "")}, which is newer than ${code(newer.to.tag ?? newer.to.digest ?? "")}. To go back: ${code(`/rollback ${place.environment.name}`)}.`;
  return { kind: "refused", reason: "target-ahead", message };
}

/** As it travels: with the digest that its tag had when it was promoted. */
export function artifactOf(held: HeldArtifact, facts: VersionFacts): Artifact {
  if (held.kind === "ref") return held;
  const known = facts?.kind === "found" ? facts : null;
  const { tag, digest } = held.version;
  return {
    kind: "image",
    image: held.image,
    tag: tag ?? NO_TAG,
    digest: digest ?? known?.digest ?? null,
    orderKey: known?.key ?? null,
  };
}
