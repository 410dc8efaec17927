import type { CdRepo } from "./forge.ts";

/** What stands at a path of the tree that is built. A link holds the text of its target, as git keeps it. */
export type TreeNode =
  | { readonly kind: "file"; readonly bytes: Uint8Array }
  | { readonly kind: "link"; readonly target: string };

/** Files by their path from the repo's root. Folders are implied. */
export type BuildTree = ReadonlyMap<string, TreeNode>;

/** Folders of one tree to be built, each by itself; `""` is the root. */
export interface RenderJob {
  readonly files: BuildTree;
  readonly overlays: readonly string[];
}

/** Why a build fails, in kustomize's words without paths of this machine. */
export interface BuildError {
  readonly message: string;
  /** Path from the repo's root, where kustomize says or implies it. */
  readonly file?: string;
  /** First line is 1. */
  readonly line?: number;
}

/** What came of building one overlay. `unavailable`: it was not built, which says nothing about the overlay. */
export type Rendered =
  | { readonly kind: "rendered"; readonly text: string }
  | { readonly kind: "broken"; readonly error: BuildError }
  | { readonly kind: "unavailable"; readonly why: string };

/** PORT. `kustomize build` under limits. Adapters: `render/kustomize-renderer.ts`, and a fake in the tests. */
export interface Renderer {
  /** Whether the operator lets builds fetch remote bases. */
  readonly remote: boolean;
  /** Whether the operator lets builds run helm. */
  readonly helm: boolean;
  /** Builds each overlay once. An answer for each of them, whatever happens to the others; never rejects for what a tree holds. */
  render(job: RenderJob): Promise<ReadonlyMap<string, Rendered>>;
}

/** PORT. Contents of a CD repo's blobs by their ids. Adapter: `github/`. */
export interface Blobs {
  /** Bytes whose hash is the id. Larger than 5 MB: left out. One request for 500 texts; one more for each that is no plain text. */
  readBlobs(repo: CdRepo, oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
}
