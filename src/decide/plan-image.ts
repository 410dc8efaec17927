import type { ImageChange } from "../model/change.ts";
import type { ImageName } from "../model/image.ts";
import type { Refusal } from "../model/outcome.ts";
import type { ImageArtifact } from "../model/release.ts";
import { mappedImage, type TrackedImage, trackedImage } from "./image-pattern.ts";
import { presentTag } from "./kustomization.ts";
import { mayAdd } from "./match.ts";
import { type Comparison, compareVersions } from "./order.ts";
import {
  addedTarget,
  changeFor,
  entryTrouble,
  holdsAlready,
  isComparable,
  type Target,
  targetsIn,
  versionIn,
} from "./plan-entry.ts";
import type { PlanFile } from "./plan-files.ts";
import { missingPlatforms } from "./platforms.ts";
import { digestBefore, shortDigest } from "./pushed-again.ts";
import { tagVerdict } from "./tag-policy.ts";
import type { Contender, ImagePlan, PlanRow, TrackingInput, Verdict } from "./tracking-plan.ts";

/** What one entry takes. */
interface TargetPlan {
  readonly verdicts: ReadonlyMap<Contender, Verdict>;
  readonly winner: Contender | null;
  readonly change: ImageChange | null;
  readonly row: PlanRow | null;
  readonly refusal: Refusal | null;
  readonly orderUnknown: boolean;
}

/** Judges all versions of an image at each of its entries: every entry by itself. */
export function planImage(
  input: TrackingInput,
  image: ImageName,
  files: readonly PlanFile[],
  contenders: readonly Contender[],
): ImagePlan {
  const tracked = trackedImage(input.config, image);
  const plans = tracked
    ? files.flatMap((file) =>
        targetsOf(input, tracked, file).map((target) =>
          planTarget({ input, tracked, file, target, contenders }),
        ),
      )
    : [];
  const nowhere = plans.length === 0 ? missing(input, image, files) : null;
  return {
    image,
    changes: plans.flatMap(({ change }) => change ?? []),
    artifacts: distinct(
      plans.flatMap(({ change, winner }) => (change && winner ? winner.artifact : [])),
    ),
    rows: plans.flatMap(({ row }) => row ?? []),
    refusals: plans.flatMap(({ refusal }) => refusal ?? []),
    orderUnknown: plans.some(({ orderUnknown }) => orderUnknown),
    verdictsOf({ artifact, candidate }) {
      if (nowhere) return [nowhere];
      const known = contenders.find(
        (other) => other.artifact === artifact && other.candidate === candidate,
      );
      return plans.flatMap(({ verdicts }) => (known && verdicts.get(known)) ?? []);
    },
  };
}

function targetsOf(input: TrackingInput, tracked: TrackedImage, file: PlanFile): Target[] {
  if (file.trouble) return [];
  const targets = targetsIn(input, tracked.image, file);
  if (targets.length > 0 || !mayAdd(tracked, input.environment)) return targets;
  return [addedTarget(input, tracked, file)];
}

function missing(input: TrackingInput, image: ImageName, files: readonly PlanFile[]): Verdict {
  const trouble = files.find((file) => file.trouble)?.trouble;
  if (trouble) return { kind: "refused", reason: trouble.reason, detail: trouble.message };
  const where = `none of the ${files.length} files of ${input.environment.name}`;
  const mapped = mappedImage(input.config, input.environment.image, image);
  if (mapped === null) {
    return {
      kind: "skipped",
      reason: "entry-missing",
      detail: `${where} has an entry for ${image}`,
    };
  }
  const detail = `${where} has an entry for ${mapped} or ${image}: add one of them to \`images:\``;
  return { kind: "refused", reason: "entry-missing", detail };
}

function distinct(artifacts: readonly ImageArtifact[]): ImageArtifact[] {
  return [...new Set(artifacts)];
}

