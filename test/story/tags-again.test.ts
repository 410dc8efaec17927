import { describe, expect, test } from "@jest/globals";
import { round } from "../support/chores.ts";
import type { Harbour } from "../support/harbour.ts";
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
const D1 = `sha256:${"11".repeat(32)}`;
const D2 = `sha256:${"22".repeat(32)}`;
const refuse = { [CONFIG]: configText([], ["tags: { repushed: refuse }"]) };
const pinned = (tag: string, digest: string) =>
  overlay(tag).replace(`newTag: ${tag}\n`, `newTag: ${tag}\n  digest: ${digest}\n`);

/** A tag is pushed with this content. */
async function pushed(h: Harbour, tag: string, digest: string, created: string) {
  const delivery = await h.push(IMAGE, tag, { digest, created });
  await h.settle();
  return h.outcomesOf(delivery);
}

async function pass(h: Harbour, ms: number): Promise<void> {
  await h.clock.advance(ms);
  await h.settle();
}

async function merge(h: Harbour): Promise<void> {
  await h.stage.world.mergePull(h.repo, "ann", onlyPull(h), { method: "merge" });
  await h.settle();
}

describe("a tag that is pushed again with other content", () => {
  test("is updated where the entry is pinned by digest, and said in the pull request", async () => {
    const h = await start({ [DEV]: pinned(V1, D1) });
    h.registry.put(IMAGE, V1, { digest: D1, created: "2026-11-20T10:00:00Z" });
    expect(await pushed(h, V1, D2, "2026-11-21T10:00:00Z")).toMatchObject([{ kind: "proposed" }]);
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, DEV)).toBe(pinned(V1, D2));
    expect(pull.body).toContain(
      "> **Pushed again**: `quay.io/acme/app:6322-rbbs9` named `sha256:111111111111…` before and names `sha256:222222222222…` now.",
    );
  });

  test("is refused where the policy says so, and nothing is written", async () => {
    const h = await start({ ...refuse, [DEV]: pinned(V1, D1) });
    expect(await pushed(h, V1, D2, "2026-11-21T10:00:00Z")).toMatchObject([
      {
        kind: "refused",
        reason: "tag-pushed-again",
        detail: `${V1} named sha256:111111111111… and names sha256:222222222222… now: push other content under another tag, or write \`repushed: follow\``,
      },
    ]);
    expect(h.open()).toEqual([]);
  });

  test("and is older does not come back", async () => {
    const h = await start({ [DEV]: pinned(V1, D1) });
    h.registry.put(IMAGE, V1, { digest: D1, created: "2026-11-20T10:00:00Z" });
    expect(await pushed(h, V1, D2, "2026-11-19T10:00:00Z")).toMatchObject([
      { kind: "skipped", reason: "older" },
    ]);
  });

  test("changes nothing in git where the tag alone stands there, and is told by that reason", async () => {
    const h = await start();
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    await merge(h);
    expect(await h.read("main", DEV)).toBe(overlay(V2));
    expect(await pushed(h, V2, D2, "2026-11-21T11:00:00Z")).toMatchObject([
      {
        kind: "skipped",
        reason: "tag-pushed-again",
        detail: expect.stringMatching(
          /named sha256:1+… when it came there and names sha256:2+… now/,
        ),
      },
    ]);
    expect(await pushed(h, V2, D1, "2026-11-21T10:00:00Z")).toMatchObject([
      { kind: "skipped", reason: "up-to-date" },
    ]);
  });

  test("is refused there, too", async () => {
    const h = await start(refuse);
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    await merge(h);
    expect(await pushed(h, V2, D2, "2026-11-21T11:00:00Z")).toMatchObject([
      { kind: "refused", reason: "tag-pushed-again" },
    ]);
  });

  test("rebuilds the open pull request, which says so", async () => {
    const h = await start();
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    expect(onlyPull(h).body).not.toContain("Pushed again");
    expect(await pushed(h, V2, D2, "2026-11-21T11:00:00Z")).toMatchObject([
      { kind: "proposed", action: "updated" },
    ]);
    expect(onlyPull(h).body).toContain("**Pushed again**: `quay.io/acme/app:bf76-qqxrq`");
    expect(onlyPull(h).body).toContain(`digest: \`${D2}\``);
    await arrive(h, V3);
    expect(onlyPull(h).body).not.toContain("Pushed again");
  });

  test("leaves the open pull request alone where the policy refuses it", async () => {
    const h = await start(refuse);
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    const { body, headOid } = onlyPull(h);
    expect(await pushed(h, V2, D2, "2026-11-21T11:00:00Z")).toMatchObject([
      { kind: "refused", reason: "tag-pushed-again" },
    ]);
    expect(onlyPull(h)).toMatchObject({ body, headOid });
  });
});

