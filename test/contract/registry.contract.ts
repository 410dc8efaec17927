import { expect, test } from "@jest/globals";
import type { Registry } from "../../src/model/registry.ts";

/** A registry with a hand to push one-platform images of linux/amd64 with. */
export interface RegistryStage {
  readonly registry: Registry;
  readonly image: string;
  /** Pushes, or moves a tag; returns the digest. */
  push(tag: string, created: string, labels: Readonly<Record<string, string>>): string;
  close(): Promise<void>;
}

const CREATED = "2026-08-21T10:11:12Z";
const LATER = "2026-08-22T10:11:12Z";
const labels = { "org.opencontainers.image.revision": "0a1b2c3" };
const NOWHERE = `sha256:${"0".repeat(64)}`;

/** What every registry must do. */
export function registryContract(name: string, open: () => Promise<RegistryStage>): void {
  function on(title: string, body: (stage: RegistryStage) => Promise<void>): void {
    test(`${name}: ${title}`, async () => {
      const stage = await open();
      await body(stage).finally(() => stage.close());
    });
  }

  on("tells what a tag names", async ({ registry, image, push }) => {
    const digest = push("v1", CREATED, labels);
    expect(await registry.read(image, "v1", "acme")).toEqual({
      kind: "found",
      facts: { image, tag: "v1", digest, created: CREATED, labels, platforms: ["linux/amd64"] },
    });
  });

  on("tells the same of its digest, without a tag", async ({ registry, image, push }) => {
    const digest = push("v1", CREATED, labels);
    expect(await registry.read(image, digest, "acme")).toEqual({
      kind: "found",
      facts: { image, tag: null, digest, created: CREATED, labels, platforms: ["linux/amd64"] },
    });
  });

  on("follows a tag that moves, and keeps the digest before", async ({ registry, image, push }) => {
    const before = push("v1", CREATED, labels);
    const after = push("v1", LATER, {});
    expect(after).not.toBe(before);
    expect(await registry.read(image, "v1", "acme")).toMatchObject({
      facts: { digest: after, created: LATER, labels: {} },
    });
    expect(await registry.read(image, before, "acme")).toMatchObject({
      facts: { digest: before, created: CREATED },
    });
  });

  on("gives the facts of what it read before", async ({ registry, image, push }) => {
    const digest = push("v1", CREATED, labels);
    const now = await registry.read(image, digest, "acme");
    expect(now.kind).toBe("found");
    expect(await registry.read(image, digest, "acme", "facts")).toEqual(now);
    expect((await registry.read(image, "v2", "acme", "facts")).kind).toBe("missing");
  });

  on("does not know what was never pushed", async ({ registry, image, push }) => {
    push("v1", CREATED, labels);
    for (const reference of ["v2", NOWHERE])
      expect((await registry.read(image, reference, "acme")).kind).toBe("missing");
  });

  on("tells what a tag names now, unread", async ({ registry, image, push }) => {
    const before = push("v1", CREATED, labels);
    expect(await registry.names(image, "v1", "acme")).toEqual({ kind: "named", digest: before });
    const after = push("v1", LATER, {});
    expect(await registry.names(image, "v1", "acme")).toEqual({ kind: "named", digest: after });
    expect((await registry.names(image, "v2", "acme")).kind).toBe("missing");
  });

  on("lists the tags, each once, in order", async ({ registry, image, push }) => {
    for (const tag of ["v2", "v1", "v2"]) push(tag, CREATED, labels);
    const answer = await registry.tags(image, "acme");
    expect(answer).toEqual({ kind: "listed", tags: ["v1", "v2"], whole: true });
  });

  on("has no list for an image that was never pushed", async ({ registry, image }) => {
    expect((await registry.tags(`${image}-no`, "acme")).kind).toBe("missing");
  });
}
