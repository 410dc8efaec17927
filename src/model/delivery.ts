/**
 * Senders that post to `/hooks/<source>/…`. `github` is the App's own webhook, checked by its signature; `tagboat` is what its
 * own sweeps found, which goes the same way as what others tell.
 */
export const sources = [
  "acr",
  "aliyun",
  "argocd",
  "artifactory",
  "cdevents",
  "cloudevents",
  "distribution",
  "dockerhub",
  "ecr",
  "ecr-sns",
  "gar",
  "generic",
  "gitea",
  "github-deployment-status",
  "github-issue-comment",
  "github-package",
  "github-ping",
  "github-pull-request-review",
  "github-registry-package",
  "github-workflow-run",
  "gitlab",
  "gitlab-registry",
  "harbor",
  "nexus",
  "openshift-imagestream",
  "quay",
  "rhacs",
  "tekton",
  "zot",
  "github",
  "tagboat",
] as const;
export type Source = (typeof sources)[number];

/** What a hook URL may speak for: everything of an owner, one CD repo, or images below a prefix. */
export type HookScope =
  | { readonly kind: "owner" }
  /** `repo`: its name alone, in lower case. */
  | { readonly kind: "repo"; readonly repo: string }
  | { readonly kind: "image"; readonly prefix: string };

/** One version of an image that a delivery speaks of. */
export interface Subject {
  readonly image: string;
  /** `null`: the delivery does not name it. */
  readonly tag: string | null;
  readonly digest: string | null;
}

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
  /** What it speaks of, as far as could be read when it arrived. */
  readonly subjects: readonly Subject[];
  /** RFC 3339. */
  readonly receivedAt: string;
  /** Only headers of the allow list, names in lower case, no secret among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, byte for byte as received. */
  readonly body: string;
}

/** How long the same content from the same hook is one delivery, in milliseconds. Short: who sends it again later means it. */
export const CONTENT_WINDOW = 2 * 60_000;

/** What makes two deliveries the same one. */
export type Identity =
  /** The sender's word: holds as long as the delivery is kept. */
  | { readonly kind: "sender-id"; readonly key: string }
  /** The same versions: holds for `CONTENT_WINDOW`. */
  | { readonly kind: "content"; readonly key: string };

/**
 * The identity of a delivery; `null`: it is like no other. Content that names no digest is none: the same tag may have been pushed
 * again with something else in it.
 */
export function identityOf(delivery: Delivery): Identity | null {
  const { owner, scope, senderId, source, subjects } = delivery;
  if (senderId !== null)
    return { kind: "sender-id", key: JSON.stringify([source, owner, senderId]) };
  if (subjects.length === 0 || subjects.some(({ digest }) => digest === null)) return null;
  const named = subjects.map(({ image, tag, digest }) => [image, tag, digest]);
  return { kind: "content", key: JSON.stringify([source, owner, scope, named]) };
}
