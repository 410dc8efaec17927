import type { Ruleset } from "../../world/entities.ts";
import { rulesetsOf } from "../../world/rules.ts";
import type { Fields } from "../context.ts";
import { gitId } from "../git-ids.ts";
import type { RefSource, RuleSource } from "../sources.ts";

const HEADS = "refs/heads/";

/** The rules that apply to a branch, one for each thing that a ruleset demands. */
export function rulesOn({ repo, full }: RefSource): readonly RuleSource[] {
  if (!full.startsWith(HEADS)) return [];
  return rulesetsOf(repo, full.slice(HEADS.length)).flatMap((ruleset) =>
    demandsOf(ruleset).map(({ type, parameters }) => ({
      __typename: "RepositoryRule",
      repo,
      ruleset,
      type,
      parameters,
    })),
  );
}

function demandsOf(ruleset: Ruleset): Pick<RuleSource, "type" | "parameters">[] {
  const demands: Pick<RuleSource, "type" | "parameters">[] = [];
  const { pullRequest, requiredChecks } = ruleset;
  if (pullRequest !== null) {
    demands.push({ type: "PULL_REQUEST", parameters: pullRequestParameters(pullRequest) });
  }
  if (requiredChecks.length > 0 || ruleset.upToDate) {
    demands.push({ type: "REQUIRED_STATUS_CHECKS", parameters: checkParameters(ruleset) });
  }
  if (ruleset.linearHistory) demands.push({ type: "REQUIRED_LINEAR_HISTORY", parameters: null });
  if (ruleset.mergeQueue) demands.push({ type: "MERGE_QUEUE", parameters: queueParameters });
  return demands;
}

function pullRequestParameters({
  approvals,
  dismissStale,
}: NonNullable<Ruleset["pullRequest"]>): object {
  return {
    __typename: "PullRequestParameters",
    allowedMergeMethods: null,
    dismissStaleReviewsOnPush: dismissStale,
    requireCodeOwnerReview: false,
    requireLastPushApproval: false,
    requiredApprovingReviewCount: approvals,
    requiredReviewThreadResolution: false,
  };
}

function checkParameters({ requiredChecks, upToDate }: Ruleset): object {
  return {
    __typename: "RequiredStatusChecksParameters",
    doNotEnforceOnCreate: false,
    strictRequiredStatusChecksPolicy: upToDate,
    requiredStatusChecks: requiredChecks.map(({ context, appId }) => ({
      __typename: "StatusCheckConfiguration",
      context,
      integrationId: appId,
    })),
  };
}

/** What the sandbox's queue does: each pull request is a group, merged as soon as it passed. */
const queueParameters = {
  __typename: "MergeQueueParameters",
  checkResponseTimeoutMinutes: 60,
  groupingStrategy: "ALLGREEN",
  maxEntriesToBuild: 5,
  maxEntriesToMerge: 1,
  mergeMethod: "MERGE",
  minEntriesToMerge: 1,
  minEntriesToMergeWaitMinutes: 0,
};

export const ruleFields: Fields<RuleSource> = {
  id: ({ repo, ruleset, type }) => gitId("RR", repo.id, `${ruleset.id}:${type}`),
  type: ({ type }) => type,
  parameters: ({ parameters }) => parameters,
};
