import type { Subject } from "../model/delivery.ts";
import type { DeliverySummary } from "../model/desk.ts";
import type { LedgerEntry } from "../model/ledger.ts";
import { visible } from "../model/outside-text.ts";
import { laneWords, outcomeWords, placeWords } from "./outcome-words.ts";
import { when, wrap } from "./terminal-text.ts";

/** `quay.io/acme/app:v1`; without a tag, with the digest's beginning. */
export function subjectWords({ image, tag, digest }: Subject): string {
  if (tag !== null) return visible(`${image}:${tag}`);
  return visible(digest === null ? image : `${image}@${digest.slice(0, 19)}`);
}

/** Why a delivery is not done yet, line by line; nothing when it is. */
export function waitingLines(summary: DeliverySummary, indent: string): string[] {
  const lines = summary.state === "waiting" ? [`not routed yet${laterWords(summary)}`] : [];
  const isEnded = summary.state === "parked" || summary.state === "dead";
  // Its lanes tell it better.
  if (isEnded && summary.left.length === 0) lines.push(endWords(summary));
  for (const { lane, ...left } of summary.left) {
    const words = left.state === "waiting" ? `waits${laterWords(left)}` : endWords(left);
    lines.push(`${laneWords(lane)}: ${words}`);
  }
  return lines.flatMap((line) => wrap(line, indent));
}

interface Late {
  readonly tries: number;
  readonly detail: string | null;
  readonly due: string | null;
}

function laterWords({ tries, detail, due }: Late): string {
  const tried = tries === 0 ? "" : `, failed ${times(tries)}`;
  return `${due === null ? "" : `, due ${when(due)}`}${tried}${because(detail)}`;
}

function endWords({ state, tries, detail }: Late & { readonly state: string }): string {
  if (state === "dead") return `given up after ${times(tries)}${because(detail)}`;
  return `parked until Tagboat has access again${because(detail)}`;
}

function because(detail: string | null): string {
  return detail === null || detail === "" ? "" : `: ${visible(detail, 500)}`;
}

function times(count: number): string {
  return count === 1 ? "1 try" : `${count} tries`;
}

/** What became of it, oldest first, place by place. */
export function historyLines(history: readonly LedgerEntry[], indent: string): string[] {
  return history
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .flatMap(({ outcome }) =>
      wrap(`${placeWords(outcome.place)}: ${outcomeWords(outcome)}`, indent),
    );
}
