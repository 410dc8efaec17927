import { afterEach, describe, expect, test } from "@jest/globals";
import { createHarbour, type Harbour } from "../support/harbour.ts";

const image = "quay.io/acme/app";
const file = "env/overlays/01-dev/kustomization.yaml";
const config = `version: 1
images:
  - name: ${image}
environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
`;
const kustomization = `# what runs in dev
resources:
- ../../base
images:
- name: ${image} # tracked
  newTag: 6322-rbbs9
`;
const files = { ".github/tagboat.yml": config, [file]: kustomization };

let harbour: Harbour | null = null;
afterEach(async () => {
  expect(harbour?.stage.recorder.complaints).toEqual([]);
  await harbour?.close();
  harbour = null;
});

async function start(over: Record<string, string> = {}): Promise<Harbour> {
  harbour = await createHarbour({ files: { ...files, ...over } });
  harbour.registry.put(image, "6322-rbbs9", { created: "2026-11-20T10:00:00Z" });
  return harbour;
}

describe("a pushed image", () => {
  test("becomes a pull request in two requests", async () => {
    const h = await start();
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.recorder.clear();
    const delivery = await h.push(image, "bf76-qqxrq", { created: "2026-11-22T08:00:00Z" });
    await h.settle();
    const [outcome] = await h.outcomesOf(delivery);
    expect(outcome).toMatchObject({ kind: "proposed", action: "opened", number: 1 });
    expect(h.open().map((pull) => pull.title)).toEqual(["dev: app 6322-rbbs9 → bf76-qqxrq"]);
    expect(
      h.stage.recorder
        .counted()
        .slice(0, 2)
        .map((r) => r.what),
    ).toEqual(["viewer+repository", "createRef+createCommitOnBranch+createPullRequest"]);
    const [pull] = h.open();
    expect(await h.read(pull?.headBranch ?? "", file)).toBe(
      kustomization.replace("6322-rbbs9", "bf76-qqxrq"),
    );
  });
});
