import type { CdRepo } from "../model/forge.ts";
import { PROMOTION_CHECK } from "../model/gate.ts";
import type { PullGlance, PullLook } from "../model/gate-reads.ts";
import { branchDemands, requiresGate } from "./branch-rules.ts";
import { certainFiles } from "./certain-files.ts";
import type { Host } from "./host.ts";
import { runVerdict } from "./pull-checks.ts";
import { type Found, findPull, readRest, STATES, type WantedPull } from "./pull-facts.ts";

/** The first query of a pull request, and the rest of its facts where that was not enough. `null`: gone. */
export async function lookAtPull(
  host: Host,
  appId: number,
  { repo, ...wanted }: WantedPull & { readonly repo: CdRepo },
  isEnough: (glance: PullGlance) => boolean,
): Promise<PullLook | null> {
  const found = await findPull(host, repo, wanted);
  if (found === null) return null;
  const glance = glanceOf(found, appId);
  if (isEnough(glance)) return { glance, facts: null };
  return { glance, facts: await readRest(host, appId, repo, found) };
}

function glanceOf({ checks, configOid, pull, said, sameHead }: Found, appId: number): PullGlance {
  const own = checks.find(
    (check) =>
      check.__typename === "CheckRun" &&
      check.name === PROMOTION_CHECK &&
      check.checkSuite.app?.databaseId === appId,
  );
  return {
    number: pull.number,
    state: STATES[pull.state],
    base: pull.baseRefName,
    headOid: pull.headRefOid,
    configOid,
    files: certainFiles(pull),
    check:
      own?.__typename === "CheckRun"
        ? { verdict: runVerdict(own), title: own.title ?? null }
        : null,
    required: requiresGate(branchDemands(pull.baseRef), appId),
    said,
    sameHead,
  };
}
