import type { Source } from "../model/delivery.ts";
import type { Dropped, DropReason, ImageEvent, Normalised } from "../model/event.ts";
import type { SourceOptions } from "./source-options.ts";

/** Senders that post to `/hooks/<source>/…`. The App's own webhook has its own route. */
export type HookSource = Exclude<Source, "github" | "tagboat">;

/** Names of Tekton results (or, for `revision` and `repo`, parameters) that carry what the Chains type hints do not. */
export interface TektonResultNames {
  readonly image: readonly string[];
  readonly tag: readonly string[];
  readonly digest: readonly string[];
  readonly revision: readonly string[];
  readonly repo: readonly string[];
}

/** What the operator may set about reading deliveries. */
export interface NormaliseOptions {
  readonly tekton: {
    /** Also act on task runs that belong to no pipeline run. */
    readonly taskRuns: boolean;
    readonly results: TektonResultNames;
  };
  /** Settings by source, or by `source/owner` (lower case) for one owner alone, which then stand as a whole. */
  readonly sources: Readonly<Record<string, SourceOptions>>;
}

const NO_OPTIONS: SourceOptions = {};

/** What the operator set for one source on behalf of one owner. */
export function optionsOf(
  { sources }: Pick<NormaliseOptions, "sources">,
  source: string,
  owner: string | null,
): SourceOptions {
  const names = [...(owner === null ? [] : [`${source}/${owner.toLowerCase()}`]), source];
  const name = names.find((one) => Object.hasOwn(sources, one));
  return (name === undefined ? undefined : sources[name]) ?? NO_OPTIONS;
}

/** Headers with names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** One authentic delivery, parsed: what a source's reader is handed. */
export interface Message {
  readonly headers: Headers;
  readonly body: unknown;
  readonly options: NormaliseOptions;
  /** The operator's settings for this source and owner. */
  readonly own: SourceOptions;
}

/** What proves a sender beyond the token in the URL. */
export type Authentication =
  /** Nothing: the sender can do no more. */
  | { readonly kind: "url" }
  /**
   * The secret in a header, as it is or after a scheme. `absent`: whether a delivery without that header is refused, or
   * believed for its URL unless the operator demands the header (`authorization: required`).
   */
  | {
      readonly kind: "header";
      readonly name: string;
      readonly schemes: readonly ("plain" | "bearer" | "basic")[];
      readonly absent: "refuse" | "url";
    }
  /** A hex HMAC of the raw body in one of the headers, behind the prefix. `compacted`: or of the same JSON without spaces. */
  | {
      readonly kind: "hmac";
      readonly algorithm: "sha1" | "sha256";
      readonly headers: readonly { readonly name: string; readonly prefix: string }[];
      readonly compacted?: boolean;
    }
  /** Tagboat's own format: an HMAC like GitHub's in `X-Signature`, or an id token of a CI. */
  | { readonly kind: "generic" }
  /** `X-JFrog-Event-Auth`: an HMAC or the secret itself, as the operator says. */
  | { readonly kind: "artifactory" }
  /** `X-Gitlab-Token`, or a signature of Standard Webhooks. */
  | { readonly kind: "gitlab" }
  /** A message that Amazon SNS signed, of a topic that the operator lists. */
  | { readonly kind: "sns" }
  /** An id token of Google's for the account that pushes. */
  | { readonly kind: "pub-sub" };

/** How deliveries of one source are taken in and read. */
export interface SourceRules {
  /** Foreign JSON → events. Never throws, whatever the body holds. */
  normalise(message: Message): Normalised;
  /** The sender's own id of the delivery where it stays the same over retries, else `null`. */
  senderId(headers: Headers, body: unknown): string | null;
  /** Answer to an authentic body that cannot be read: 202 for senders that block or disable themselves on 4xx. */
  readonly unreadableStatus: 202 | 400;
  readonly authentication: Authentication;
  /** Largest body in bytes. */
  readonly bodyCap: number;
  /** A larger body: 413, or read away and 202 for a sender that would repeat it forever. */
  readonly overCap: "refuse" | "drain";
  /** Media types that are read; a delivery without a content type is taken as JSON. */
  readonly contentTypes: readonly string[];
}

/** Gathers the events of one delivery beside what it dropped. */
export interface Gathering {
  readonly events: ImageEvent[];
  readonly dropped: Dropped[];
}

/** The answer of a delivery of which nothing is used. */
export function droppedAll(reason: DropReason, what: string): Normalised {
  return { kind: "read", events: [], dropped: [{ reason, what }] };
}

/** The answer to a body that is not of the source's shape. */
export function unreadable(detail: string): Normalised {
  return { kind: "unreadable", detail };
}

const MIB = 1024 * 1024;

/** How a JSON webhook is taken in where its sender has no manners of its own. */
export const plainJson = {
  unreadableStatus: 202,
  bodyCap: MIB,
  overCap: "refuse",
  contentTypes: ["application/json"],
} as const satisfies Partial<SourceRules>;

/** The signature of GitHub's webhooks, which others have taken over. */
export const githubSignature: Authentication = {
  kind: "hmac",
  algorithm: "sha256",
  headers: [{ name: "x-hub-signature-256", prefix: "sha256=" }],
};
