import { afterEach, describe, expect, test } from "@jest/globals";
import { createHarbour, type Harbour } from "../support/harbour.ts";
import { patience } from "../support/patience.ts";

/** Requests to GitHub as docs/design.md §7 counts them: all but the minting of tokens, by the sandbox's own recorder. */

const IMAGE = "quay.io/acme/app";
const HOUR = 3_600_000;
const READ = "viewer+repository";
const OPEN = "createRef+createCommitOnBranch+createPullRequest";
const REBUILD = ["createRef+createCommitOnBranch", "updateRefs+updatePullRequest"];
const LABEL = "POST /repos/{owner}/{repo}/issues/{issue_number}/labels";
const REVIEW = "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers";
const OWNER = ["GET /users/{username}/installation", "GET /installation/repositories"];
const INDEX = ["GET /repos/{owner}/{repo}/git/trees/{tree_sha}", "repository"];

let harbour: Harbour | null = null;
afterEach(async () => {
  const h = harbour;
  harbour = null;
  await h?.close();
  expect(h?.stage.recorder.complaints ?? []).toEqual([]);
});

/** Tags of one shape whose order is their number: `0001-abcde`. */
function tagOf(number: number): string {
  return `${String(number).padStart(4, "0")}-abcde`;
}

function createdAt(number: number): string {
  return new Date(Date.parse("2026-11-20T00:00:00Z") + number * 60_000).toISOString();
}

function overlay(image: string, tag: string): string {
  return `resources:\n- ../../base\nimages:\n- name: ${image}\n  newTag: ${tag}\n`;
}

interface Layout {
  /** Components with one overlay each, beside the one that is followed. */
  readonly others?: number;
  /** Files of the component that is followed. */
  readonly clusters?: number;
  /** More settings of the environment. */
  readonly settings?: string;
  readonly production?: boolean;
}

/** A mono-repo: `components/{component}/production/<cluster>`. */
function layoutFiles({ others = 0, clusters = 1, settings = "", production }: Layout) {
  const files: Record<string, string> = {
    ".github/tagboat.yml": `version: 1
images:
  - name: quay.io/acme/*
environments:
  - name: live
    path: components/{component}/production/*
    on: push
${settings}${production === true ? "  - { name: prod, path: env/prod, on: push, branch: production }\n" : ""}`,
  };
  for (let at = 1; at <= clusters; at += 1)
    files[`components/app/production/c${at}/kustomization.yaml`] = overlay(IMAGE, tagOf(1));
  for (let at = 1; at <= others; at += 1) {
    const image = `quay.io/acme/other-${at}`;
    files[`components/other-${at}/production/c1/kustomization.yaml`] = overlay(image, tagOf(1));
  }
  return files;
}

async function cold(layout: Layout = {}, restAfterWrite = 0): Promise<Harbour> {
  harbour = await createHarbour({ files: layoutFiles(layout), restAfterWrite });
  harbour.registry.put(IMAGE, tagOf(1), { created: createdAt(1) });
  return harbour;
}

async function warm(layout: Layout = {}, restAfterWrite = 0): Promise<Harbour> {
  const h = await cold(layout, restAfterWrite);
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

/** Nothing is known of the owner's repos, as after a restart. */
async function forget(h: Harbour): Promise<void> {
  await patience(h, HOUR);
  h.tagboat.indexes.forget("acme", null);
}

function push(h: Harbour, number: number): Promise<string> {
  return h.push(IMAGE, tagOf(number), { created: createdAt(number) });
}

/** What was sent while `act` and everything that follows from it came to its end. */
async function sent(h: Harbour, act: () => Promise<unknown>): Promise<string[]> {
  h.stage.recorder.clear();
  await act();
  await patience(h, HOUR);
  return h.stage.recorder.counted().map(({ what }) => what);
}

async function textsAt(h: Harbour, branch: string, clusters: number): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (let at = 1; at <= clusters; at += 1)
    texts.push(await h.read(branch, `components/app/production/c${at}/kustomization.yaml`));
  return texts;
}

describe("whatever the size of the repo and of the change", () => {
  const sizes = [0, 499].flatMap((others) =>
    [1, 40].map((clusters) => [others + clusters, clusters, others] as const),
  );
  test.each(sizes)(
    "%i overlays, %i files in the change: 2 requests, then 3 in place",
    async (...size) => {
      const [, clusters, others] = size;
      const h = await warm({ clusters, others });
      expect(await sent(h, () => push(h, 2))).toEqual([READ, OPEN]);
      expect(await sent(h, () => push(h, 3))).toEqual([READ, ...REBUILD]);
      const [pull, ...more] = h.open();
      expect(more).toEqual([]);
      const texts = await textsAt(h, pull?.headBranch ?? "", clusters);
      expect(new Set(texts)).toEqual(new Set([overlay(IMAGE, tagOf(3))]));
    },
  );
});

