import type { CdRepo } from "./forge.ts";
import type { ImageName } from "./image.ts";

/** What a change of an image's version stands for in the repo that it is built from. */
export interface SourceSpan {
  readonly image: ImageName;
  /** Address of the source repo's page, without a slash at its end. */
  readonly url: string;
  /** Commits, 7 to 40 hex digits. */
  readonly from: string;
  readonly to: string;
  /**
   * Where its commits may be read: a repo that the config names, of the CD repo's own owner and host. `null`: they may not. What a
   * label or a sender names must not bring another repo's words before the CD repo's readers.
   */
  readonly repo: { readonly owner: string; readonly name: string } | null;
}

/** A commit of a source repo. Text from outside. */
export interface SourceCommit {
  readonly oid: string;
  /** First line of its message. */
  readonly title: string;
  /** Login, else the name that git has. */
  readonly author: string | null;
  /** The pull request that brought it. */
  readonly pull: { readonly number: number; readonly url: string } | null;
}

/** PORT. What lies between two commits of a source repo. */
export interface SourceHistory {
  /**
   * Commits that `to` has and `from` has not, newest first, read as the CD repo's installation of the App. `null`: the App does not see
   * the repo, it cannot be asked now, or `from` is not among the last hundred commits before `to`. One query, none for an hour after
   * a repo was not seen. Never throws.
   */
  between(
    cd: CdRepo,
    repo: { readonly owner: string; readonly name: string },
    from: string,
    to: string,
  ): Promise<readonly SourceCommit[] | null>;
}
