import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  CONFIG,
  configText,
  DEV,
  IMAGE,
  onlyPull,
  overlay,
  stories,
  V1,
  V2,
  V3,
} from "../support/story.ts";

const { start } = stories();
const OLD = `sha256:${"0a".repeat(32)}`;
const NEW = `sha256:${"0b".repeat(32)}`;

function pinned(lines: readonly string[]): string {
  return ["images:", `- name: ${IMAGE}`, ...lines.map((line) => `  ${line}`), ""].join("\n");
}

describe("`pin`", () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    ["as-is keeps a tag a tag", "as-is", [`newTag: ${V1}`], [`newTag: ${V2}`]],
    ["as-is moves a digest alone", "as-is", [`digest: ${OLD}`], [`digest: ${NEW}`]],
    [
      "as-is moves tag and digest together",
      "as-is",
      [`newTag: ${V1}`, `digest: ${OLD}`],
      [`newTag: ${V2}`, `digest: ${NEW}`],
    ],
    ["tag takes a digest away", "tag", [`newTag: ${V1}`, `digest: ${OLD}`], [`newTag: ${V2}`]],
    ["digest takes a tag away", "digest", [`newTag: ${V1}`], [`digest: ${NEW}`]],
    [
      "tag+digest adds what is missing",
      "tag+digest",
      [`newTag: ${V1}`],
      [`newTag: ${V2}`, `digest: ${NEW}`],
    ],
  ])("%s", async (_name, pin, before, after) => {
    const h = await start({ [CONFIG]: configText([], [`pin: ${pin}`]), [DEV]: pinned(before) });
    h.registry.put(IMAGE, V1, { created: "2026-11-20T10:00:00Z", digest: OLD });
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z", digest: NEW });
    await h.settle();
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(pinned(after));
  });

  test("a digest that nobody can tell is refused, and nothing is written", async () => {
    const h = await start({
      [CONFIG]: configText([], ["pin: digest", "verify: none"]),
    });
    const id = await h.deliver({ body: JSON.stringify({ image: IMAGE, tag: V2 }) });
    await h.settle();
    expect(await h.outcomesOf(id)).toMatchObject([{ kind: "refused", reason: "digest-unknown" }]);
    expect(h.open()).toEqual([]);
  });
});

describe("`image:` mapping on production's own branch", () => {
  const prodFile = "env/prod/kustomization.yaml";
  const target = "quay.io/acme-prod/app";
  const config = configText([]).replace(
    "  - name: dev\n    path: env/overlays/01-dev\n",
    `  - name: prod\n    path: env/prod\n    branch: production\n    image: { ${IMAGE}: ${target} }\n`,
  );

  async function withProduction(prod: string) {
    return start(
      { [CONFIG]: config },
      {
        before: async ({ world }, repo) => {
          const main = (await repo.store.readRef("refs/heads/main")) ?? "";
          const name = "refs/heads/production";
          await world.updateRefs(repo, "ann", [{ name, before: null, after: main }]);
          await world.commitOnBranch(repo, "ann", {
            branch: "production",
            expectedHead: main,
            message: "production",
            additions: [{ path: prodFile, content: Buffer.from(prod) }],
            deletions: [],
          });
        },
      },
    );
  }

  test("an entry that deploys the target takes the version and nothing else", async () => {
    const h = await withProduction(
      `images:\n- name: ${IMAGE}\n  newName: ${target}\n  newTag: ${V1}\n`,
    );
    h.registry.put(target, V1, { created: "2026-11-20T10:00:00Z" });
    await arrive(h, V2);
    const pull = onlyPull(h);
    expect([pull.baseBranch, pull.title]).toEqual(["production", `prod: app ${V1} → ${V2}`]);
    expect(await h.read(pull.headBranch, prodFile)).toBe(
      `images:\n- name: ${IMAGE}\n  newName: ${target}\n  newTag: ${V2}\n`,
    );
  });

  test("an entry that deploys the source gets the target's name", async () => {
    const h = await withProduction(`images:\n- name: ${IMAGE}\n  newTag: ${V1}\n`);
    await arrive(h, V2);
    expect(await h.read(onlyPull(h).headBranch, prodFile)).toBe(
      `images:\n- name: ${IMAGE}\n  newName: ${target}\n  newTag: ${V2}\n`,
    );
  });

  test("neither of them is refused: the mapping promises an entry", async () => {
    const h = await withProduction("images:\n- name: quay.io/acme/other\n  newTag: v1\n");
    const outcomes = await arrive(h, V2);
    expect(outcomes).toMatchObject([{ kind: "refused", reason: "entry-missing" }]);
  });

  test("a merge into production deletes the branch there, and main is not touched", async () => {
    const h = await withProduction(`images:\n- name: ${IMAGE}\n  newTag: ${V1}\n`);
    const main = await h.people.tip("main");
    await arrive(h, V2);
    await h.people.merge("ann", onlyPull(h));
    await h.settle();
    expect(await h.people.tip("main")).toBe(main);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", number: 2 }]);
  });
});

