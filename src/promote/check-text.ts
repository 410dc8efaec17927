import type { CheckReport } from "../model/forge.ts";
import { type GateReport, type GateState, PROMOTION_CHECK } from "../model/gate.ts";
import { cell, code, table } from "../model/outside-text.ts";
import { nextLook } from "./gates/evaluate.ts";
import type { GateFacts } from "./gates/facts.ts";
import { placeName } from "./gates/finding.ts";

/** What the check is about. */
export interface CheckAbout {
  /** Base branch of the pull request. */
  readonly base: string;
  /** Whether the rules of that branch require the check, from our App. */
  readonly required: boolean;
  /** `null`: nothing tracked is changed. */
  readonly facts: Pick<GateFacts, "origin" | "places" | "config"> | null;
  /** What it is about where that is no single pull request; a sentence. */
  readonly subject?: string;
}

const MARKS = { open: "✓", waiting: "…", closed: "✗" } as const;
const PLACES_SHOWN = 10;

/**
 * The check `tagboat/promotion` as people read it. GitHub takes a required check that is neutral or skipped for passed
 * (https://docs.github.com, "About protected branches"), so that whatever may not merge is a failure.
 */
export function promotionCheck(
  report: GateReport,
  about: CheckAbout,
): Pick<CheckReport, "name" | "conclusion" | "title" | "summary" | "annotations"> {
  const advisory = !about.required && report.verdict !== "open";
  return {
    name: PROMOTION_CHECK,
    conclusion: report.verdict === "open" ? "success" : "failure",
    title: advisory ? `${report.title} (advisory)` : report.title,
    summary: summaryOf(report, about),
    annotations: [],
  };
}

function summaryOf(report: GateReport, about: CheckAbout): string {
  if (report.states.length === 0) {
    return "It changes no image or ref that Tagboat tracks and that waits for a gate, and not its config.";
  }
  const rows = report.states.map((state) => [MARKS[state.verdict], state.gate, tell(state)]);
  const next = nextLook(report);
  return [
    about.subject ?? (about.facts === null ? "" : subjectOf(about.facts)),
    table(["", "gate", "how it stands"], rows),
    next === null
      ? ""
      : `Looked at again by itself at ${instant(next)}, and whenever something changes.`,
    about.required ? "" : advice(about.base),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function subjectOf({ origin, places, config }: NonNullable<CheckAbout["facts"]>): string {
  if (places.length === 0) {
    return config === null
      ? "A change of more files than are listed."
      : "A change of Tagboat's config.";
  }
  const names = places.slice(0, PLACES_SHOWN).map((place) => code(placeName(place)));
  const more = places.length > PLACES_SHOWN ? ` and ${places.length - PLACES_SHOWN} more` : "";
  const where = `${names.join(", ")}${more}`;
  if (origin.kind === "tracking") return `New images for ${where}.`;
  if (origin.kind === "person") return `A person's own change of what runs in ${where}.`;
  if (origin.kind === "foreign")
    return `A proposal for ${where}, with work of others on its branch.`;
  const what = origin.kind === "rollback" ? "Rollback of" : "Promotion to";
  const { requester } = origin;
  return `${what} ${where}, ${requester === null ? "opened by a merge" : `asked for by ${code(requester.login)}`}.`;
}

function tell({ verdict, detail, until }: GateState): string {
  const said = cell(detail, 800);
  if (until === null) return said;
  return `${said} ${verdict === "open" ? "Open until" : "Until"} ${instant(until)}.`;
}

/** To the minute, up: nobody is told of a time at which it is not yet so. */
function instant(at: Date): string {
  const minute = new Date(Math.ceil(at.getTime() / 60_000) * 60_000);
  return `${minute.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function advice(base: string): string {
  return `> **Advisory**: the rules of ${code(base)} do not require this check, so GitHub lets people merge whatever it says. Require ${code(PROMOTION_CHECK)} there, with Tagboat as its source.`;
}
