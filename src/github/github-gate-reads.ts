import type { GateReads } from "../model/gate-reads.ts";
import type { GithubForgeOptions } from "./github-forge.ts";
import { Host } from "./host.ts";
import { listHeads } from "./list-pulls.ts";
import { openChanges } from "./open-changes.ts";
import { lookAtPull } from "./pull-look.ts";
import { readQueueGroup } from "./queue-group.ts";

/** The port `GateReads` on GitHub, for the same host and App as the forge. */
export function createGithubGateReads(options: GithubForgeOptions): GateReads {
  const { appId } = options;
  return {
    look: (repo, { isEnough, ...wanted }) =>
      lookAtPull(new Host(options, repo.installation), appId, { repo, ...wanted }, isEnough),
    async ofHead(repo, oid) {
      const wanted = { states: ["OPEN"], base: null, labels: null } as const;
      const open = await listHeads(new Host(options, repo.installation), repo, wanted);
      return open.filter(({ headOid }) => headOid === oid).map(({ number }) => number);
    },
    openChanges: (repo) => openChanges(new Host(options, repo.installation), repo),
    queueGroup: (repo, group) => readQueueGroup(new Host(options, repo.installation), repo, group),
  };
}