interface Contest {
  readonly input: TrackingInput;
  readonly tracked: TrackedImage;
  readonly file: PlanFile;
  readonly target: Target;
  readonly contenders: readonly Contender[];
}

function planTarget(contest: Contest): TargetPlan {
  const verdicts = new Map<Contender, Verdict>();
  const trouble = entryTrouble(contest.target, contest.file);
  if (trouble) return refusedTarget(contest, verdicts, trouble);
  let winner: Contender | null = null;
  for (const contender of contest.contenders) {
    const fault = unfit(contest, contender);
    if (fault) verdicts.set(contender, fault);
    else winner = contend(contest, verdicts, winner, contender);
  }
  const idle = { verdicts, winner, change: null, row: null, refusal: null, orderUnknown: false };
  return winner === null ? idle : settle(contest, verdicts, winner);
}

function refusedTarget(
  { contenders }: Pick<Contest, "contenders">,
  verdicts: Map<Contender, Verdict>,
  refusal: Refusal,
): TargetPlan {
  for (const contender of contenders) {
    if (verdicts.has(contender)) continue;
    const { reason, message } = refusal;
    verdicts.set(contender, { kind: "refused", reason, detail: message });
  }
  return { verdicts, winner: null, change: null, row: null, refusal, orderUnknown: false };
}

/** Why a version may not stand in this entry at all; `null` when it may. */
function unfit(contest: Contest, contender: Contender): Verdict | null {
  const { input, tracked, target } = contest;
  const { artifact, candidate } = contender;
  const policy = tracked.rule.tags;
  const present = target.entry === null ? null : presentTag(target.entry);
  const tag = tagVerdict(policy, artifact.tag, present);
  if (tag.kind !== "ok") return tag;
  if (candidate === null) return null;
  const missing = missingPlatforms(policy.platforms, input.candidates[candidate]?.platforms ?? []);
  if (missing.length > 0) {
    const detail = `${artifact.tag} is not built for ${missing.join(" and ")}`;
    return { kind: "skipped", reason: "platform-missing", detail };
  }
  const before = contentBefore(contest, artifact);
  if (before !== null && policy.repushed === "refuse") {
    const detail = `${artifact.tag} named ${shortDigest(before)} and names ${shortDigest(artifact.digest ?? "")} now: push other content under another tag, or write \`repushed: follow\``;
    return { kind: "refused", reason: "tag-pushed-again", detail };
  }
  const bar = input.barred.find((barred) => isBarred(input, barred.artifact, artifact));
  if (!bar) return null;
  const detail = `${artifact.tag} was closed unmerged in #${bar.pull}: reopen that pull request to have it`;
  return { kind: "skipped", reason: "closed-by-person", detail };
}

/** The digest that the tag named before, where that is known and another. */
function contentBefore({ input, target }: Contest, artifact: ImageArtifact): string | null {
  const carried = [...input.carried, ...input.merged].filter((one) => one.kind === "image");
  const nameOf = (image: ImageName) => trackedImage(input.config, image)?.image ?? null;
  return digestBefore({ carried, nameOf }, target, artifact);
}

function isBarred(input: TrackingInput, barred: ImageArtifact, artifact: ImageArtifact): boolean {
  const nameOf = (image: ImageName) => trackedImage(input.config, image)?.image ?? image;
  if (nameOf(barred.image) !== nameOf(artifact.image) || barred.tag !== artifact.tag) return false;
  return barred.digest === null || artifact.digest === null || barred.digest === artifact.digest;
}

/** Lets a version stand against the best so far; what loses learns why. */
function contend(
  { tracked }: Contest,
  verdicts: Map<Contender, Verdict>,
  best: Contender | null,
  next: Contender,
): Contender {
  if (best === null) return next;
  const order = compareVersions(tracked.rule.tags, next.artifact, best.artifact);
  const holder = best.candidate === null ? "the open proposal carries" : "the same run brought";
  if (order === "same") {
    const detail = `${holder} ${best.artifact.tag} already`;
    verdicts.set(next, { kind: "skipped", reason: "up-to-date", detail });
    return best;
  }
  if (order === "older") {
    const reason = best.candidate === null ? "older" : "superseded";
    const detail = `${holder} the newer ${best.artifact.tag}`;
    verdicts.set(next, { kind: "skipped", reason, detail });
    return best;
  }
  const detail = `${next.artifact.tag} takes the place of ${best.artifact.tag}`;
  verdicts.set(best, { kind: "skipped", reason: "superseded", detail });
  return next;
}

