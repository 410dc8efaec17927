import { visible } from "../../model/outside-text.ts";
import type { GateArtifact, GateFacts, GatePlace } from "./facts.ts";
import { closed, combined, type Finding, open, waiting } from "./finding.ts";

/** The image still exists, and its tag still names what it named in the environment before. */
export function artifactGate(_facts: GateFacts, { artifacts }: GatePlace): Finding | null {
  const findings = artifacts.flatMap((artifact) => oneImage(artifact) ?? []);
  return findings.length === 0 ? null : combined(findings);
}

function oneImage({ name, version, registry }: GateArtifact): Finding | null {
  if (registry === null) return null;
  const { expected, found } = registry;
  const what = visible(`${name} ${version}`);
  if (found.kind === "missing") return closed(`${what} is gone from its registry.`);
  if (found.kind === "unknown") {
    return waiting(`The registry did not tell of ${what}: ${visible(found.detail)}.`);
  }
  if (expected === null) return open("It exists; no digest was noted before.");
  if (expected === found.digest) return open("The same digest as before.");
  return closed(`${what} names another image now: ${found.digest}, not ${expected}.`);
}

/** No release comes that a person banned. */
export function banGate(_facts: GateFacts, { artifacts }: GatePlace): Finding {
  const banned = artifacts.flatMap(({ name, version, ban }) =>
    ban === null ? [] : [`${name} ${version} by ${ban.by} (${ban.reason})`],
  );
  if (banned.length === 0) return open("It is not banned.");
  return closed(`Banned: ${banned.map((one) => visible(one)).join("; ")}.`);
}

/** Nobody said "leave this alone". */
export function holdGate({ now }: GateFacts, { holds }: GatePlace): Finding {
  const standing = holds.filter(({ until }) => until === null || new Date(until) > now);
  const ends = standing.flatMap(({ until }) => (until === null ? [] : [new Date(until)]));
  const [hold] = standing;
  if (hold === undefined) return open("Nobody holds it.");
  const others = standing.length > 1 ? ` and ${standing.length - 1} more` : "";
  const last = ends.sort((a, b) => b.getTime() - a.getTime())[0] ?? null;
  return closed(
    `Held by ${visible(hold.owner, 40)}${others}: ${visible(hold.reason)}. /tagboat unhold lifts it.`,
    ends.length === standing.length ? last : null,
  );
}
