import type { GateState } from "../../model/gate.ts";
import { visible } from "../../model/outside-text.ts";
import type { GatePlace } from "./facts.ts";

/** How one gate stands in one place. */
export type Finding = Omit<GateState, "gate">;

/** `until`: when it may close again. */
export function open(detail: string, until: Date | null = null): Finding {
  return { verdict: "open", detail, until };
}

/** Nothing is wrong; something is still awaited. */
export function waiting(detail: string, until: Date | null = null): Finding {
  return { verdict: "waiting", detail, until };
}

/** Somebody has to mend something, or to decide. */
export function closed(detail: string, until: Date | null = null): Finding {
  return { verdict: "closed", detail, until };
}

const WEIGHT = { open: 0, waiting: 1, closed: 2 } as const;

/** The worst of several verdicts. */
export function worstOf(verdicts: readonly GateState["verdict"][]): GateState["verdict"] {
  return verdicts.reduce((worst, one) => (WEIGHT[one] > WEIGHT[worst] ? one : worst), "open");
}

/** Findings of one gate as one: the worst verdict, said by those that have it; the earliest time at which any may change. */
export function combined(findings: readonly Finding[]): Finding {
  const verdict = worstOf(findings.map((finding) => finding.verdict));
  const telling = findings.filter((finding) => finding.verdict === verdict);
  const times = findings.flatMap(({ until }) => (until === null ? [] : [until.getTime()]));
  return {
    verdict,
    detail: [...new Set(telling.map(({ detail }) => detail))].join(" "),
    until: times.length === 0 ? null : new Date(Math.min(...times)),
  };
}

/** `prod`, or `prod/api`. */
export function placeName({ environment, component }: GatePlace): string {
  return component === null ? environment.name : visible(`${environment.name}/${component}`, 120);
}

/** `ben`, `ben and carol`, `ben, carol and dora`. */
export function listed(words: readonly string[], and = "and"): string {
  const shown = words.map((word) => visible(word, 80));
  if (shown.length <= 1) return shown.join("");
  return `${shown.slice(0, -1).join(", ")} ${and} ${shown.at(-1)}`;
}
