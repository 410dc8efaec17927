import type { WrittenConfig, WrittenEnvironment } from "./config-schema.ts";
import type { Finding } from "./config-text.ts";
import { parseDuration } from "./duration.ts";

/** What stands in the config, is valid, and is not acted on by this version: said, so that nobody relies on it. */
export function waitingParts(config: WrittenConfig): Finding[] {
  return config.environments.flatMap((environment, index) =>
    ofEnvironment(environment, ["environments", index]),
  );
}

function ofEnvironment(environment: WrittenEnvironment, path: readonly PropertyKey[]): Finding[] {
  const findings: Finding[] = [];
  const { require, soak } = environment;
  const closed = "nothing tells how a release runs, and the gate stays closed";
  if (soak !== undefined && parseDuration(soak) !== 0)
    findings.push(waiting([...path, "soak"], "`soak`", closed));
  if (require?.health != null)
    findings.push(waiting([...path, "require", "health"], "`require.health`", closed));
  return findings;
}

function waiting(path: readonly PropertyKey[], what: string, until: string): Finding {
  const message = `${what} is understood but waits for a later version: until then ${until}.`;
  return { severity: "waiting", message, path };
}
