import type { Handlers } from "./operation.ts";
import { APPS } from "./operations/apps.ts";
import { CHECKS } from "./operations/checks.ts";
import { COMMENTS } from "./operations/comments.ts";
import { COMMITS } from "./operations/commits.ts";
import { CONTENTS } from "./operations/contents.ts";
import { DEPLOYMENTS } from "./operations/deployments.ts";
import { GIT_OBJECTS } from "./operations/git-objects.ts";
import { GIT_REFS } from "./operations/git-refs.ts";
import { ISSUES } from "./operations/issues.ts";
import { META } from "./operations/meta.ts";
import { PULLS } from "./operations/pulls.ts";
import { REPOS } from "./operations/repos.ts";
import { REVIEWS } from "./operations/reviews.ts";
import { STATUSES } from "./operations/statuses.ts";

/** Every served operation. The compiler holds it to the table of needs. */
export const HANDLERS: Handlers = {
  ...META,
  ...APPS,
  ...REPOS,
  ...GIT_REFS,
  ...GIT_OBJECTS,
  ...CONTENTS,
  ...COMMITS,
  ...PULLS,
  ...REVIEWS,
  ...ISSUES,
  ...COMMENTS,
  ...CHECKS,
  ...STATUSES,
  ...DEPLOYMENTS,
};
