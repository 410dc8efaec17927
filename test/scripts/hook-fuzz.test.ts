import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../scripts/edit-mutations.ts";
import { fuzzHooks } from "../../scripts/hook-fuzz.ts";
import { mutateJson } from "../../scripts/hook-mutations.ts";
import { wrongEvents } from "../../scripts/hook-oracle.ts";
import { seeds } from "../../scripts/hook-seeds.ts";
import type { ImageEvent } from "../../src/model/event.ts";
import { sourceTable } from "../../src/normalise/sources.ts";

describe("mutated webhooks of every source", () => {
  test("are answered, and mean nothing that the rules forbid", async () => {
    const report = await fuzzHooks(800, 1, seeds);
    expect(report.failures).toEqual([]);
    expect(report.runs).toBe(800);
    expect(report.events).toBeGreaterThan(50);
    expect(new Set(Object.keys(report.bySource))).toEqual(new Set(Object.keys(sourceTable)));
  });
});

describe("the fuzz itself", () => {
  test("mutates the same way for the same seed, and does not touch what it is given", () => {
    const body = { events: [{ action: "push" }] };
    const [first, second] = [1, 1].map((seed) => mutateJson(createRandom(seed), body, 5, "x"));
    expect(first).toEqual(second);
    expect(body).toEqual({ events: [{ action: "push" }] });
  });

  const event: ImageEvent = {
    kind: "image-published",
    image: "quay.io/acme/app",
    tag: "v1",
    digest: null,
    at: null,
    provenance: {},
  };
  const quay = {
    source: "quay",
    headers: {},
    own: {},
    body: '{"docker_url":"quay.io/acme/app","updated_tags":["v1"]}',
  } as const;

  test("finds nothing wrong with what was told", () => {
    expect(wrongEvents(quay, [event])).toBeNull();
  });

  test.each<[string, Partial<ImageEvent>]>([
    ["a digest as tag", { tag: "sha256:ab" }],
    ["a signature as tag", { tag: `sha256-${"ab".repeat(32)}.sig` }],
    ["no tag", { tag: null }],
    ["a cut digest", { digest: "sha256:ab" }],
    ["a digest from nowhere", { digest: `sha256:${"ab".repeat(32)}` }],
    ["a tag from nowhere", { tag: "v2" }],
    ["an image from nowhere", { image: "quay.io/acme/other" }],
    ["upper case", { image: "quay.io/acme/App" }],
    ["a time before 2000", { at: "1970-01-01T00:00:00Z" }],
    ["a control character", { provenance: { actor: "a\nb" } }],
  ])("finds %s", (_name, over) => {
    expect(wrongEvents(quay, [{ ...event, ...over }])).not.toBeNull();
  });

  test("finds events of what is no push", () => {
    const body = '{"docker_url":"quay.io/acme/app","tags":["v1"]}';
    expect(wrongEvents({ ...quay, body }, [event])).toContain("no tags were updated");
    expect(wrongEvents({ ...quay, source: "rhacs" }, [event])).toContain("not used");
  });
});
