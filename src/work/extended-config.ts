import { type ExtendedBase, readExtends } from "../decide/config-extends.ts";
import { CONFIG_PATH } from "../model/config.ts";
import type { CdRepo, Forge } from "../model/forge.ts";

/** The repos that the App may read, by full name in lower case. */
export type Reach = (fullName: string) => CdRepo | null;

/** Where files of repos are read. */
export type RepoReader = Pick<Forge, "readRepo">;

/** The configs that a config text builds on. */
export interface ExtendedConfig {
  /** Nearest first. The first that is missing or unreadable ends the list. */
  readonly bases: readonly ExtendedBase[];
  /** Full names of the repos that were named, readable or not. */
  readonly names: readonly string[];
}

/** Longer chains than this are a mistake. */
const MOST_BASES = 5;

/**
 * Follows `_extends` from repo to repo, at most five of them, of the same owner only: what another owner writes must not
 * change where images go. At most two requests for each.
 */
export async function readExtended(
  forge: RepoReader,
  reach: Reach,
  owner: string,
  text: string,
): Promise<ExtendedConfig> {
  const bases: ExtendedBase[] = [];
  const names: string[] = [];
  for (let current = text; ; ) {
    const extended = readExtends(current);
    if (extended.kind === "none") return { bases, names };
    const next = extended.kind === "invalid" ? extended.message : nameIn(extended, owner, names);
    if (typeof next === "string") return { bases: [...bases, trouble(next)], names };
    names.push(next.name);
    const read = await readBase(forge, reach, next.name);
    bases.push(read);
    if (read.kind === "trouble") return { bases, names };
    current = read.text;
  }
}

function nameIn(
  extended: { readonly owner: string | null; readonly name: string },
  owner: string,
  seen: readonly string[],
): { name: string } | string {
  const own = owner.toLowerCase();
  if (extended.owner !== null && extended.owner !== own)
    return `\`_extends\` may name a repo of ${owner} only.`;
  const name = `${own}/${extended.name}`;
  if (seen.includes(name)) return `\`_extends\` runs in a circle at ${name}.`;
  return seen.length >= MOST_BASES ? "`_extends` names too many configs in a row." : { name };
}

async function readBase(forge: RepoReader, reach: Reach, name: string): Promise<ExtendedBase> {
  const repo = reach(name);
  if (repo === null) return trouble(`\`_extends\`: the App is not installed on ${name}.`);
  const read = await forge.readRepo(repo, null, () => false);
  const config = read?.files.find(({ path }) => path === CONFIG_PATH);
  if (config?.kind === "text") return { kind: "text", repo: name, text: config.text };
  return trouble(`\`_extends\`: ${name} has no \`${CONFIG_PATH}\` that can be read.`);
}

function trouble(message: string): ExtendedBase {
  return { kind: "trouble", message };
}
