import type { WrittenConfig, WrittenEnvironment } from "./config-schema.ts";
import type { Finding } from "./config-text.ts";

/** What stands in the config, is valid, and is not acted on by this version: said, so that nobody relies on it. */
export function waitingParts(config: WrittenConfig): Finding[] {
  const findings: Finding[] = [];
  for (const [index, environment] of config.environments.entries()) {
    findings.push(...ofEnvironment(environment, ["environments", index]));
  }
  return findings;
}

function ofEnvironment(environment: WrittenEnvironment, path: readonly PropertyKey[]): Finding[] {
  const findings: Finding[] = [];
  const { merge, on, approvals, soak, require, freeze } = environment;
  const say = (key: string, what: string, until: string) =>
    findings.push(waiting([...path, key], what, until));
  if (merge === "auto" || merge === "approved") {
    say("merge", `\`merge: ${merge}\``, "a person merges the pull requests");
  }
  if (on === "merge") say("on", "`on: merge`", "nothing is proposed here when `after` was merged");
  if (approvals) say("approvals", "`approvals`", "the repo's own branch rules decide");
  if (soak !== undefined) say("soak", "`soak`", "no time is waited");
  if (require) say("require", "`require`", "the repo's own required checks decide");
  if (freeze.length > 0) say("freeze", "`freeze`", "nothing is held back");
  return findings;
}

function waiting(path: readonly PropertyKey[], what: string, until: string): Finding {
  const message = `${what} is understood but waits for a later version: until then ${until}.`;
  return { severity: "waiting", message, path };
}
