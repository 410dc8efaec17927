import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import { CONFIG, DEV, onlyPull, overlay, stories } from "../support/story.ts";

/** GitHub Packages names one tag of those that were pushed together, and nobody can say which. */
const IMAGE = "ghcr.io/acme/app";
const DAY = { old: "2026-11-20T10:00:00Z", now: "2026-11-22T08:00:00Z" };
const { start } = stories();

function config(more: readonly string[] = []): string {
  return `version: 1
images:
  - name: ${IMAGE}
${more.map((line) => `    ${line}\n`).join("")}environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
`;
}

async function docked(rule: readonly string[] = [], tag = "v1.2.3"): Promise<Harbour> {
  const h = await start({ [CONFIG]: config(rule), [DEV]: overlay(tag, IMAGE) });
  h.registry.put(IMAGE, tag, { created: DAY.old });
  return h;
}

/** `registry_package` of one tag. */
async function told(h: Harbour, tag: string): Promise<string> {
  const delivery = await h.deliver({
    source: "github-package",
    headers: { "x-github-event": "registry_package" },
    body: JSON.stringify({
      action: "published",
      registry_package: {
        name: "app",
        namespace: "acme",
        ecosystem: "CONTAINER",
        package_type: "CONTAINER",
        package_version: {
          package_url: `${IMAGE}:${tag}`,
          created_at: DAY.now,
          container_metadata: { tag: { name: tag } },
        },
      },
    }),
  });
  await h.settle();
  return delivery;
}

describe("an event that names one tag of several", () => {
  test.each(["latest", "v1.2", "v1", "v1.2.4"])(
    "that is %s leads to the right one",
    async (tag) => {
      const h = await docked();
      for (const one of ["latest", "v1", "v1.2", "v1.2.4"])
        h.registry.put(IMAGE, one, { created: DAY.now });
      const delivery = await told(h, tag);
      expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.4");
      const outcomes = await h.outcomesOf(delivery);
      expect(outcomes).toContainEqual(expect.objectContaining({ kind: "proposed" }));
    },
  );

  test("reads at most twenty unknown tags, the newest by their order, and known ones no more", async () => {
    const h = await docked(["tags: { order: semver }"]);
    for (let patch = 4; patch < 54; patch += 1)
      h.registry.put(IMAGE, `v1.2.${patch}`, { created: DAY.now });
    h.registry.put(IMAGE, "latest", { created: DAY.now });
    await told(h, "latest");
    expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.53");
    const read = new Set(h.registry.asked.filter((one) => one.includes(" v1.2.")));
    expect([...read].slice(0, 20)).toEqual(
      Array.from({ length: 20 }, (_, at) => `${IMAGE} v1.2.${53 - at}`),
    );
    expect(read).not.toContain(`${IMAGE} v1.2.33`);
  });

  test("does not look where the registry is not believed", async () => {
    const h = await docked(["verify: none"]);
    h.registry.put(IMAGE, "v1.2.4", { created: DAY.now });
    await told(h, "latest");
    expect(h.registry.asked).toEqual([]);
    expect(h.open()).toEqual([]);
  });

  test("comes back as a whole when the registry is away", async () => {
    const h = await docked();
    h.registry.put(IMAGE, "latest", { created: DAY.now });
    h.registry.put(IMAGE, "v1.2.4", { created: DAY.now });
    h.registry.outage = { kind: "unavailable", detail: "500", retryAt: null };
    const delivery = await told(h, "latest");
    expect(await h.outcomesOf(delivery)).toEqual([]);
    h.registry.outage = null;
    await h.settleFor(3_600_000);
    expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.4");
  });

  test("does not wait for the list of tags, which is asked for again", async () => {
    const h = await docked();
    h.registry.put(IMAGE, "v1.2.4", { created: DAY.now });
    h.registry.put(IMAGE, "v1.2.5", { created: "2026-11-22T09:00:00Z" });
    const tags = h.registry.tags.bind(h.registry);
    h.registry.tags = async () => ({ kind: "unavailable", detail: "500", retryAt: null });
    const delivery = await told(h, "v1.2.4");
    expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.4");
    h.registry.tags = tags;
    await h.settleFor(3_600_000);
    expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.5");
    expect(await h.outcomesOf(delivery)).toContainEqual(
      expect.objectContaining({ kind: "proposed", action: "updated" }),
    );
  });

  test("of a registry that lists no tags is taken by itself", async () => {
    const h = await docked();
    h.registry.put(IMAGE, "v1.2.4", { created: DAY.now });
    h.registry.tags = async () => ({ kind: "not-allowed", detail: "403" });
    await told(h, "v1.2.4");
    expect(onlyPull(h).title).toBe("dev: app v1.2.3 → v1.2.4");
  });

  test("whose images are all bare versions goes on to the next", async () => {
    const h = await docked([], "v1");
    h.registry.put(IMAGE, "latest", { created: DAY.now });
    h.registry.put(IMAGE, "v2", { created: DAY.now });
    await told(h, "latest");
    expect(onlyPull(h).title).toBe("dev: app v1 → v2");
  });

  test("takes no bare version for one of its own where exact ones stand beside it", async () => {
    const h = await docked([], "v1");
    for (const one of ["latest", "v1.9.9", "v2"]) h.registry.put(IMAGE, one, { created: DAY.now });
    await told(h, "latest");
    expect(h.open()).toEqual([]);
  });
});
