import type { Outcome, Place, RefuseReason, SkipReason } from "../model/outcome.ts";
import { visible } from "../model/outside-text.ts";

/** Why nothing was written, and that is right. */
const skipWords: Readonly<Record<SkipReason, string>> = {
  "not-tracked": "no CD repo that the hook speaks for tracks this image",
  "entry-missing": "no overlay of the environment has an entry for the image",
  "up-to-date": "the base or the open pull request has it",
  older: "what stands there was built later",
  superseded: "a newer release came with it",
  "closed-by-person": "a pull request with exactly this version was closed unmerged",
  "waits-for-approved": "an approved pull request is not changed under its reviewers",
  "tag-moving": "the tag may point elsewhere tomorrow",
  "tag-not-matching": "the tag is not of the shape that the entry or `tags.match` asks for",
  "tag-ignored": "`tags.ignore` names it",
  "platform-missing": "it is not built for all of `tags.platforms`",
  "tag-pushed-again": "the tag names other content now, and git does not change by that",
  "promotion-only": "the environment does not follow pushes",
  "observe-mode": "the config says `mode: observe`",
  "no-config": "the repo has no config and nothing to propose one from",
  "not-owned": "the hook URL does not speak for this image",
  "onboarding-closed": "the repo has no config, and the pull request that proposed one was closed",
  duplicate: "it was told before",
  "nothing-to-do": "the event asks for nothing",
  "source-not-used": "no part uses such events",
  answered: "the command asked for words alone, and got them",
  "comment-stale": "the comment was edited, deleted, or too old to act on",
  gated: "the pull request's gates were looked at",
};

/** What a person has to mend first. */
const refuseWords: Readonly<Record<RefuseReason, string>> = {
  "branch-in-use": "the proposal's branch carries a person's commits: merge it, or delete it",
  "base-missing": "the base branch does not exist: check `branch:`",
  "base-protected": "the base branch does not take the App's commit",
  "config-invalid": "mend `.github/tagboat.yml`",
  "digest-unknown": "the entry is pinned by digest, and none could be learnt",
  "digest-mismatch": "the registry's answer, or what the event tells of it, does not hold together",
  "duplicate-entry": "two entries of one name would come to differ: keep one",
  "entry-missing": "the entry went away before the write",
  "entry-alias": "the entry is a YAML alias of another: write it out",
  "file-unparsable": "the kustomization is no YAML document that can be read",
  "file-too-large": "the file is over 5 MB",
  "file-ambiguous": "two kustomization files in one folder",
  "image-gone": "the registry does not have it",
  "image-unreadable": "the registry's answer cannot be read",
  "installation-revoked": "the App has no access any more",
  "name-pattern": "the entry's name is a regular expression",
  "no-effect": "the change would change nothing of what `kustomize build` gives",
  "not-a-file": "the file is a link, or no file",
  "order-unknown": "nothing tells whether it is newer, and a direct commit is reviewed by nobody",
  "permission-missing": "the App's installation lacks a permission",
  "registry-not-allowed": "the operator does not let this owner read that registry",
  "repo-archived": "the repo is archived",
  "repo-gone": "the repo is gone, or the App is not installed on it",
  "several-documents": "the kustomization holds several documents",
  "tag-missing": "the pipeline's event names no tag",
  "tag-pushed-again":
    "the tag names other content than before: push under a new tag, or let `tags.repushed` follow",
  "tag-suffix": "the entry has a field that changes what the tag means",
  unreadable: "the delivery cannot be read",
  "unsupported-field": "the entry has a field that is not supported",
  "value-invalid": "a value cannot be used",
  "command-unclear": "the command could not be read",
  "not-permitted": "the person may not do this here",
  "environment-unknown": "the config names no such environment",
  "component-unknown": "the environment has no such component",
  "version-unknown": "the version was never there, or the name fits several",
  "source-unknown": "`--from` names nothing that it could come from",
  "sources-disagree":
    "the overlays that it would come from hold different versions: name one with `--from`",
  "nothing-to-promote": "the source holds nothing that the target has a place for",
  "ladder-skipped": "a step of the ladder would be left out: `--from` and `--reason` are needed",
  "target-ahead": "the target holds something newer: `/rollback` goes back",
  "soak-too-short": "no release was in the source for long enough",
  "release-banned": "a person banned the release",
  "release-held": "a person holds the place: `/tagboat unhold` lifts it",
  "nothing-to-roll-back": "the history of the place holds no release before",
  "pull-not-ours": "the pull request is no proposal of Tagboat's",
};

/** What became of an event, in one sentence. Text from outside is shown, never obeyed by the terminal. */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case "proposed":
      return `${whatWords(outcome)}pull request ${outcome.number} was ${actionWords(outcome)}: ${visible(outcome.url)}`;
    case "committed":
      return `committed to ${visible(outcome.place.base)} as ${visible(outcome.oid, 12)}`;
    case "closed":
      return `${whatWords(outcome)}pull request ${outcome.number} was closed: ${visible(outcome.why, 500)}`;
    case "skipped":
      return `left alone: ${withDetail(skipWords[outcome.reason], outcome)}`;
    case "refused":
      return `refused: ${withDetail(refuseWords[outcome.reason], outcome)}`;
    case "failed":
      return `given up: ${visible(outcome.detail, 500)}`;
  }
}

const proposedWords = {
  opened: "opened",
  updated: "updated",
  adopted: "found as an interrupted attempt had left it",
} as const;

function actionWords({ action, what }: Extract<Outcome, { kind: "proposed" }>): string {
  return what !== undefined && action === "adopted" ? "open already" : proposedWords[action];
}

function whatWords({ what }: { readonly what?: "promotion" | "rollback" }): string {
  return what === undefined ? "" : `${what}, `;
}

function withDetail(
  words: string | undefined,
  outcome: { reason: string; detail: string },
): string {
  // A newer process may know more reasons than this command.
  const said = words === undefined ? outcome.reason : `${words} (${outcome.reason})`;
  return outcome.detail === "" ? said : `${said}. ${visible(outcome.detail, 500)}`;
}

/** `acme/app-cd, dev (web)`; what concerns no place is of the delivery as a whole. */
export function placeWords(place: Place | null): string {
  if (place === null) return "as a whole";
  const { repo, environment, component } = place;
  const env = environment === "" ? "" : `, ${visible(environment)}`;
  return `${visible(repo)}${env}${component === null ? "" : ` (${visible(component)})`}`;
}

/** A lane's name as people know it: what it holds apart, without quotes and brackets. */
export function laneWords(lane: string): string {
  const parts = partsOf(lane);
  const [kind, repo, ...rest] = parts;
  if (kind === undefined || repo === undefined) return visible(lane);
  const [base = "", environment, component = ""] = rest;
  if (kind === "place" && environment !== undefined)
    return placeWords({ repo, base, environment, component: component === "" ? null : component });
  return visible([repo, ...rest].join(" "));
}

function partsOf(lane: string): readonly string[] {
  try {
    const read: unknown = JSON.parse(lane);
    return Array.isArray(read) ? read.filter((part) => part !== null).map(String) : [];
  } catch {
    return [];
  }
}
