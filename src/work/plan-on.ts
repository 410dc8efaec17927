import type { FileVersion } from "../model/pulls.ts";
import {
  chooseRelease,
  type Refused,
  reachingBans,
  type SourceFile,
} from "../promote/choose-release.ts";
import { type StandingPlace, takes } from "../promote/place-change.ts";
import { type PromotionPlan, planPromotion } from "../promote/promotion-plan.ts";
import { namesWords } from "../promote/reply.ts";
import {
  learnVersions,
  onBase,
  type Run,
  readHistories,
  type Standing,
  standingPlace,
} from "./promotion-run.ts";

/** What the files as they stand lead to; reads histories and registries where they are needed, each once. */
export async function planOn(run: Run, standing: Standing): Promise<PromotionPlan> {
  const place = standingPlace(run, standing);
  let choice = choose(run, place, standing);
  if (choice.kind === "history-needed") {
    run.histories ??= await readHistories(run);
    choice = choose(run, place, standing);
  }
  if (choice.kind === "history-needed") return unread(run);
  if (choice.kind === "refused") return choice;
  await learnVersions(run, place, choice.artifacts);
  return planPromotion(place, choice, (artifact) =>
    artifact.kind === "image" ? run.versions.of(artifact.deployed, artifact.version) : null,
  );
}

function unread({ sources }: Run): Refused {
  const files = namesWords(sources.overlays.map(({ file }) => file));
  const message = `The history of ${files} could not be read.`;
  return { kind: "refused", reason: "nothing-to-promote", message };
}

function choose(run: Run, place: StandingPlace, standing: Standing) {
  const { asking, histories, parts, sources } = run;
  const now = parts.clock.now();
  const found = sources.overlays.flatMap(({ base, environment, file }): SourceFile[] => {
    const settings = asking.config.environments.find(({ name }) => name === environment);
    const key = onBase(base, file);
    const state = standing.sources.get(key) ?? { kind: "absent" as const, path: file };
    if (settings === undefined) return [];
    const present: FileVersion = { commit: "", at: now.toISOString(), file: state };
    const versions = histories?.get(key) ?? [present];
    return [{ environment: settings, file, versions, whole: histories !== null }];
  });
  return chooseRelease({
    config: asking.config,
    sources: found,
    to: asking.command.to,
    soak: asking.environment.soak,
    bans: reachingBans(asking.config, run.words.bans, run.place),
    now,
    takes: (artifact) => takes(place, artifact),
  });
}
