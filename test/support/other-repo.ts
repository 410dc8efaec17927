import type { Stage } from "../../sandbox/stage.ts";
import type { Comment, Pull, Repo } from "../../sandbox/world/entities.ts";
import { ladder, PRE, PROD, type Scene } from "./scene.ts";
import { CONFIG, DEV, overlay, V1, V2 } from "./story.ts";

/** `acme/other`: a repo of the same owner, App and people as `acme/cd`, with the same files. */
export function otherRepo(pre: readonly string[] = []): (stage: Stage) => Promise<void> {
  return async ({ world }) => {
    const config = { [CONFIG]: ladder({ pre }) };
    const overlays = { [DEV]: overlay(V2), [PRE]: overlay(V1), [PROD]: overlay(V1) };
    const other = await world.createRepo("acme", "other", { files: { ...config, ...overlays } });
    world.setPermission(other, "ann", "admin");
    world.setPermission(other, "erin", "write");
  };
}

/** A branch `more` with a file more. */
export async function more({ h }: Scene, repo: Repo, login: string): Promise<void> {
  const { world } = h.stage;
  const expectedHead = (await repo.store.readRef("refs/heads/main")) ?? "";
  const made = { name: "refs/heads/more", before: null, after: expectedHead };
  await world.updateRefs(repo, login, [made]);
  const additions = [{ path: "docs/x.md", content: Buffer.from("x\n") }];
  const wanted = { branch: "more", expectedHead, message: "x", additions, deletions: [] };
  await world.commitOnBranch(repo, login, wanted);
}

/** A command in the other repo. Returns its pull requests, the one that was talked on first, and our newest reply there. */
export async function sayElsewhere(
  s: Scene,
  login: string,
  body: string,
): Promise<{ readonly repo: Repo; readonly pulls: readonly Pull[]; readonly reply: Comment }> {
  const { world } = s.h.stage;
  const repo = world.repo("acme", "other");
  if (repo === null) throw new Error("acme has no other repo");
  const talk = world.pulls(repo)[0] ?? (await openTalk(s, repo));
  await world.comment(repo, login, talk, body);
  await s.settle();
  const reply = world.comments(talk).findLast(({ author }) => author === s.h.app.bot.login);
  if (reply === undefined) throw new Error("nothing was said");
  return { repo, pulls: world.pulls(repo), reply };
}

async function openTalk(s: Scene, repo: Repo): Promise<Pull> {
  await more(s, repo, "ann");
  const texts = { title: "x", body: "", base: "main", draft: false };
  return s.h.stage.world.openPull(repo, "ann", { ...texts, head: { repo, branch: "more" } });
}
