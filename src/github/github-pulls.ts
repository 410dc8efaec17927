import type { CdRepo } from "../model/forge.ts";
import type { Pulls } from "../model/pulls.ts";
import { react, type SeenComments, say, takeComment } from "./comments.ts";
import { fileHistory } from "./file-history.ts";
import type { GithubForgeOptions } from "./github-forge.ts";
import { Host } from "./host.ts";
import { HostMemory } from "./host-memory.ts";
import { labelledNotes } from "./labelled-notes.ts";
import { label } from "./labels.ts";
import { listPulls } from "./list-pulls.ts";
import { mergePull, stopMerge } from "./merge-pull.ts";
import { readPull } from "./pull-facts.ts";
import { textsAt } from "./texts-at.ts";

/** The port `Pulls` on GitHub, for the same host and App as the forge. */
export function createGithubPulls(options: GithubForgeOptions): Pulls {
  const { appId } = options;
  const memory = new HostMemory(options.clock);
  const seen: SeenComments = new Map();
  const hostOf = (repo: CdRepo): Host => new Host(options, repo.installation);
  return {
    read: (repo, number) => readPull(hostOf(repo), appId, repo, number),
    open: (repo, base) => listPulls(hostOf(repo), repo, { states: ["OPEN"], base, labels: null }),
    comment: (repo, id, told) => takeComment(hostOf(repo), seen, { repo, id, ...told }),
    react: (repo, comment, reaction) => react(hostOf(repo), repo, comment, reaction),
    say: (said) => say(hostOf(said.repo), memory, seen, said),
    label: (repo, pull, labels) => label(hostOf(repo), repo, pull, labels),
    labelledNotes: (repo, name) => labelledNotes(hostOf(repo), repo, name),
    textsAt: (repo, commit, paths) => textsAt(hostOf(repo), repo, commit, paths),
    history: (repo, branch, path, limit) =>
      fileHistory(hostOf(repo), repo, { branch, path, limit }),
    merge: (wanted) => mergePull(hostOf(wanted.repo), appId, wanted),
    stopMerge: (repo, pull) => stopMerge(hostOf(repo), repo, pull),
  };
}
