import { parseConfig } from "../decide/config.ts";
import { indexRepo, type RepoIndex, wantedPaths } from "../decide/repo-index.ts";
import { CONFIG_PATH, type Config, type ConfigProblem } from "../model/config.ts";
import type { CdRepo, FileState, RepoFiles } from "../model/forge.ts";
import type { IndexedBranch } from "../model/index-cache.ts";
import { type Policy, withFloors } from "../promote/policy.ts";
import { type Reach, type RepoReader, readExtended } from "./extended-config.ts";

/** What Tagboat knows of one CD repo without asking GitHub again. */
export interface KnownRepo {
  readonly repo: CdRepo;
  /** `owner/name` in lower case. */
  readonly fullName: string;
  readonly configState: FileState | null;
  /** The config in force: the last one that parsed, with the operator's floors under it. `null`: there is none. */
  readonly config: Config | null;
  /** Repos whose configs this one extends, full names in lower case, nearest first. */
  readonly extended: readonly string[];
  /** What is wrong with the config text as it stands now. */
  readonly problems: readonly ConfigProblem[];
  /** Branches that were read: the default one, and those that the config names. */
  readonly branches: readonly IndexedBranch[];
  /** Names of all branches, as far as GitHub lists them. */
  readonly branchNames: readonly string[];
  readonly index: RepoIndex;
}

export function fullNameOf(repo: Pick<CdRepo, "owner" | "name">): string {
  return `${repo.owner}/${repo.name}`.toLowerCase();
}

/** Where repos are read, and what the operator asks of all of them. */
export interface RepoSource {
  readonly forge: RepoReader;
  readonly reach: Reach;
  readonly policy: Policy;
}

/**
 * Reads a CD repo for the index.
 * @param last the config in force before: it stays in force when the text of now cannot be read.
 * @returns `null` when the repo is gone or empty.
 */
export async function readKnownRepo(
  { forge, policy, reach }: RepoSource,
  repo: CdRepo,
  last: Config | null,
): Promise<KnownRepo | null> {
  // Every kustomization file of the default branch, whatever the config is: it may change with the next push.
  const main = await forge.readRepo(repo, null, (path) => wantedPaths(null, path));
  if (main === null) return null;
  const configState = main.files.find((file) => file.path === CONFIG_PATH) ?? null;
  const parsed = await readConfig(forge, reach, repo, configState);
  const absent = configState === null || configState.kind === "absent";
  const written = parsed.config ?? (absent ? null : last);
  const config = written === null ? null : withFloors(written, policy, fullNameOf(repo));
  const branches = [indexed(repo, main, true)];
  for (const read of await readOtherBranches(forge, repo, config, main.branch))
    branches.push(indexed(repo, read, false));
  return {
    repo,
    fullName: fullNameOf(repo),
    configState,
    config,
    extended: parsed.extended,
    problems: parsed.problems,
    branches,
    branchNames: main.branches,
    index: indexRepo(config, branches),
  };
}

/** Whether a repo has a config, be it one that cannot be read. */
export function hasConfig({ config, configState }: KnownRepo): boolean {
  return config !== null || (configState !== null && configState.kind !== "absent");
}

/** The branches that a config names besides the default one; those that do not exist are left out. */
export async function readOtherBranches(
  forge: RepoReader,
  repo: CdRepo,
  config: Config | null,
  defaultBranch: string,
): Promise<readonly RepoFiles[]> {
  const named = new Set(
    (config?.environments ?? [])
      .map(({ branch }) => branch)
      .filter((branch) => branch !== null && branch !== defaultBranch),
  );
  const found: RepoFiles[] = [];
  for (const branch of named) {
    const read = await forge.readRepo(repo, branch, (path) => wantedPaths(config, path));
    if (read !== null) found.push(read);
  }
  return found;
}

/** A branch as the index keeps it. */
export function indexed(repo: CdRepo, read: RepoFiles, isDefault: boolean): IndexedBranch {
  const { branch, commit, paths, files } = read;
  return { repo: fullNameOf(repo), branch, commit, isDefault, paths, files };
}

interface ReadConfig {
  readonly config: Config | null;
  readonly problems: readonly ConfigProblem[];
  readonly extended: readonly string[];
}

async function readConfig(
  forge: RepoReader,
  reach: Reach,
  repo: CdRepo,
  state: FileState | null,
): Promise<ReadConfig> {
  if (state === null || state.kind === "absent")
    return { config: null, problems: [], extended: [] };
  if (state.kind === "unusable") {
    const message = "The config is no plain UTF-8 text file: write it as one.";
    const problem: ConfigProblem = { severity: "error", message, line: 1, column: 1 };
    return { config: null, problems: [problem], extended: [] };
  }
  const extended = await readExtended(forge, reach, repo.owner, state.text);
  return { ...parseConfig(state.text, extended.bases), extended: extended.names };
}