describe("`refs: true`", () => {
  const ref = (revision: string) =>
    `resources:\n- https://github.com/acme/app/deploy?ref=${revision}\nimages:\n- name: ${IMAGE}\n  newTag: `;
  const a = "a".repeat(40);
  const b = "b".repeat(40);

  test("the `?ref=` of the source repo moves with the image to the revision it was built from", async () => {
    const h = await start({
      [CONFIG]: configText([], ["source: acme/app", "refs: true"]),
      [DEV]: `${ref(a)}${V1}\n`,
    });
    await h.push(IMAGE, V2, {
      created: "2026-11-21T10:00:00Z",
      labels: {
        "org.opencontainers.image.revision": b,
        "org.opencontainers.image.source": "https://github.com/acme/app",
      },
    });
    await h.settle();
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(`${ref(b)}${V2}\n`);
    expect(onlyPull(h).body).toContain("| `?ref=` of | to | file |");
  });

  test("without a known revision the image moves alone", async () => {
    const h = await start({
      [CONFIG]: configText([], ["source: acme/app", "refs: true"]),
      [DEV]: `${ref(a)}${V1}\n`,
    });
    await arrive(h, V2);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(`${ref(a)}${V2}\n`);
  });
});

describe("`add: true`", () => {
  test("adds the missing entry", async () => {
    const h = await start({
      [CONFIG]: configText(["add: true"]),
      [DEV]: "resources:\n- ../../base\n",
    });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(
      `resources:\n- ../../base\nimages:\n- name: ${IMAGE}\n  newTag: ${V2}\n`,
    );
    expect(onlyPull(h).title).toBe(`dev: app → ${V2}`);
  });

  test("without it a missing entry is skipped with that reason", async () => {
    const h = await start({ [DEV]: "resources:\n- ../../base\n" });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "entry-missing" }]);
    expect(h.open()).toEqual([]);
  });
});

describe("several images of one component", () => {
  const WORKER = "quay.io/acme/worker";
  const both = (app: string, worker: string) =>
    `images:\n- name: ${IMAGE}\n  newTag: ${app}\n- name: ${WORKER}\n  newTag: ${worker}\n`;
  const config = configText().replace("environments:", `  - name: ${WORKER}\nenvironments:`);

  test("share one pull request, and each keeps its own version", async () => {
    const h = await start({ [CONFIG]: config, [DEV]: both(V1, V1) });
    h.registry.put(WORKER, V1, { created: "2026-11-20T10:00:00Z" });
    await arrive(h, V2);
    expect(await arrive(h, V3, WORKER)).toMatchObject([
      { kind: "proposed", action: "updated", number: 1 },
    ]);
    const pull = onlyPull(h);
    expect(pull.title).toBe("dev: 2 images (app, worker)");
    expect(await h.read(pull.headBranch, DEV)).toBe(both(V2, V3));
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number: 1 }]);
    expect(await h.read(pull.headBranch, DEV)).toBe(both(V3, V3));
  });

  test("one that the base gets by another way leaves the proposal, the other stays", async () => {
    const h = await start({ [CONFIG]: config, [DEV]: both(V1, V1) });
    h.registry.put(WORKER, V1, { created: "2026-11-20T10:00:00Z" });
    await arrive(h, V2);
    await arrive(h, V3, WORKER);
    await h.people.gitPush("ann", "main", { [DEV]: both(V2, V1) });
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: worker ${V1} → ${V3}`);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(both(V2, V3));
  });

  test("a person's close bars both, and a newer one of them is proposed alone", async () => {
    const h = await start({ [CONFIG]: config, [DEV]: both(V1, V1) });
    h.registry.put(WORKER, V1, { created: "2026-11-20T10:00:00Z" });
    await arrive(h, V2);
    await arrive(h, V2, WORKER);
    await h.people.close("ann", onlyPull(h));
    await h.settle();
    expect(await arrive(h, V2)).toMatchObject([{ reason: "closed-by-person" }]);
    expect(await arrive(h, V3, WORKER)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(both(V1, V3));
  });
});

describe("an alias and a pattern", () => {
  test("are the same image, and what no rule fits is not tracked", async () => {
    const route = "default-route.apps.example.org/acme/app";
    const h = await start({
      [CONFIG]: configText([], [`aliases: [default-route.apps.*/acme/app]`]),
    });
    expect(await arrive(h, V2, "quay.io/elsewhere/app")).toMatchObject([
      { kind: "skipped", reason: "not-tracked" },
    ]);
    expect(await arrive(h, V2, route)).toMatchObject([{ kind: "proposed" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay(V2));
  });
});
