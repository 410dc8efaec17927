import { distribution } from "./distribution.ts";
import { generic } from "./generic.ts";
import { githubPackage } from "./github-package.ts";
import type { HookSource, NormaliseOptions, SourceRules } from "./normaliser.ts";
import { quay } from "./quay.ts";
import { tekton } from "./tekton.ts";

/** Every source that `/hooks/<source>/…` takes, with its rules. A new source is a file and a line here. */
export const sourceTable: Readonly<Record<HookSource, SourceRules>> = {
  distribution,
  quay,
  tekton,
  "github-package": githubPackage,
  generic,
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
};
