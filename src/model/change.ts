/** "In this file, at this place, this value": a value, not an action. */
export type Change = ImageChange | RefChange;

export interface ImageChange {
  readonly kind: "image";
  /** Path of the kustomization file from the repo's root. */
  readonly file: string;
  /** `name` of the entry as it stands in the file. */
  readonly entry: string;
  /** Absent: keep. `null`: remove. */
  readonly newName?: string | null;
  readonly newTag?: string | null;
  readonly digest?: string | null;
  /** Add the entry when the file has none of that name. Default: refuse. */
  readonly add?: boolean;
}

export interface RefChange {
  readonly kind: "ref";
  readonly file: string;
  /** Git repo whose URLs move, `owner/name` or a URL. */
  readonly repo: string;
  readonly ref: string;
}

/** A file as it is to be: the whole new text. */
export interface FileEdit {
  readonly path: string;
  readonly text: string;
}