describe("a tag that was pushed again while nobody listened", () => {
  const silently = (h: Harbour, tag: string, digest: string) =>
    h.registry.put(IMAGE, tag, { digest, created: "2026-11-21T10:00:00Z" });
  const ofTag = async (h: Harbour) =>
    (await h.entries()).filter(({ subject }) => subject?.digest === D2).map((e) => e.outcome);

  test("is found by the next look, and updated where the entry is pinned by digest", async () => {
    const h = await start({ [DEV]: pinned(V1, D1) });
    h.registry.put(IMAGE, V1, { digest: D1, created: "2026-11-20T10:00:00Z" });
    await round(h, "images");
    expect(h.open()).toEqual([]);
    silently(h, V1, D2);
    await round(h, "images");
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(pinned(V1, D2));
    expect(onlyPull(h).body).toContain("> **Pushed again**");
  });

  test("is found also by the first look of a process", async () => {
    const h = await start({ [DEV]: pinned(V1, D1) });
    h.registry.put(IMAGE, V1, { digest: D1, created: "2026-11-20T10:00:00Z" });
    silently(h, V1, D2);
    await round(h, "images");
    expect(onlyPull(h).body).toContain("> **Pushed again**");
  });

  test("is refused where the policy says so, and told once a day", async () => {
    const h = await start({ ...refuse, [DEV]: pinned(V1, D1) });
    silently(h, V1, D2);
    for (const _ of [1, 2, 3]) await round(h, "images");
    expect(await ofTag(h)).toMatchObject([{ kind: "refused", reason: "tag-pushed-again" }]);
    await h.clock.advance(24 * 3_600_000);
    await round(h, "images");
    expect(await ofTag(h)).toHaveLength(2);
    expect(h.open()).toEqual([]);
  });

  test("is told where the tag alone stands there, once two looks differ", async () => {
    const h = await start();
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    await merge(h);
    await round(h, "images");
    silently(h, V2, D2);
    for (const _ of [1, 2]) await round(h, "images");
    expect(await ofTag(h)).toMatchObject([{ kind: "skipped", reason: "tag-pushed-again" }]);
  });

  test("of an image that an environment calls otherwise is not held against the digest there", async () => {
    const mapped = "registry.corp/acme/app";
    const config = configText([`image: { "${IMAGE}": ${mapped} }`]);
    const files = { [CONFIG]: config, [DEV]: pinned(V1, D1).replace(IMAGE, mapped) };
    const h = await start(files);
    silently(h, V1, D2);
    await round(h, "images");
    expect(h.registry.asked).toEqual([`${IMAGE} tags`]);
    expect(h.open()).toEqual([]);
  });

  test("of a registry that is away is found by a later look", async () => {
    const h = await start();
    await pushed(h, V2, D1, "2026-11-21T10:00:00Z");
    await merge(h);
    await round(h, "images");
    silently(h, V2, D2);
    h.registry.outage = { kind: "unavailable", detail: "500", retryAt: null };
    await round(h, "images");
    h.registry.outage = null;
    await round(h, "images");
    expect(await ofTag(h)).toMatchObject([{ kind: "skipped", reason: "tag-pushed-again" }]);
  });

  test.each([
    ["for each tag in place, one", {}, [`${IMAGE} tags`, `${IMAGE} ${V1} named`]],
    ["for one that moves by custom, none", { [DEV]: pinned("latest", D1) }, [`${IMAGE} tags`]],
    ["with `reread: false`, none", { [CONFIG]: configText([], ["reread: false"]) }, []],
  ])("costs requests: %s", async (_, files, asked) => {
    const h = await start(files);
    await round(h, "images");
    // What may be newer is read, too, and is not counted here.
    const own = h.registry.asked.filter((one) => / (tags|named)$/.test(one));
    expect(own).toEqual(asked);
  });
});

describe("a version that is younger than its rule asks for", () => {
  const aged = { [CONFIG]: configText([], ["tags: { age: 1h }"]) };
  const HOUR = 3_600_000;
  const ago = (h: Harbour, ms: number) => new Date(h.clock.now().getTime() - ms).toISOString();

  test("waits, and is proposed when it is old enough", async () => {
    const h = await start(aged);
    const delivery = await h.push(IMAGE, V2, { created: ago(h, HOUR / 2) });
    await h.settle();
    expect(h.open()).toEqual([]);
    await pass(h, HOUR / 2 - 60_000);
    expect(h.open()).toEqual([]);
    await pass(h, 120_000);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
    expect(await h.outcomesOf(delivery)).toMatchObject([{ kind: "proposed" }]);
  });

  test("does not hold back one that is old enough", async () => {
    const h = await start(aged);
    await h.push(IMAGE, V3, { created: ago(h, 1000) });
    await h.push(IMAGE, V2, { created: ago(h, 2 * HOUR) });
    await h.settle();
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
    await pass(h, HOUR + 60_000);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V3}`);
  });

  test.each([
    ["of unknown age", "1970-01-01T00:00:00Z"],
    ["of a clock that is ahead", "2031-01-01T00:00:00Z"],
  ])("%s is as old as what told of it", async (_, created) => {
    const h = await start(aged);
    await h.push(IMAGE, V2, { created });
    await pass(h, HOUR - 60_000);
    expect(h.open()).toEqual([]);
    await pass(h, 120_000);
    expect(h.open()).toHaveLength(1);
  });
});

describe("a version that is not built for all platforms that its rule asks for", () => {
  const both = { [CONFIG]: configText([], ["tags: { platforms: [linux/amd64, linux/arm64] }"]) };
  const platforms = ["linux/amd64", "linux/arm64/v8"];

  test("is skipped, and one that is goes on", async () => {
    const h = await start(both);
    const delivery = await h.push(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    await h.push(IMAGE, V2, { created: "2026-11-21T10:00:00Z", platforms });
    await h.settle();
    expect(await h.outcomesOf(delivery)).toMatchObject([
      { reason: "platform-missing", detail: `${V3} is not built for linux/arm64` },
    ]);
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });

  test("does not hide an older one that nobody told of", async () => {
    const h = await start(both);
    h.registry.put(IMAGE, V3, { created: "2026-11-22T07:00:00Z" });
    h.registry.put(IMAGE, V2, { created: "2026-11-21T10:00:00Z", platforms });
    await round(h, "images");
    expect(onlyPull(h).title).toBe(`dev: app ${V1} → ${V2}`);
  });
});
