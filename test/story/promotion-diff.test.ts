import { describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import type { Pull } from "../../sandbox/world/entities.ts";
import { ease, replies, say } from "../support/conversation.ts";
import { FakeRenderer } from "../support/fake-renderer.ts";
import type { Harbour } from "../support/harbour.ts";
import { PRE } from "../support/ladder-story.ts";
import { ladderStories, promotion, pushed, talk } from "../support/pinned-story.ts";
import { IMAGE, overlay, V1, V2, V3 } from "../support/story.ts";

const { begin } = ladderStories();

function deployment(image: string): string {
  const spec = { template: { spec: { containers: [{ name: "app", image }] } } };
  return stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "app" }, spec });
}

async function withRenderer(image = `${IMAGE}:0`): Promise<Harbour> {
  const files = { "env/base/deployment.yaml": deployment(image) };
  return begin(files, { renderer: new FakeRenderer() });
}

/** What our check of the built difference says on the head of a proposal. */
function rendered(h: Harbour, pull: Pull) {
  const runs = h.stage.world.checks(h.repo, pull.headOid);
  return runs.filter(({ name }) => name === "tagboat/render").map(({ summary }) => summary);
}

const ROW = `\`Deployment/app\`: \`${IMAGE}:${V1}\` → \`${IMAGE}:${V2}\``;

describe("with a kustomize", () => {
  test("a promotion shows what is built before and after, one request more, after the answer", async () => {
    const h = await withRenderer();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    expect(rendered(h, promotion(h))).toEqual([expect.stringContaining(ROW)]);
    const asked = h.stage.recorder.counted().map(({ what }) => what);
    const reply = asked.indexOf("addComment+addReaction");
    expect(asked.slice(reply)).toContain("POST /repos/{owner}/{repo}/check-runs");
    expect(asked.slice(0, reply)).not.toContain("POST /repos/{owner}/{repo}/check-runs");
  });

  test("one that is rebuilt shows it on its new head", async () => {
    const h = await withRenderer();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    const made = promotion(h);
    const before = made.headOid;
    await pushed(h, "main", { [PRE]: overlay("0ld0-aaaaa") });
    expect(made.headOid).not.toBe(before);
    expect(rendered(h, made)).toEqual([
      expect.stringContaining(`\`${IMAGE}:0ld0-aaaaa\` → \`${IMAGE}:${V2}\``),
    ]);
    await pushed(h, "main", { "env/overlays/03-prod/kustomization.yaml": overlay(V3) });
    await say(h, "ben", made, "/tagboat rebuild");
    expect(rendered(h, made)).toEqual([expect.stringContaining(`\`${IMAGE}:${V2}\``)]);
  });

  test("a rollback shows it", async () => {
    const h = await withRenderer();
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    await h.people.merge("ann", promotion(h));
    await ease(h);
    await say(h, "ben", pull, "/rollback pre-prod");
    expect(rendered(h, promotion(h))).toEqual([
      expect.stringContaining(`\`${IMAGE}:${V2}\` → \`${IMAGE}:${V1}\``),
    ]);
  });

  test("what would change nothing is refused before anything is written, with the place", async () => {
    const h = await withRenderer("quay.io/acme/other:1");
    const pull = await talk(h);
    await say(h, "ben", pull, "/promote pre-prod");
    expect(h.open()).toEqual([pull]);
    const [reply = ""] = replies(h, pull);
    expect(reply).toContain(`The build of this overlay does not contain ${IMAGE}:${V2}`);
    expect(reply).toContain(`(\`${PRE}:5\`)`);
  });
});
