import { expect, test } from "@jest/globals";
import type { Repo } from "../../sandbox/world/entities.ts";
import type { Harbour, HarbourOptions } from "../support/harbour.ts";
import { peopleOf } from "../support/people.ts";
import {
  CONFIG,
  configText,
  IMAGE,
  onlyPull,
  stories,
  usualFiles,
  V1,
  V2,
} from "../support/story.ts";

const { start } = stories();

/** What `acme/app` is made of: its oldest commit, then each that followed. */
let commits: string[];

/** Makes the source repo: a first commit, one by Ben from a pull request, one by Ann. */
const sourceRepo: NonNullable<HarbourOptions["before"]> = async ({ world }) => {
  const app = await world.createRepo("acme", "app", {
    files: { "main.go": "package main\n" },
    private: true,
  });
  world.setPermission(app, "ann", "admin");
  world.setPermission(app, "ben", "write");
  commits = [await tipOf(app)];
  const people = peopleOf(world, app);
  await people.branch("ben", "topic");
  await people.gitPush("ben", "topic", { "main.go": "package main // faster\n" });
  const pull = await people.openPull("ben", "topic");
  await people.merge("ann", pull, "squash");
  commits.push(await tipOf(app));
  await people.gitPush("ann", "main", { "README.md": "# App\n" });
  commits.push(await tipOf(app));
};

async function tipOf(repo: Repo): Promise<string> {
  return (await repo.store.readRef("refs/heads/main")) ?? "";
}

function labelsOf(at: number, more: Readonly<Record<string, string>> = {}) {
  return { "org.opencontainers.image.revision": commits[at] ?? "", ...more };
}

async function begin(source: readonly string[], more: Partial<HarbourOptions> = {}) {
  const files = { ...usualFiles, [CONFIG]: configText([], source) };
  const h = await start(files, { before: sourceRepo, ...more });
  await h.tagboat.indexes.ofOwner("acme");
  return h;
}

/** V1 was built from the first commit; `tag` comes from the last. Returns how many requests spoke of the source repo. */
async function ship(h: Harbour, tag = V2, more: Readonly<Record<string, string>> = {}) {
  const { faults } = h.stage;
  const before = faults.fired.get("latency") ?? 0;
  // Strikes nobody: it counts.
  faults.arm({ fault: { kind: "latency", ms: 0 }, repo: "acme/app", times: 1000 });
  h.registry.put(IMAGE, V1, { created: "2026-11-20T10:00:00Z", labels: labelsOf(0) });
  h.stage.recorder.clear();
  await h.push(IMAGE, tag, { created: "2026-11-21T10:00:00Z", labels: labelsOf(2, more) });
  await h.settle();
  faults.clear();
  return (faults.fired.get("latency") ?? 0) - before;
}

const section = (body: string) => /\*\*What is in this\*\*\n\n((?:.+\n)+)/.exec(body)?.[1] ?? null;

test("the commits between the two versions, with their authors and pull requests, for one query", async () => {
  const h = await begin(["source: acme/app"]);
  expect(await ship(h)).toBe(1);
  const [first, second, third] = commits.map((oid) => oid.slice(0, 12));
  // The sandbox's pages are plain http, which is shown without a link.
  expect(
    section(onlyPull(h).body),
  ).toBe(`\`acme/app\` \`${first}...${third}\`: 2 commits by \`ann\`, \`ben\`
- \`${third}\` pushed with git by \`ann\`
- \`${second}\` ben's pull request (#\u20601) by \`ben\` in \`#1\`
`);
});

test("a repo that only a label names is not read: its words are not for the CD repo's readers", async () => {
  const h = await begin([]);
  const named = { "org.opencontainers.image.source": "https://github.com/acme/app" };
  expect(await ship(h, V2, named)).toBe(0);
  const { body } = onlyPull(h);
  expect(section(body)).toBe(
    `\`acme/app\` [\`${commits[0]?.slice(0, 12)}...${commits[2]?.slice(0, 12)}\`](https://github.com/acme/app/compare/${commits[0]}...${commits[2]})\n`,
  );
});

test("a repo that the App does not see: the compare link, and no second question", async () => {
  const h = await begin(["source: acme/app"], { installedOn: ["cd"] });
  expect(await ship(h)).toBe(1);
  expect(section(onlyPull(h).body)).toMatch(/^`acme\/app` \S+\n$/);
  expect(await ship(h, "c0de-zz4tk")).toBe(0);
});

test("GitHub's trouble with the source repo holds no proposal up", async () => {
  const h = await begin(["source: acme/app"]);
  h.stage.faults.arm({ fault: { kind: "bad-gateway-before" }, repo: "acme/app", times: 9 });
  h.registry.put(IMAGE, V1, { created: "2026-11-20T10:00:00Z", labels: labelsOf(0) });
  await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z", labels: labelsOf(2) });
  await h.settle();
  expect(h.stage.faults.fired.get("bad-gateway-before")).toBe(1);
  expect(section(onlyPull(h).body)).toMatch(/^`acme\/app` \S+\n$/);
});

test("an older version than what stands there is no span", async () => {
  const h = await begin(["source: acme/app"]);
  h.registry.put(IMAGE, V1, { created: "2026-11-20T10:00:00Z", labels: labelsOf(2) });
  await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z", labels: labelsOf(0) });
  await h.settle();
  expect(section(onlyPull(h).body)).toMatch(/^`acme\/app` \S+\n$/);
});
