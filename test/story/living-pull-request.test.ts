import { describe, expect, test } from "@jest/globals";
import {
  arrive,
  commitsOf,
  DEV,
  IMAGE,
  onlyPull,
  ourBranches,
  overlay,
  stories,
  V1,
  V2,
  V3,
  V4,
} from "../support/story.ts";

const { start } = stories();

/** The body without what differs from run to run: the marker's packed data. */
function shown(body: string): string {
  return body.replace(/<!-- tagboat:v1 [\w-]+ -->/, "<!-- marker -->");
}

describe("the living pull request", () => {
  test("is one, on one branch, with one commit on the current base, through v2, v3 and v4", async () => {
    const h = await start();
    await arrive(h, V2);
    const { number, headBranch } = onlyPull(h);
    await h.people.gitPush("ann", "main", { "README.md": "# CD\n" });
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "updated", number }]);
    await arrive(h, V4);
    const pull = onlyPull(h);
    expect([pull.number, pull.headBranch]).toEqual([number, headBranch]);
    expect(pull.title).toBe(`dev: app ${V1} → ${V4}`);
    expect(pull.body).toContain(`History of this proposal: \`${V2}\` → \`${V3}\` → \`${V4}\``);
    const commits = await commitsOf(h, pull);
    expect(commits).toHaveLength(1);
    const commit = await h.repo.store.readCommit(commits[0] ?? "");
    expect(commit?.parents).toEqual([await h.people.tip("main")]);
    expect(await h.read(headBranch, DEV)).toBe(overlay(V4));
    expect(await h.read("main", DEV)).toBe(overlay(V1));
    expect(await ourBranches(h)).toEqual([headBranch]);
  });

  test("tells the reviewer all that is known of the version", async () => {
    const h = await start();
    const id = await h.push(IMAGE, V2, {
      created: "2026-11-21T10:00:00Z",
      digest: `sha256:${"ab".repeat(32)}`,
      labels: {
        "org.opencontainers.image.revision": "bf76aa0123456789abcdef0123456789abcdef01",
        "org.opencontainers.image.source": "https://github.com/acme/app",
        "pipeline.run": "app-run-qqxrq",
      },
    });
    await h.settle();
    const pull = onlyPull(h);
    expect(shown(pull.body)).toBe(`**Image** \`quay.io/acme/app\`

| file | from | to |
|---|---|---|
| \`env/overlays/01-dev/kustomization.yaml\` | \`6322-rbbs9\` | \`bf76-qqxrq\` |

**About** \`bf76-qqxrq\`
- digest: \`sha256:${"ab".repeat(32)}\`
- built: 2026-11-21 10:00:00 UTC
- commit: [\`bf76aa012345\`](https://github.com/acme/app/commit/bf76aa0123456789abcdef0123456789abcdef01)
- pipeline run: \`app-run-qqxrq\`
- platforms: \`linux/amd64\`
- delivery: \`${id}\`

<!-- tagboat:waiting -->
<!-- /tagboat:waiting -->

**On merge** \`env/overlays/01-dev\` on \`main\` changes, and what watches it (Argo CD, Flux) rolls it out to \`dev\`.

<sub>Tagboat keeps one pull request for \`dev\` and rebuilds it when a newer image arrives. Close it to leave this version out; commits of yours on this branch are never overwritten.</sub>

<!-- marker -->
`);
  });
});

describe("the same release again", () => {
  test("writes nothing, neither while it is proposed nor when it is merged", async () => {
    const h = await start();
    await arrive(h, V2);
    h.stage.recorder.clear();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
    await h.people.merge("ann", onlyPull(h));
    await h.settle();
    h.stage.recorder.clear();
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
    expect(h.open()).toEqual([]);
  });
});

describe("never backwards", () => {
  test("a push that is older than the open proposal is skipped", async () => {
    const h = await start();
    await arrive(h, V3);
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "older" }]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });

  test("a push that is older than what the base holds is skipped", async () => {
    const h = await start({ [DEV]: overlay(V3) });
    h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    expect(await arrive(h, V2)).toMatchObject([{ kind: "skipped", reason: "older" }]);
    expect(h.open()).toEqual([]);
  });

  test("without an order on either side it is proposed once, labelled and said", async () => {
    const h = await start();
    h.registry.put(IMAGE, V1, { created: null });
    const first = await h.push(IMAGE, V2, { created: "1970-01-01T00:00:00Z" });
    await h.settle();
    expect(await h.outcomesOf(first)).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect([...onlyPull(h).labels]).toEqual(["order unknown"]);
    expect(onlyPull(h).body).toContain("> **Order unknown**");
    h.stage.recorder.clear();
    const again = await h.push(IMAGE, V2, { created: "1970-01-01T00:00:00Z" });
    await h.settle();
    expect(await h.outcomesOf(again)).toMatchObject([{ kind: "skipped", reason: "up-to-date" }]);
    expect(h.stage.recorder.counted().filter((r) => r.write)).toEqual([]);
  });
});

describe("a burst", () => {
  test("of three versions at once ends at the newest, in one pull request with one commit", async () => {
    const h = await start();
    await h.tagboat.indexes.ofOwner("acme");
    h.stage.recorder.clear();
    const deliveries = [
      await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z" }),
      await h.push(IMAGE, V4, { created: "2026-11-22T08:00:00Z" }),
      await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" }),
    ];
    await h.settle();
    const outcomes = await Promise.all(deliveries.map((id) => h.outcomesOf(id)));
    expect(outcomes.map(([one]) => one?.kind)).toContain("proposed");
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V4}`);
    expect(await commitsOf(h, onlyPull(h))).toHaveLength(1);
  });
});

describe("after a merge", () => {
  test("the branch is gone and the next version opens a pull request of its own", async () => {
    const h = await start();
    await arrive(h, V2);
    const first = onlyPull(h);
    await h.people.merge("ann", first, "squash");
    await h.settle();
    expect(await ourBranches(h)).toEqual([]);
    expect(await arrive(h, V3)).toMatchObject([{ kind: "proposed", action: "opened", number: 2 }]);
    expect(onlyPull(h).title).toBe(`dev: app ${V2} → ${V3}`);
    expect(onlyPull(h).headBranch).toBe(first.headBranch);
  });
});
