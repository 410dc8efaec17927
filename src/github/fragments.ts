/** A file of a commit, with what is needed to prove its text. */
export const FILE_FRAGMENT = `fragment File on TreeEntry {
  mode
  oid
  object { ... on Blob { byteSize text } }
}`;

export const LISTING_FRAGMENT = `fragment Listing on Tree {
  entries { name }
}`;

/** Everything that the port's `PullState` tells. */
export const PULL_FRAGMENT = `fragment Pull on PullRequest {
  id
  number
  url
  state
  title
  body
  isDraft
  createdAt
  closedAt
  changedFiles
  mergeable
  baseRefName
  headRefOid
  isCrossRepository
  author { __typename login }
  timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {
    nodes { ... on ClosedEvent { actor { __typename login } } }
  }
  latestOpinionatedReviews(first: 50, writersOnly: true) {
    nodes { state submittedAt author { __typename } commit { oid } }
  }
  first: commits(first: 1) {
    nodes { commit { message } }
  }
  commits(last: 1) {
    nodes { commit { statusCheckRollup { state } } }
  }
}`;

/** Everything that the port's `CommitFacts` tells. */
export const HEAD_COMMIT_FRAGMENT = `fragment HeadCommit on Commit {
  oid
  message
  changedFilesIfAvailable
  author { user { databaseId } }
  signature { isValid wasSignedByGitHub }
  parents(first: 10) { nodes { oid } }
}`;
