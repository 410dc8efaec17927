/** Senders that post to `/hooks/<source>/…`. `github` is the App's own webhook, checked by its signature. */
export const sources = [
  "distribution",
  "quay",
  "tekton",
  "github-package",
  "generic",
  "github",
] as const;
export type Source = (typeof sources)[number];

/** What a hook URL may speak for: everything of an owner, one CD repo, or images below a prefix. */
export type HookScope =
  | { readonly kind: "owner" }
  /** `repo`: its name alone, in lower case. */
  | { readonly kind: "repo"; readonly repo: string }
  | { readonly kind: "image"; readonly prefix: string };

/** One webhook as it arrived. Kept until handled, then as history. */
export interface Delivery {
  /** Ours: sorts by arrival. */
  readonly id: string;
  readonly source: Source;
  /** GitHub owner in lower case whose CD repos it may reach. */
  readonly owner: string;
  readonly scope: HookScope;
  /** The sender's own id, where it stays the same over retries; else `null`. */
  readonly senderId: string | null;
  /** RFC 3339. */
  readonly receivedAt: string;
  /** Only headers of the allow list, names in lower case, no secret among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, byte for byte as received. */
  readonly body: string;
}
