import { createHash } from "node:crypto";
import type { Delivery, Subject } from "../model/delivery.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import type { Outcome, Place } from "../model/outcome.ts";
import { codeSpan, linkTo } from "./mrkdwn.ts";

/** What a receiver gets: `text` for chats that take Slack's incoming webhooks, the rest for programs. */
export interface Notice {
  readonly text: string;
  /** The same for every attempt to send it. */
  readonly id: string;
  /** RFC 3339: when it happened. */
  readonly at: string;
  readonly outcome: {
    readonly kind: Outcome["kind"];
    /** Of the closed lists of `skipped` and `refused`; `opened`, `updated`, `adopted` of `proposed`. */
    readonly reason: string | null;
    readonly detail: string | null;
  };
  readonly place: Place | null;
  /** `url`: `null` where the outcome names the pull request by number alone. */
  readonly pullRequest: { readonly number: number; readonly url: string | null } | null;
  /** Commit on the base branch. */
  readonly commit: string | null;
  readonly subject: Subject | null;
  readonly delivery: {
    readonly id: string;
    readonly source: string;
    readonly owner: string;
    readonly receivedAt: string;
  };
}

/** The notice of one line of history. Text from outside stands in `text` escaped, elsewhere as it is. */
export function noticeOf(entry: LedgerEntry, delivery: Delivery): Notice {
  const { at, outcome, subject } = entry;
  const { id, source, owner, receivedAt } = delivery;
  return {
    text: textOf(outcome, subject),
    id: noticeId(entry),
    at,
    outcome: { kind: outcome.kind, reason: reasonOf(outcome), detail: detailOf(outcome) },
    place: outcome.place,
    pullRequest: pullRequestOf(outcome),
    commit: outcome.kind === "committed" ? outcome.oid : null,
    subject,
    delivery: { id, source, owner, receivedAt },
  };
}

/** History has no ids of its own: what an entry says is its id. */
function noticeId({ at, delivery, subject, outcome }: LedgerEntry): string {
  const version = subject === null ? null : [subject.image, subject.tag, subject.digest];
  const { place } = outcome;
  const where =
    place === null ? null : [place.repo, place.base, place.environment, place.component];
  const pull = pullRequestOf(outcome)?.number ?? null;
  const what = [outcome.kind, reasonOf(outcome), detailOf(outcome), pull];
  const said = JSON.stringify([delivery, at, version, where, what]);
  return createHash("sha256").update(said).digest("hex").slice(0, 32);
}

const HEADLINES: Readonly<Record<Outcome["kind"], string>> = {
  proposed: "Proposed",
  committed: "Committed",
  closed: "Closed",
  skipped: "Skipped",
  refused: "Refused",
  failed: "Given up",
};

/** `Proposed: app v1.2.3 for dev in acme/app-cd, pull request 7 (opened)`. */
function textOf(outcome: Outcome, subject: Subject | null): string {
  const what = subject === null ? "" : ` ${versionText(subject)}`;
  const reason = reasonOf(outcome);
  const pull = pullRequestOf(outcome);
  const { place } = outcome;
  const parts = [
    `*${HEADLINES[outcome.kind]}*${reason === null ? "" : ` (${reason})`}:${what}`,
    ...(place === null ? [] : [placeText(place)]),
    ...(pull === null ? [] : [linkTo(`pull request ${pull.number}`, pull.url)]),
    ...(outcome.kind === "committed" ? [codeSpan(outcome.oid.slice(0, 12))] : []),
  ];
  const detail = detailOf(outcome);
  return `${parts.join(" · ")}${detail === null || detail === "" ? "" : `\n${codeSpan(detail, 500)}`}`;
}

function versionText({ image, tag, digest }: Subject): string {
  if (tag !== null) return codeSpan(`${image}:${tag}`);
  return codeSpan(digest === null ? image : `${image}@${digest}`);
}

function placeText({ repo, environment, component }: Place): string {
  const env = environment === "" ? "" : ` ${codeSpan(environment)}`;
  return `${codeSpan(repo)}${env}${component === null ? "" : ` ${codeSpan(component)}`}`;
}

function reasonOf(outcome: Outcome): string | null {
  if (outcome.kind === "skipped" || outcome.kind === "refused") return outcome.reason;
  return outcome.kind === "proposed" ? outcome.action : null;
}

function detailOf(outcome: Outcome): string | null {
  if (outcome.kind === "closed") return outcome.why;
  return "detail" in outcome ? outcome.detail : null;
}

function pullRequestOf(outcome: Outcome): Notice["pullRequest"] {
  if (outcome.kind === "proposed") return { number: outcome.number, url: outcome.url };
  return outcome.kind === "closed" ? { number: outcome.number, url: null } : null;
}
