import type { Source } from "../model/delivery.ts";
import type { Dropped, DropReason, ImageEvent, Normalised } from "../model/event.ts";

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
}

/** Headers with names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** One authentic delivery, parsed: what a source's reader is handed. */
export interface Message {
  readonly headers: Headers;
  readonly body: unknown;
  readonly options: NormaliseOptions;
}

/** How deliveries of one source are taken in and read. */
export interface SourceRules {
  /** Foreign JSON → events. Never throws, whatever the body holds. */
  normalise(message: Message): Normalised;
  /** The sender's own id of the delivery where it stays the same over retries, else `null`. */
  senderId(headers: Headers, body: unknown): string | null;
  /** Answer to an authentic body that cannot be read: 202 for senders that block or disable themselves on 4xx. */
  readonly unreadableStatus: 202 | 400;
  /** What proves the sender beyond the token in the URL. */
  readonly authentication: "none" | "github-signature" | "generic-signature";
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
