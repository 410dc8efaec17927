import {
  type Edit,
  type EditResult,
  editKustomization as edit,
} from "./edit/edit-kustomization.ts";
import { readImageArguments } from "./edit/image-arguments.ts";
import type { Change as FileChange } from "./model/change.ts";
import type { RefuseReason } from "./model/outcome.ts";

export type { Edit, ImageEdit, RefEdit } from "./edit/edit-kustomization.ts";

/** What an edit is to do. Of an image's fields, an absent one is kept and `null` removes it. */
export type Change = ImageChange | RefChange;

/** Sets one entry of `images`. An entry that is missing is added where a field is set, unless `add` is `false`. */
export interface ImageChange {
  /** `name` of the entry, exactly as it stands in the file. */
  readonly image: string;
  readonly newName?: string | null;
  readonly newTag?: string | null;
  readonly digest?: string | null;
  /** `false`: an entry that is missing is refused with the reason `entry-missing`. Default: it is added. */
  readonly add?: boolean;
}

/** Moves `?ref=` of the remote `resources`, `components`, `bases` and `crds` that come from one git repo. */
export interface RefChange {
  /** The URL as it stands in the file, with its ref; or a repo: a URL of it, or `owner/name` at any host. Then every URL from it moves. */
  readonly resource: string;
  readonly ref: string;
}

/** What became of a text. */
export interface Edited {
  /** The whole new text. The old one, byte for byte, when everything was so already. */
  readonly text: string;
  /** Each value that was changed, with its line. Empty: nothing was. */
  readonly edits: readonly Edit[];
}

/** Why a text was not edited. The message says what to do. */
export class KustomizationError extends Error {
  override readonly name = "KustomizationError";
  /** One of a closed list: `duplicate-entry`, `entry-alias`, `several-documents`, … */
  readonly reason: RefuseReason;
  /** Line of the file that is concerned, the first is 1; `null`: the request itself is at fault. */
  readonly line: number | null;

  constructor(reason: RefuseReason, message: string, line: number | null) {
    super(message);
    this.reason = reason;
    this.line = line;
  }
}

/**
 * Edits the text of a kustomization file. Only the bytes that a change needs are written anew: comments, order, quotes,
 * indentation and line endings stay. All changes are made or none.
 *
 * The result was read back and means what was asked, by YAML 1.1 as kustomize reads it. What cannot be edited with that
 * certainty is refused.
 *
 * @param text the whole file
 * @param changes in any order; several of one image are united, the later word holds field by field
 * @returns the new text, and what was changed in it
 * @throws {@link KustomizationError} and nothing else
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { editKustomization } from "tagboat/kustomize";
 *
 * const before = `images:
 * - name: quay.io/acme/shop # the shop
 *   newTag: v1.9
 *   digest: sha256:aa
 * `;
 * const { text, edits } = editKustomization(before, [
 *   { image: "quay.io/acme/shop", newTag: "1.10", digest: null },
 * ]);
 * assert.equal(text, `images:
 * - name: quay.io/acme/shop # the shop
 *   newTag: "1.10"
 * `);
 * assert.equal(edits.length, 2);
 * ```
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { editKustomization } from "tagboat/kustomize";
 *
 * const { text } = editKustomization(
 *   "resources:\n- https://github.com/acme/shop//config?timeout=90s&ref=v1\n",
 *   [{ resource: "acme/shop", ref: "v2" }],
 * );
 * assert.equal(text, "resources:\n- https://github.com/acme/shop//config?timeout=90s&ref=v2\n");
 * ```
 */
export function editKustomization(text: string, changes: readonly Change[]): Edited {
  return taken(edit(text, changes.map(withFile)));
}

/**
 * Does to a text what `kustomize edit set image` does to a file: the same arguments, the same meaning for `kustomize build`, but no other byte
 * is touched. What an argument does not name is removed from the entry: `app:v2` removes `newName` and `digest`; `app=*:v2` keeps `newName`.
 *
 * @param text the whole file
 * @param args `image:tag`, `image@digest`, `image:tag@digest`, `image=new-image` and their combinations; `*` keeps a field
 * @returns the new text, and what was changed in it
 * @throws {@link KustomizationError} and nothing else; for arguments that kustomize refuses, with kustomize's message
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { KustomizationError, setImages } from "tagboat/kustomize";
 *
 * const before = "images:\n- name: app # ours\n  newName: quay.io/acme/app\n  newTag: v1\n";
 * assert.equal(
 *   setImages(before, ["app=*:v2"]).text,
 *   "images:\n- name: app # ours\n  newName: quay.io/acme/app\n  newTag: v2\n",
 * );
 *
 * try {
 *   setImages("images:\n- name: app\n  tagSuffix: -debug\n", ["app:v2"]);
 *   assert.fail();
 * } catch (error) {
 *   assert.ok(error instanceof KustomizationError);
 *   assert.deepEqual([error.reason, error.line], ["tag-suffix", 2]);
 * }
 * ```
 */
export function setImages(text: string, args: readonly string[]): Edited {
  const read = readImageArguments(args, "");
  if (read.kind === "invalid") throw new KustomizationError("value-invalid", read.message, null);
  return taken(edit(text, read.changes));
}

function withFile(change: Change): FileChange {
  if ("resource" in change)
    return { kind: "ref", file: "", repo: change.resource, ref: change.ref };
  const { image, add = true, ...fields } = change;
  const setsOne = Object.values(fields).some((value) => typeof value === "string");
  return { kind: "image", file: "", entry: image, add: add && setsOne, ...fields };
}

function taken(result: EditResult): Edited {
  if (result.kind === "edited") return { text: result.text, edits: result.edits };
  const { reason, message, line } = result.refusal;
  throw new KustomizationError(reason, message, line ?? null);
}
