import { type TreeAddition, treeWith } from "../../sandbox/git/tree-edit.ts";
import type { CheckRun, Pull, Repo } from "../../sandbox/world/entities.ts";
import type { World } from "../../sandbox/world/world.ts";

/** What people and other programs do to a repo, by their login; `git push` and the buttons of GitHub's pages. */
export interface People {
  tip(branch: string): Promise<string | null>;
  /** Makes a branch at another one. */
  branch(login: string, name: string, from?: string): Promise<void>;
  deleteBranch(login: string, name: string): Promise<void>;
  /** A commit made with git and pushed: not signed by the host, any file mode. Returns its oid. */
  gitPush(
    login: string,
    branch: string,
    files: readonly TreeAddition[] | Readonly<Record<string, string>>,
    deletions?: readonly string[],
  ): Promise<string>;
  /** GitHub's "Update branch": merges `from` into `branch`. */
  mergeInto(login: string, branch: string, from: string): Promise<string>;
  openPull(login: string, branch: string, base?: string, headRepo?: Repo): Promise<Pull>;
  approve(login: string, pull: Pull): Promise<void>;
  requestChanges(login: string, pull: Pull): Promise<void>;
  close(login: string, pull: Pull): Promise<void>;
  reopen(login: string, pull: Pull): Promise<void>;
  merge(login: string, pull: Pull, method?: "merge" | "squash" | "rebase"): Promise<void>;
  /** Another App's check run on a commit. */
  check(oid: string, name: string, conclusion: "success" | "failure"): Promise<CheckRun>;
}

/** The people of one repo. Everybody's rights are the world's matter. */
export function peopleOf(world: World, repo: Repo): People {
  const { store } = repo;
  const tip = (branch: string): Promise<string | null> => store.readRef(`refs/heads/${branch}`);

  async function commitTree(
    login: string,
    tree: string,
    parents: readonly string[],
    message: string,
  ): Promise<string> {
    const time = Math.floor(world.now().getTime() / 1000);
    const author = { name: login, email: `${login}@example.org`, time };
    return store.writeCommit({ tree, parents, author, committer: author, message });
  }

  async function move(login: string, branch: string, after: string | null): Promise<void> {
    const before = await tip(branch);
    await world.updateRefs(repo, login, [{ name: `refs/heads/${branch}`, before, after }]);
  }

  return {
    tip,
    async branch(login, name, from = repo.defaultBranch ?? "main") {
      await move(login, name, await tip(from));
    },
    deleteBranch: (login, name) => move(login, name, null),
    async gitPush(login, branch, files, deletions = []) {
      const parent = await tip(branch);
      const base = parent === null ? null : ((await store.readCommit(parent))?.tree ?? null);
      const additions = Array.isArray(files)
        ? (files as readonly TreeAddition[])
        : Object.entries(files as Readonly<Record<string, string>>).map(([path, text]) => ({
            path,
            content: Buffer.from(text),
          }));
      const tree = await treeWith(store, base, additions, deletions);
      const oid = await commitTree(login, tree, parent === null ? [] : [parent], "pushed with git");
      await move(login, branch, oid);
      return oid;
    },
    async mergeInto(login, branch, from) {
      const ours = (await tip(branch)) ?? "";
      const theirs = (await tip(from)) ?? "";
      const merged = await store.mergeTrees(ours, theirs);
      if ("conflicts" in merged) throw new Error(`conflicts in ${merged.conflicts.join(", ")}`);
      const oid = await commitTree(login, merged.tree, [ours, theirs], `Merge ${from}`);
      await move(login, branch, oid);
      return oid;
    },
    openPull: (login, branch, base = repo.defaultBranch ?? "main", headRepo = repo) =>
      world.openPull(repo, login, {
        title: `${login}'s pull request`,
        body: "",
        head: { repo: headRepo, branch },
        base,
        draft: false,
      }),
    async approve(login, pull) {
      await world.review(repo, login, pull, { state: "APPROVED", body: "" });
    },
    async requestChanges(login, pull) {
      await world.review(repo, login, pull, { state: "CHANGES_REQUESTED", body: "not yet" });
    },
    close: (login, pull) => world.closePull(repo, login, pull),
    reopen: (login, pull) => world.reopenPull(repo, login, pull),
    async merge(login, pull, method = "merge") {
      await world.mergePull(repo, login, pull, { method });
    },
    check(oid, name, conclusion) {
      const [app] = [...world.apps.values()].filter((one) => one.slug === "ci");
      const ci =
        app ??
        world.addApp({
          slug: "ci",
          publicKey: "",
          webhookUrl: null,
          webhookSecret: "",
          permissions: { checks: "write" },
          events: [],
        });
      return world.createCheck(repo, ci, { name, headOid: oid, conclusion });
    },
  };
}
