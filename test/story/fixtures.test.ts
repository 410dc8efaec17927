import { describe, expect, test } from "@jest/globals";
import { monoRepo } from "../../sandbox/fixtures/mono-repo.ts";
import { plantRepo } from "../../sandbox/fixtures/plant-repo.ts";
import { untidyRepo } from "../../sandbox/fixtures/untidy-repo.ts";
import { fileAt } from "../../sandbox/git/tree-edit.ts";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { Harbour } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";
import { peopleOf } from "../support/people.ts";
import { CONFIG, stories } from "../support/story.ts";

const { start } = stories();

async function textAt(repo: Repo, branch: string, path: string): Promise<string> {
  const head = (await repo.store.readRef(`refs/heads/${branch}`)) ?? "";
  const file = await fileAt(repo.store, head, path);
  return (await repo.store.readBlob(file?.oid ?? ""))?.toString("utf8") ?? "";
}

function pullsOf(h: Harbour, repo: Repo) {
  return h.stage.world.pulls(repo).filter(({ state }) => state === "open");
}

describe("an untidy repo", () => {
  const image = "quay.io/shop/web";
  const productionImage = "quay.example/shop/web";
  const fixture = untidyRepo({ image, productionImage });
  const config = `version: 1
images:
  - name: ${image}
environments:
  - { name: dev, path: env/01-dev, on: push }
  - { name: qa, path: env/02-qa, on: push }
  - { name: broken, path: env/04-broken, on: push }
  - { name: both, path: env/05-both, on: push }
  - name: production
    path: env/03-production
    branch: production
    on: push
    image: { ${image}: ${productionImage} }
`;

  async function startUntidy(): Promise<{ h: Harbour; shop: Repo }> {
    let shop: Repo | null = null;
    const h = await start(
      {},
      {
        files: { "README.md": "another repo\n" },
        before: async ({ world }) => {
          shop = await plantRepo(world, "acme", "shop-deploy", fixture);
        },
      },
    );
    if (shop === null) throw new Error("not planted");
    for (const [name, tag] of [
      [image, "20260101-1"],
      [image, "20251224-3"],
      [productionImage, "20251201-7"],
    ] as const)
      h.registry.put(name, tag, {
        created: `${tag.slice(0, 4)}-${tag.slice(4, 6)}-${tag.slice(6, 8)}T00:00:00Z`,
      });
    return { h, shop };
  }

  test("is offered a config that tells what it left alone", async () => {
    const { h, shop } = await startUntidy();
    await h.push(image, "20260102-1", { created: "2026-01-02T10:00:00Z" });
    await patience(h, 600_000);
    const [pull] = pullsOf(h, shop);
    expect(pull?.title).toBe("Configure Tagboat");
    const text = await textAt(shop, pull?.headBranch ?? "", CONFIG);
    expect(text).toContain("- name: dev\n    path: env/01-dev\n    on: push");
    expect(text).toContain("- name: qa\n    path: env/02-qa\n");
    expect(pull?.body).toContain("kustomize takes one only");
  });

  test("with a config gets one pull request for each place that can take it, byte for byte", async () => {
    const { h, shop } = await startUntidy();
    await peopleOf(h.stage.world, shop).gitPush("acme", "main", { [CONFIG]: config });
    await patience(h, 600_000);
    const delivery = await h.push(image, "20260102-1", { created: "2026-01-02T10:00:00Z" });
    await patience(h, 600_000);
    const outcomes = await h.outcomesOf(delivery);
    expect(outcomes.filter(({ kind }) => kind === "proposed")).toHaveLength(4);
    expect(outcomes).toContainEqual(
      expect.objectContaining({ kind: "refused", reason: "file-ambiguous" }),
    );
    const pulls = pullsOf(h, shop);
    expect(pulls.map(({ title, baseBranch }) => `${baseBranch}: ${title}`).sort()).toEqual([
      "main: broken: web 20251224-3 → 20260102-1",
      "main: dev: web 20260101-1 → 20260102-1",
      "main: qa: web 20260101-1 → 20260102-1",
      "production: production: web 20251201-7 → 20260102-1",
    ]);
    for (const { baseBranch, headBranch, title } of pulls) {
      const before = (await shop.store.readRef(`refs/heads/${baseBranch}`)) ?? "";
      const after = (await shop.store.readRef(`refs/heads/${headBranch}`)) ?? "";
      const trees = [before, after].map(
        async (oid) => (await shop.store.readCommit(oid))?.tree ?? "",
      );
      const [from = "", to = ""] = await Promise.all(trees);
      const changed = (await shop.store.diffTrees(from, to)).map(({ path }) => path);
      expect(changed).toHaveLength(1);
      const old = / (\S+) → /.exec(title)?.[1] ?? "";
      expect(await textAt(shop, headBranch, changed[0] ?? "")).toBe(
        (await textAt(shop, baseBranch, changed[0] ?? "")).replace(old, "20260102-1"),
      );
    }
  });
});

describe("a mono-repo", () => {
  const registry = "registry.example:5000";
  const fixture = monoRepo({ registry, components: 12 });
  const revision = "3a".repeat(20);

  test("follows each component by itself, its `?ref=` with it, and leaves the templates alone", async () => {
    const h = await start({}, { files: fixture.branches.main ?? {} });
    const old = /newTag: ([0-9a-f]{40})/.exec(
      (await h.read("main", "components/orders/development/kustomization.yaml")) ?? "",
    );
    h.registry.put(`${registry}/mono/orders`, old?.[1] ?? "", { created: "2026-01-01T00:00:00Z" });
    const delivery = await h.push(`${registry}/mono/orders`, revision, {
      created: "2026-01-02T00:00:00Z",
      labels: {
        "org.opencontainers.image.revision": revision,
        "org.opencontainers.image.source": "acme/orders",
      },
    });
    await patience(h, 600_000);
    const proposed = (await h.outcomesOf(delivery)).filter(({ kind }) => kind === "proposed");
    expect(proposed.map((outcome) => outcome.place?.component)).toEqual(
      proposed.map(() => "orders"),
    );
    expect(h.open().map(({ title }) => title)).toContain(
      `development/orders: orders ${old?.[1]} → ${revision}`,
    );
    expect(h.open()).toHaveLength(2);
    for (const pull of h.open()) {
      const folder = pull.title.startsWith("development/") ? "development" : "staging/base";
      const path = `components/orders/${folder}/kustomization.yaml`;
      expect(await h.read(pull.headBranch, path)).toBe(
        ((await h.read("main", path)) ?? "").replaceAll(old?.[1] ?? "", revision),
      );
    }
  });

  test("an image of all components moves only where it is older, one pull request for each component", async () => {
    const h = await start({}, { files: fixture.branches.main ?? {} });
    await h.push(`${registry}/mono/proxy`, "v1.3.0", { created: "2026-01-02T00:00:00Z" });
    await patience(h, 600_000);
    const titles = h
      .open()
      .map(({ title }) => title)
      .filter((title) => title.startsWith("development/"));
    // Components hold v1.0.0 to v1.4.0 in turn: those at v1.3.0 have it, those at v1.4.0 are ahead.
    expect(titles).toHaveLength(8);
    expect(titles.every((title) => / proxy v1\.[0-2]\.0 → v1\.3\.0$/.test(title))).toBe(true);
  });
});
