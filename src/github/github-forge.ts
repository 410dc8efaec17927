import type { Forge } from "../model/forge.ts";
import type { Blobs } from "../model/render.ts";
import { cdRepos } from "./cd-repos.ts";
import { reportCheck } from "./check-run.ts";
import { closeProposal } from "./close-proposal.ts";
import { commitToBase } from "./commit-to-base.ts";
import { readConfigChange } from "./config-change.ts";
import { Host, type HostOptions } from "./host.ts";
import { HostMemory } from "./host-memory.ts";
import { openProposal } from "./open-proposal.ts";
import { readBlobs } from "./read-blobs.ts";
import { readRepo } from "./repo-files.ts";
import { sweep } from "./sweep.ts";
import { readTarget } from "./target.ts";
import { updateProposal } from "./update-proposal.ts";

/** What the adapter is made from. One adapter speaks to one host. */
export interface GithubForgeOptions extends HostOptions {
  /** Numeric id of the App: which check runs are ours. */
  readonly appId: number;
}

/**
 * The port `Forge` on GitHub. Reads are one GraphQL query each, writes one document of mutations each. `octokitFor` gives
 * a client of an installation, `appOctokit` one that speaks as the App; both must neither delay nor repeat requests
 * (`TagboatOctokit`). Who our bot is, each read learns from the host with the rest (`viewer`).
 */
export function createGithubForge(options: GithubForgeOptions): Forge {
  const memory = new HostMemory(options.clock);
  const app = new Host(options, null);
  const hostOf = (installation: number): Host => new Host(options, installation);
  return {
    cdRepos: (owner) => cdRepos(app, hostOf, owner),
    readRepo: (repo, branch, wanted) => readRepo(hostOf(repo.installation), repo, branch, wanted),
    readTarget: (query) => readTarget(hostOf(query.repo.installation), query),
    openProposal: (proposal) =>
      openProposal(hostOf(proposal.target.repo.installation), memory, proposal),
    updateProposal: (update) =>
      updateProposal(hostOf(update.target.repo.installation), memory, update),
    closeProposal: (close) => closeProposal(hostOf(close.target.repo.installation), memory, close),
    commitToBase: (commit) => commitToBase(hostOf(commit.target.repo.installation), memory, commit),
    readConfigChange: (repo, pull) => readConfigChange(hostOf(repo.installation), repo, pull),
    reportCheck: (report) => reportCheck(hostOf(report.repo.installation), options.appId, report),
    sweep: (repo, olderThan) => sweep(hostOf(repo.installation), repo, olderThan),
  };
}

/** The port `Blobs` on GitHub, for the same host. */
export function createGithubBlobs(options: HostOptions): Blobs {
  return {
    readBlobs: (repo, oids) => readBlobs(new Host(options, repo.installation), repo, oids),
  };
}
