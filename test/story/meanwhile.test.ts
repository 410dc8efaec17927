import { afterEach, expect, test } from "@jest/globals";
import { createHarbour, type Harbour } from "../support/harbour.ts";

const image = "quay.io/acme/app";
const file = "env/dev/kustomization.yaml";
const files = {
  ".github/tagboat.yml": `version: 1
images:
  - name: ${image}
environments:
  - name: dev
    path: env/dev
    on: push
`,
  [file]: `images:\n- name: ${image}\n  newTag: 1.0.0\n`,
};

let harbour: Harbour | null = null;
afterEach(async () => {
  expect(harbour?.stage.recorder.complaints).toEqual([]);
  await harbour?.close();
  harbour = null;
});

async function proposed(): Promise<Harbour> {
  const h = await createHarbour({ files });
  harbour = h;
  h.registry.put(image, "1.0.0", { created: "2026-11-20T10:00:00Z" });
  await h.push(image, "1.1.0", { created: "2026-11-22T08:00:00Z" });
  await h.settle();
  return h;
}

test("a release that arrives while its pull request is merged gets one of its own", async () => {
  const h = await proposed();
  const merge = async () => {
    const [pull] = h.open();
    if (pull !== undefined) await h.stage.world.mergePull(h.repo, "ben", pull, { method: "merge" });
  };
  h.stage.faults.arm({ fault: { kind: "moved-head", move: merge }, at: "updateRefs" });
  const delivery = await h.push(image, "1.2.0", { created: "2026-11-22T09:00:00Z" });
  await h.settle();
  expect(await h.outcomesOf(delivery)).toMatchObject([
    { kind: "proposed", action: "opened", number: 2 },
  ]);
  expect(h.open().map((pull) => pull.title)).toEqual(["dev: app 1.1.0 → 1.2.0"]);
});

test("a release stays closed when its pull request was closed with a person's commit on top", async () => {
  const h = await proposed();
  const [pull] = h.open();
  if (pull === undefined) throw new Error("no pull request");
  await h.commit("ben", pull.headBranch, { "notes.md": "a note\n" });
  await h.stage.world.closePull(h.repo, "ben", pull);
  const name = `refs/heads/${pull.headBranch}`;
  await h.stage.world.updateRefs(h.repo, "ben", [{ name, after: null }]);
  const delivery = await h.push(image, "1.1.0", { created: "2026-11-22T08:00:00Z" });
  await h.settle();
  expect(await h.outcomesOf(delivery)).toMatchObject([
    { kind: "skipped", reason: "closed-by-person" },
  ]);
});