describe("when nothing changes nothing is written", () => {
  test("the base has it: one read", async () => {
    const h = await warm();
    expect(await sent(h, () => push(h, 1))).toEqual([READ]);
  });

  test("the proposal has it: one read", async () => {
    const h = await warm();
    await sent(h, () => push(h, 2));
    expect(await sent(h, () => push(h, 2))).toEqual([READ]);
  });

  test("something older: one read", async () => {
    const h = await warm();
    await sent(h, () => push(h, 3));
    expect(await sent(h, () => push(h, 2))).toEqual([READ]);
  });

  test("an image that nobody follows: none", async () => {
    const h = await warm();
    expect(await sent(h, () => h.push("quay.io/else/where", tagOf(2)))).toEqual([]);
  });

  test("a push to the base that concerns no tracked file: none", async () => {
    const h = await warm();
    await sent(h, () => push(h, 2));
    expect(await sent(h, () => h.commit("ann", "main", { "README.md": "# CD\n" }))).toEqual([]);
  });
});

describe("what costs more", () => {
  test.each([
    ["a label", "{ labels: [live] }", [LABEL]],
    ["a reviewer", "{ reviewers: [ben] }", [REVIEW]],
    ["both", "{ labels: [live, image], reviewers: [ben, ann] }", [LABEL, REVIEW]],
  ])("%s: one request each, once", async (_, proposal, more) => {
    const h = await warm({ settings: `    proposal: ${proposal}\n` });
    expect(await sent(h, () => push(h, 2))).toEqual([READ, OPEN, ...more]);
    expect(await sent(h, () => push(h, 3))).toEqual([READ, ...REBUILD]);
  });

  test("a commit to the base: two requests, and its own push is looked at in three", async () => {
    const h = await warm({ settings: "    delivery: commit\n" });
    const all = await sent(h, () => push(h, 2));
    expect(all.slice(0, 2)).toEqual([READ, "createCommitOnBranch"]);
    expect(all.slice(2)).toEqual([...INDEX, READ]);
  });

  test("a cold start: two for the owner, two for each base branch", async () => {
    const h = await cold();
    expect(await sent(h, () => push(h, 2))).toEqual([...OWNER, ...INDEX, READ, OPEN]);
  });

  test("… a second base branch", async () => {
    const h = await cold({ production: true });
    const oid = (await h.repo.store.readRef("refs/heads/main")) ?? "";
    const name = "refs/heads/production";
    await h.stage.world.updateRefs(h.repo, "ann", [{ name, before: null, after: oid }]);
    await forget(h);
    const all = await sent(h, () => push(h, 2));
    expect(all).toEqual([...OWNER, ...INDEX, ...INDEX, READ, OPEN]);
  });

  test("… a second repo", async () => {
    const h = await cold();
    await h.stage.world.createRepo("acme", "other", { files: { "README.md": "# Other\n" } });
    await forget(h);
    const all = await sent(h, () => push(h, 2));
    expect(all.toSorted()).toEqual([...OWNER, ...INDEX, ...INDEX, READ, OPEN].toSorted());
  });

  test("… more than 500 different texts: one more for each further 500", async () => {
    const h = await cold({ others: 520 });
    expect(await sent(h, () => push(h, 2))).toEqual([...OWNER, ...INDEX, "repository", READ, OPEN]);
  });
});

describe("bursts", () => {
  const fifty = Array.from({ length: 50 }, (_, at) => at + 3);

  test("50 events at once cost one proposal and one update", async () => {
    const h = await warm({}, 30_000);
    const all = await sent(h, async () => {
      for (const number of fifty) await push(h, number);
    });
    expect(all).toEqual([READ, OPEN, READ, ...REBUILD]);
    expect(h.open().map(({ title }) => title)).toEqual([
      `live/app: app ${tagOf(1)} → ${tagOf(52)}`,
    ]);
  });

  test("a burst of 40 s costs the proposal and an update each 30 s; who pushes alone waits for nothing", async () => {
    const h = await warm({}, 30_000);
    const during = await sent(h, async () => {
      for (const number of fifty.slice(0, 40)) {
        await push(h, number);
        await h.settle();
        await h.clock.advance(1000);
      }
    });
    const update = [READ, ...REBUILD];
    expect(during).toEqual([READ, OPEN, ...update, ...update]);
    expect(h.open().map(({ title }) => title)).toEqual([
      `live/app: app ${tagOf(1)} → ${tagOf(42)}`,
    ]);
    await h.clock.advance(30_000);
    await push(h, 60);
    await h.settle();
    expect(h.open().map(({ title }) => title)).toEqual([
      `live/app: app ${tagOf(1)} → ${tagOf(60)}`,
    ]);
  });

  test.each([
    ["is read", READ],
    ["is written", OPEN],
  ])("50 events that arrive while the place %s cost one update", async (_, at) => {
    const h = await warm();
    const move = async () => {
      for (const number of fifty) await push(h, number);
    };
    h.stage.faults.arm({ fault: { kind: "moved-head", move }, at });
    expect(await sent(h, () => push(h, 2))).toEqual([READ, OPEN, READ, ...REBUILD]);
    expect(h.stage.faults.fired.get("moved-head")).toBe(1);
    expect(h.open().map(({ title }) => title)).toEqual([
      `live/app: app ${tagOf(1)} → ${tagOf(52)}`,
    ]);
  });
});
