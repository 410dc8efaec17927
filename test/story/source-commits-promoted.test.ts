import { expect, test } from "@jest/globals";
import { patience } from "../support/patience.ts";
import { CONFIG, DEV, IMAGE, overlay, stories, V1, V2 } from "../support/story.ts";

const { start } = stories();

const PRE = "env/overlays/02-pre-prod/kustomization.yaml";
const config = `version: 1
images:
  - name: ${IMAGE}
    source: https://git.example/globex/app
    labels: { revision: acme.commit }
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
  - name: pre-prod
    path: env/overlays/02-pre-prod
    after: dev
`;
const [older, newer] = ["a".repeat(40), "b".repeat(40)] as const;
const compare = (from: string, to: string) =>
  `\`globex/app\` [\`${from.slice(0, 12)}...${to.slice(0, 12)}\`](https://git.example/globex/app/compare/${from}...${to})`;

test("a promotion and its rollback tell what they bring and take back, by labels that the config names", async () => {
  const files = { [CONFIG]: config, [DEV]: overlay(V2), [PRE]: overlay(V1) };
  const h = await start({}, { files, promotion: true });
  const of = (revision: string) => ({ "acme.commit": revision });
  h.registry.put(IMAGE, V1, { created: "2026-11-20T10:00:00Z", labels: of(older) });
  h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z", labels: of(newer) });
  await h.tagboat.indexes.ofOwner("acme");
  await h.people.branch("ann", "topic");
  await h.people.gitPush("ann", "topic", { "README.md": "# CD\n" });
  const talk = await h.people.openPull("ann", "topic");
  const say = async (body: string) => {
    await h.stage.world.comment(h.repo, "ben", talk, body);
    await patience(h, 60_000);
    return h.open().find(({ headBranch }) => headBranch.startsWith("tagboat/"));
  };
  const promotion = await say("/promote pre-prod");
  expect(promotion?.body).toContain(`**What is in this**\n\n${compare(older, newer)}\n`);
  if (promotion === undefined) return;
  await h.people.approve("ann", promotion);
  await h.people.merge("ann", promotion);
  await patience(h, 60_000);
  const rollback = await say("/rollback pre-prod");
  expect(rollback?.body).toContain(`**What this takes back**\n\n${compare(older, newer)}\n`);
});