/** Puts the best version against what the entry holds. */
function settle(
  contest: Contest,
  verdicts: Map<Contender, Verdict>,
  winner: Contender,
): TargetPlan {
  const { tracked, target } = contest;
  const { artifact } = winner;
  const change = changeFor(tracked.rule, target, artifact);
  if (change === "digest-unknown") {
    const message = `\`${target.name}\` is pinned by digest, and the digest of ${artifact.tag} is not known.`;
    const at = { file: target.file, ...(target.entry ? { line: target.entry.line } : {}) };
    const refusal: Refusal = { reason: "digest-unknown", message, ...at };
    return refusedTarget({ contenders: [winner] }, verdicts, refusal);
  }
  const idle = { verdicts, winner, change: null, row: null, refusal: null, orderUnknown: false };
  if (holdsAlready(change, target)) {
    verdicts.set(winner, heldAlready(contest, winner));
    return idle;
  }
  const order = againstPresent(contest, artifact);
  const from = versionIn(target.entry);
  if (order === "older") {
    const detail = `\`${target.file}\` holds the newer ${from?.tag ?? from?.digest ?? ""}`;
    verdicts.set(winner, { kind: "skipped", reason: "older", detail });
    return idle;
  }
  const isDirect = contest.input.environment.delivery === "commit";
  // A moving tag is no version that one could go back from.
  const comparable = isComparable(tracked.rule.tags, target.entry, artifact.tag);
  if (order === "unknown" && isDirect && comparable) {
    const message = `Whether ${artifact.tag} is newer than what \`${target.file}\` holds cannot be told, and nobody reviews a direct commit. Push an image with a build time, or deliver by pull request.`;
    const refusal: Refusal = { reason: "order-unknown", message, file: target.file };
    return refusedTarget({ contenders: [winner] }, verdicts, refusal);
  }
  verdicts.set(winner, { kind: "taken", detail: `${artifact.tag} for \`${target.file}\`` });
  // The digest only where it will stand in the file; the tag always, since it is what people know a version by.
  const to = { tag: change.newTag ?? artifact.tag, digest: change.digest ?? null };
  const row: PlanRow = { file: target.file, image: target.image, from, to };
  return { ...idle, change, row, orderUnknown: order === "unknown" };
}

/** Nothing changes in git, which is told apart where the tag names other content than when it came there. */
function heldAlready(contest: Contest, { artifact, candidate }: Contender): Verdict {
  const { target } = contest;
  const before = candidate === null ? null : contentBefore(contest, artifact);
  if (before === null) {
    const detail = `\`${target.file}\` holds ${artifact.tag} already`;
    return { kind: "skipped", reason: "up-to-date", detail };
  }
  const detail = `\`${target.file}\` holds ${artifact.tag}, which named ${shortDigest(before)} when it came there and names ${shortDigest(artifact.digest ?? "")} now: what starts anew runs that. Pin by digest (\`pin: tag+digest\`) to decide when`;
  return { kind: "skipped", reason: "tag-pushed-again", detail };
}

function againstPresent({ input, tracked, target }: Contest, artifact: ImageArtifact): Comparison {
  const now = versionIn(target.entry);
  if (now === null) return "newer";
  if (!isComparable(tracked.rule.tags, target.entry, artifact.tag)) return "unknown";
  const image = target.entry?.image ?? target.image;
  const present = { ...now, orderKey: input.keyOf(image, now) };
  return compareVersions(tracked.rule.tags, artifact, present);
}
