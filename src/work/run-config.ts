import { parseConfig } from "../decide/config.ts";
import { type OnboardingInput, proposeConfig } from "../decide/onboarding.ts";
import { deletedPreview, type Preview, previewConfig } from "../decide/preview.ts";
import type { Forge } from "../model/forge.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { proposeOnboarding, readOnboardingTarget, renderOnboarding } from "../propose/onboard.ts";
import type { Attempt, ProposeParts } from "../propose/upsert.ts";
import { readExtended } from "./extended-config.ts";
import { indexed, type KnownRepo, readOtherBranches } from "./known-repo.ts";
import type { RepoIndexes } from "./repo-indexes.ts";

/** Tells on a pull request what its change of `.github/tagboat.yml` would do. The config in force stays what it is. */
export async function runPreview(
  parts: { forge: Forge; indexes: RepoIndexes },
  repo: string,
  pull: number,
): Promise<Outcome> {
  const known = await parts.indexes.get(repo);
  const change = known === null ? null : await parts.forge.readConfigChange(known.repo, pull);
  const place: Place = { repo, base: "", environment: "config", component: null };
  if (known === null || change === null)
    return { kind: "refused", place, reason: "repo-gone", detail: `${repo}#${pull} is gone` };
  const same = change.base.kind === change.head.kind && oidOf(change.base) === oidOf(change.head);
  if (same || change.state === "closed") {
    return {
      kind: "skipped",
      place,
      reason: "nothing-to-do",
      detail: `#${pull} does not change the config`,
    };
  }
  if (change.head.kind === "absent") {
    const report = { repo: known.repo, headOid: change.headOid, name: "tagboat/config" };
    await parts.forge.reportCheck({ ...report, ...deletedPreview(known.config) });
    const detail = `#${pull} deletes the config`;
    return { kind: "skipped", place, reason: "nothing-to-do", detail };
  }
  if (change.head.kind === "unusable") {
    const why = "`.github/tagboat.yml` is no plain UTF-8 text file";
    return { kind: "refused", place, reason: "config-invalid", detail: `#${pull}: ${why}` };
  }
  const preview = await previewOf(parts, known, change.head.text);
  await parts.forge.reportCheck({
    repo: known.repo,
    headOid: change.headOid,
    name: "tagboat/config",
    ...preview,
  });
  return {
    kind: "skipped",
    place,
    reason: "nothing-to-do",
    detail: `previewed the config of #${pull}: ${preview.conclusion}`,
  };
}

/** The preview by the branches and base configs that the new text names, which those in force may not. */
async function previewOf(
  { forge, indexes }: { forge: Forge; indexes: RepoIndexes },
  known: KnownRepo,
  text: string,
): Promise<Preview> {
  const { bases } = await readExtended(forge, indexes.reach, known.repo.owner, text);
  const { config } = parseConfig(text, bases);
  const main = known.branches.filter(({ isDefault }) => isDefault);
  const others = await readOtherBranches(forge, known.repo, config, main[0]?.branch ?? "");
  const branches = [...main, ...others.map((read) => indexed(known.repo, read, false))];
  return previewConfig(known.config, text, branches, bases);
}

function oidOf(file: { readonly kind: string; readonly oid?: string }): string {
  return file.oid ?? "";
}

function onboardingInput(known: KnownRepo): OnboardingInput {
  const main = known.branches.find((branch) => branch.isDefault);
  return {
    paths: main?.paths ?? [],
    files: main?.files ?? [],
    branches: known.branchNames,
  };
}

/** Offers a config to a repo that has none (`image` `null`: only looks at what became of the offer). */
export async function runOnboarding(
  parts: ProposeParts,
  known: KnownRepo,
  image: string | null,
): Promise<Attempt> {
  const target = await readOnboardingTarget(parts.forge, known.repo);
  if (target === null) {
    const place = { repo: known.fullName, base: "", environment: "onboarding", component: null };
    const detail = `${known.fullName} is gone`;
    return { kind: "settled", outcome: { kind: "refused", place, reason: "repo-gone", detail } };
  }
  const found = image === null ? null : proposeConfig(onboardingInput(known));
  const offer = found === null ? null : { config: found.text, body: renderOnboarding(found.body) };
  return proposeOnboarding(parts, target, offer);
}
