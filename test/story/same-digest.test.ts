import { describe, expect, test } from "@jest/globals";
import type { Pull } from "../../sandbox/world/entities.ts";
import type { Harbour } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";
import { CONFIG, DEV, IMAGE, onlyPull, overlay, stories, V1, V2 } from "../support/story.ts";

const { start } = stories();

const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
const config = (preBranch = "") => `version: 1
images:
  - name: ${IMAGE}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
${preBranch}`;
const built = { created: "2026-11-21T10:00:00Z" };
const OTHER = `sha256:${"ee".repeat(32)}`;

/** V2 came to dev by a proposal that a person merged; `talk` is a pull request to write commands on. */
async function begin(text = config(), method: "merge" | "rebase" = "merge") {
  const files = { [CONFIG]: text, [DEV]: overlay(V1), [PRE]: overlay(V1) };
  const h = await start({}, { files, promotion: true });
  if (text.includes("branch:")) await h.people.branch("ann", "production");
  await h.tagboat.indexes.ofOwner("acme");
  await h.push(IMAGE, V2, built);
  await h.settle();
  await h.people.merge("ann", onlyPull(h), method);
  await patience(h, 60_000);
  await h.people.branch("ann", "topic");
  await h.people.gitPush("ann", "topic", { "README.md": "# CD\n" });
  const talk = await h.people.openPull("ann", "topic");
  await patience(h, 60_000);
  return { h, talk };
}

async function promote(h: Harbour, talk: Pull) {
  await h.stage.world.comment(h.repo, "ben", talk, "/promote pre-prod");
  await patience(h, 60_000);
  const said = h.stage.world.comments(talk).filter(({ author }) => author === h.app.bot.login);
  return {
    proposal: h.open().find(({ headBranch }) => headBranch.startsWith("tagboat/")) ?? null,
    reply: said.at(-1)?.body ?? "",
  };
}

describe("what is promoted is what came to the environment before", () => {
  test.each([
    ["", "merge"],
    ["    branch: production\n", "merge"],
    ["", "rebase"],
  ] as const)("its digest goes along (%j, %s)", async (branch, method) => {
    const { h, talk } = await begin(config(branch), method);
    const { proposal } = await promote(h, talk);
    const digest = h.registry.put(IMAGE, V2, built);
    expect(proposal?.body).toContain(digest);
  });

  test.each([
    ["on the same branch", ""],
    ["on another branch", "    branch: production\n"],
  ])("a tag that was pushed again since is refused, %s", async (_, branch) => {
    const { h, talk } = await begin(config(branch));
    const before = h.registry.put(IMAGE, V2, built);
    h.registry.put(IMAGE, V2, { ...built, digest: OTHER });
    const { proposal, reply } = await promote(h, talk);
    expect(proposal).toBeNull();
    expect(reply).toContain(
      `\`${IMAGE}:${V2}\` names another image now than the one that came before: \`${OTHER}\`, not \`${before}\`. Push it under a tag of its own.`,
    );
  });

  test("a tag that is pushed again while it is open closes its gate, and it does not merge", async () => {
    const merges = config().replace("after: dev", "after: dev\n    merge: approved");
    const { h, talk } = await begin(merges);
    const before = h.registry.put(IMAGE, V2, built);
    const { proposal } = await promote(h, talk);
    if (proposal === null) throw new Error("nothing was opened");
    h.registry.put(IMAGE, V2, { ...built, digest: OTHER });
    await h.people.approve("ann", proposal);
    await patience(h, 60_000);
    expect(proposal.mergedAt).toBeNull();
    const [check] = h.stage.world
      .checks(h.repo, proposal.headOid)
      .filter(({ name }) => name === "tagboat/promotion");
    expect(check).toMatchObject({ conclusion: "failure", title: "Closed: artifact (advisory)" });
    expect(check?.summary?.replaceAll("\u2060", "")).toContain(
      `${IMAGE} ${V2} names another image now: ${OTHER}, not ${before}.`,
    );
    // Whoever asks again is told the same, and what to do.
    expect((await promote(h, talk)).reply).toContain("Push it under a tag of its own.");
    h.registry.put(IMAGE, V2, { ...built, digest: before });
    await h.people.approve("ann", proposal);
    await patience(h, 60_000);
    expect(proposal.mergedAt).not.toBeNull();
  });

  test("a person's changes in between do not hide it", async () => {
    const { h, talk } = await begin();
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V1) });
    await h.people.gitPush("ann", "main", { [DEV]: overlay(V2) });
    h.registry.put(IMAGE, V2, { ...built, digest: OTHER });
    await patience(h, 60_000);
    const { proposal, reply } = await promote(h, talk);
    expect(proposal).toBeNull();
    expect(reply).toContain("names another image now");
  });

  test("Tagboat's own squash keeps what the commit said", async () => {
    const files = {
      [CONFIG]: config().replace("on: push", "on: push\n    merge: auto"),
      [DEV]: overlay(V1),
      [PRE]: overlay(V1),
    };
    const h = await start({}, { files, promotion: true });
    h.repo.mergeMethods.clear();
    h.repo.mergeMethods.add("squash");
    await h.tagboat.indexes.ofOwner("acme");
    await h.push(IMAGE, V2, built);
    await patience(h, 60_000);
    expect(await h.read("main", DEV)).toBe(overlay(V2));
    h.registry.put(IMAGE, V2, { ...built, digest: OTHER });
    await h.people.branch("ann", "topic");
    await h.people.gitPush("ann", "topic", { "README.md": "# CD\n" });
    const talk = await h.people.openPull("ann", "topic");
    expect((await promote(h, talk)).reply).toContain("names another image now");
  });

  test("without a proposal of ours in its last commits the digest of now is taken", async () => {
    const { h, talk } = await begin();
    for (let at = 0; at < 6; at += 1)
      await h.people.gitPush("ann", "main", { [DEV]: `${overlay(V2)}# ${at}\n` });
    h.registry.put(IMAGE, V2, { ...built, digest: OTHER });
    await patience(h, 60_000);
    expect((await promote(h, talk)).proposal?.body).toContain(OTHER);
  });
});
