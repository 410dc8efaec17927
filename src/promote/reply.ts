import type { Environment } from "../model/config.ts";
import type { NewItem, Settled } from "../model/inbox.ts";
import type { Outcome } from "../model/outcome.ts";
import { code } from "../model/outside-text.ts";
import type { Reaction } from "../model/pulls.ts";
import type { Superseded } from "../propose/pinned.ts";
import type { PinnedProposal } from "../propose/pinned-proposal.ts";
import { shortName, shortVersion } from "../propose/title.ts";
import type { ViewToTell } from "../render/proposal-view.ts";
import type { Word } from "./words.ts";

/** What a person who wrote a command is told. */
export interface Answer {
  /** Markdown, as it may be posted. */
  readonly body: string;
  readonly reaction: Extract<Reaction, "rocket" | "confused">;
  readonly outcomes: readonly Outcome[];
  /** The outcomes with the versions that they are about; absent: about none. */
  readonly settled?: readonly Settled[];
  /** What the reply is to keep, signed. */
  readonly words?: readonly Word[];
  /** What proposals do to what is built, to be told on their heads. */
  readonly views?: readonly ViewToTell[];
  /** Work that it leads to. */
  readonly items?: readonly NewItem[];
}

/** `pre-prod`, or `pre-prod/api`. */
export function placeWords(place: {
  readonly environment: string;
  readonly component: string | null;
}): string {
  const { component, environment } = place;
  return code(component === null ? environment : `${environment}/${component}`);
}

/** Tells of a proposal that is open now, however it came to be: a command that ran twice is answered the same. */
export function proposedWords(
  proposal: PinnedProposal,
  number: number,
  closed: readonly Superseded[],
): string {
  const { components, kind, notes, place } = proposal;
  const what = kind === "rollback" ? "rolls back" : "promotes";
  const where = components.length === 0 ? "" : ` (${namesWords(components)})`;
  return [
    `#${number} ${what} ${stepsWords(proposal)} ${kind === "rollback" ? "in" : "to"} ${placeWords(place)}${where}.`,
    ...notes,
    ...closed.map((one) => supersededWords(place.environment, one)),
    needsWords(proposal),
  ].join(" ");
}

function supersededWords(environment: string, { left, number }: Superseded): string {
  if (left.length === 0) return `#${number} is closed for it.`;
  const again = code(`/promote ${environment} ${left.join(" ")}`);
  return `#${number} is closed for it, which carried ${namesWords(left)} as well: ${again} brings that again.`;
}

function stepsWords({ rows, refs }: PinnedProposal): string {
  const steps = [
    ...rows.map(({ from, image, to }) => {
      const before = from === null ? "" : `${code(shortVersion(from))} → `;
      return `${code(shortName(image))} ${before}${code(shortVersion(to))}`;
    }),
    ...refs.map(({ ref, repo }) => `${code(repo)} → ${code(ref.slice(0, 12))}`),
  ];
  const different = [...new Set(steps)];
  const shown = different.slice(0, 5).join(", ");
  return different.length > 5 ? `${shown} and ${different.length - 5} more` : shown;
}

/** What is still needed before it may merge. */
function needsWords({ asked, environment, kind }: PinnedProposal): string {
  const { approvals } = environment;
  const count = kind === "rollback" ? Math.min(1, approvals.count) : approvals.count;
  if (count === 0) return mergeWords(environment, "");
  const who =
    approvals.teams.length === 0
      ? "somebody with write"
      : `somebody of ${approvals.teams.map((team) => code(team)).join(" or ")}`;
  const not =
    approvals.requester || asked.by === null ? "" : ` other than ${code(asked.by.login, 40)}`;
  const many = count === 1 ? "It needs the approval of" : `It needs ${count} approvals, of`;
  return mergeWords(environment, `${many} ${who}${not}. `);
}

function mergeWords({ merge }: Environment, before: string): string {
  const after = merge === "manual" ? "A person merges it." : "It merges by itself then.";
  return `${before}${after}`;
}

/** Who may not do it, and who may. */
export function notPermitted(login: string, what: string, who: string): string {
  return `${code(login, 40)} may not ${what} here: ${who}.`;
}

/** Several answers to one command as one. */
export function together(answers: readonly Answer[]): Answer {
  const [first] = answers;
  if (first === undefined) throw new Error("nothing to say");
  if (answers.length === 1) return first;
  return {
    body: answers.map(({ body }) => (body.includes("\n") ? body : `- ${body}`)).join("\n"),
    reaction: answers.some(({ reaction }) => reaction === "rocket") ? "rocket" : "confused",
    outcomes: answers.flatMap(({ outcomes }) => outcomes),
    settled: answers.flatMap(
      ({ outcomes, settled }) => settled ?? outcomes.map((outcome) => ({ subject: null, outcome })),
    ),
    words: answers.flatMap(({ words }) => words ?? []),
    views: answers.flatMap(({ views }) => views ?? []),
    items: answers.flatMap(({ items }) => items ?? []),
  };
}

/** A line of names, as many as can be read. */
export function namesWords(names: readonly string[]): string {
  const shown = names
    .slice(0, 15)
    .map((name) => code(name))
    .join(", ");
  return names.length > 15 ? `${shown} and ${names.length - 15} more` : shown;
}
