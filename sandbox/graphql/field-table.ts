import type { Fields } from "./context.ts";
import {
  appFields,
  checkRunFields,
  checkSuiteFields,
  rollupFields,
  statusFields,
} from "./fields/checks.ts";
import { commentFields, reviewFields } from "./fields/conversation.ts";
import { commitFields, comparisonFields, gitActorFields, refFields } from "./fields/git.ts";
import { conversationMutations } from "./fields/mutation-conversation.ts";
import { pullMutations } from "./fields/mutation-pulls.ts";
import { refMutations } from "./fields/mutation-refs.ts";
import { botFields, organizationFields, teamFields, userFields } from "./fields/people.ts";
import { pullCommitFields, pullFields } from "./fields/pull.ts";
import { queryFields } from "./fields/query.ts";
import { labelFields, mergeQueueFields, repositoryFields } from "./fields/repository.ts";
import { ruleFields } from "./fields/rules.ts";
import { momentFields } from "./fields/timeline.ts";
import { blobFields, treeEntryFields, treeFields } from "./fields/tree.ts";

/**
 * Everything that is served of GitHub's types. Connections, edges and payloads are not listed: they are answered from the
 * properties of what made them.
 */
export const fieldTable: Readonly<Record<string, Fields<never>>> = {
  Query: queryFields,
  Mutation: { ...refMutations, ...pullMutations, ...conversationMutations },
  Repository: repositoryFields,
  Label: labelFields,
  MergeQueue: mergeQueueFields,
  Ref: refFields,
  RepositoryRule: ruleFields,
  Comparison: comparisonFields,
  Commit: commitFields,
  GitActor: gitActorFields,
  Tree: treeFields,
  TreeEntry: treeEntryFields,
  Blob: blobFields,
  PullRequest: pullFields,
  PullRequestCommit: pullCommitFields,
  PullRequestReview: reviewFields,
  IssueComment: commentFields,
  ClosedEvent: momentFields,
  MergedEvent: momentFields,
  ReopenedEvent: momentFields,
  HeadRefForcePushedEvent: momentFields,
  RemovedFromMergeQueueEvent: momentFields,
  AutoMergeDisabledEvent: momentFields,
  StatusCheckRollup: rollupFields,
  CheckSuite: checkSuiteFields,
  CheckRun: checkRunFields,
  StatusContext: statusFields,
  App: appFields,
  User: userFields,
  Bot: botFields,
  Organization: organizationFields,
  Team: teamFields,
};
