import { expect, test } from "@jest/globals";
import { arrive, onlyPull, stories, V2 } from "../support/story.ts";

/** Events that lead nowhere until a person mends something outside. */

const { start } = stories();

test.each([
  ["not-allowed", "registry-not-allowed"],
  ["unreadable", "image-unreadable"],
] as const)("a registry whose answer is %s: %s", async (kind, reason) => {
  const h = await start();
  h.registry.outage = { kind, detail: "the registry's own words" };
  expect(await arrive(h, V2)).toEqual([
    expect.objectContaining({ kind: "refused", reason, detail: "the registry's own words" }),
  ]);
  expect(h.open()).toEqual([]);
  h.registry.outage = null;
  expect(await arrive(h, V2)).toMatchObject([{ kind: "proposed" }]);
  expect(onlyPull(h).number).toBe(1);
});
