import type { Commit } from "../../../sandbox/git/object-store.ts";
import type { Pull } from "../../../sandbox/world/entities.ts";
import { type OwnWords, type RepoLook, wordsOf } from "./repo-look.ts";
import type { Said } from "./said.ts";

export interface Origin {
  readonly kind: "tracking" | "promotion" | "rollback" | "person" | "foreign";
  readonly requester: string | null;
  /** The App's own commit. */
  readonly own: { readonly commit: Commit; readonly words: OwnWords } | null;
  readonly authors: readonly string[];
}

/** Whose a pull request is, by who wrote its commits. */
export async function originOf(look: RepoLook, said: Said, pull: Pull): Promise<Origin> {
  const commits = await look.commits(pull);
  const authors = commits.flatMap(({ author, oid }) => [author.name, look.authorOf(oid)]);
  const bare = { requester: null, own: null, authors };
  if (pull.author !== look.bot) {
    const kind = pull.headBranch.startsWith("tagboat/") ? "foreign" : "person";
    return { ...bare, kind, requester: pull.author };
  }
  const own = await ownCommit(look, commits);
  if (own === null) return { ...bare, kind: "foreign" };
  const { words } = own;
  const kind = words.kind === "rollback" || words.kind === "promotion" ? words.kind : "tracking";
  const saying = said.of(words.asked?.comment ?? null);
  return { kind, requester: saying?.who ?? null, own, authors: [] };
}

/** The one commit of the App's, beside which only merges of the base stand; `null`: it is otherwise. */
async function ownCommit(look: RepoLook, commits: readonly Commit[]): Promise<Origin["own"]> {
  const [commit, ...more] = commits.filter(({ oid }) => look.byApp(oid));
  const words = commit === undefined ? null : wordsOf(commit);
  if (commit === undefined || more.length > 0 || words === null) return null;
  for (const one of commits) if (one !== commit && !(await look.isBaseMerge(one))) return null;
  return { commit, words };
}
