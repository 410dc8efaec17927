import { acr } from "./acr.ts";
import { aliyun } from "./aliyun.ts";
import { argocd } from "./argocd.ts";
import { artifactory } from "./artifactory.ts";
import { cdevents } from "./cdevents.ts";
import { cloudevents } from "./cloudevents.ts";
import { distribution } from "./distribution.ts";
import { dockerhub } from "./dockerhub.ts";
import { ecr } from "./ecr.ts";
import { ecrSns } from "./ecr-sns.ts";
import { gar } from "./gar.ts";
import { generic } from "./generic.ts";
import { gitea } from "./gitea.ts";
import {
  githubDeploymentStatus,
  githubIssueComment,
  githubPing,
  githubPullRequestReview,
} from "./github-not-images.ts";
import { githubPackage } from "./github-package.ts";
import { githubWorkflowRun } from "./github-workflow-run.ts";
import { gitlab } from "./gitlab.ts";
import { gitlabRegistry } from "./gitlab-registry.ts";
import { harbor } from "./harbor.ts";
import { nexus } from "./nexus.ts";
import type { HookSource, NormaliseOptions, SourceRules } from "./normaliser.ts";
import { openshiftImagestream } from "./openshift-imagestream.ts";
import { quay } from "./quay.ts";
import { rhacs } from "./rhacs.ts";
import { tekton } from "./tekton.ts";
import { zot } from "./zot.ts";

/** Every source that `/hooks/<source>/…` takes, with its rules. A new source is a file and a line here. */
export const sourceTable: Readonly<Record<HookSource, SourceRules>> = {
  acr,
  aliyun,
  argocd,
  artifactory,
  cdevents,
  cloudevents,
  distribution,
  dockerhub,
  ecr,
  "ecr-sns": ecrSns,
  gar,
  generic,
  gitea,
  "github-deployment-status": githubDeploymentStatus,
  "github-issue-comment": githubIssueComment,
  "github-package": githubPackage,
  "github-ping": githubPing,
  "github-pull-request-review": githubPullRequestReview,
  "github-registry-package": githubPackage,
  "github-workflow-run": githubWorkflowRun,
  gitlab,
  "gitlab-registry": gitlabRegistry,
  harbor,
  nexus,
  "openshift-imagestream": openshiftImagestream,
  quay,
  rhacs,
  tekton,
  zot,
};

/** Whether `text` names a source of the table. */
export function isHookSource(text: string): text is HookSource {
  return Object.hasOwn(sourceTable, text);
}

/** Options where the operator sets none. */
export const defaultOptions: NormaliseOptions = {
  tekton: {
    taskRuns: false,
    results: {
      image: ["new-image-repo-location"],
      tag: ["new-tag"],
      digest: ["new-image-digest"],
      revision: ["CHAINS-GIT_COMMIT", "commit", "commit-id", "git-commit", "revision"],
      repo: ["CHAINS-GIT_URL", "git-url", "repo-url", "url"],
    },
  },
  sources: {},
};
