import { expect, test } from "@jest/globals";
import { shareRepeated, structureOf } from "../../scripts/prune-webhooks.ts";

test("explanations go, properties that are named like them stay", () => {
  const schema = {
    title: "Label",
    description: "A label",
    type: "object",
    required: ["description", "title"],
    properties: {
      title: { type: "string", example: "bug", title: "Title" },
      description: { type: ["string", "null"], description: "May be null" },
      examples: { type: "array", items: { description: "one", enum: ["title"] } },
    },
    anyOf: [{ summary: "a", required: ["title"] }],
    additionalProperties: { default: 1, type: "integer" },
  };
  expect(structureOf(schema)).toEqual({
    type: "object",
    required: ["description", "title"],
    properties: {
      title: { type: "string" },
      description: { type: ["string", "null"] },
      examples: { type: "array", items: { enum: ["title"] } },
    },
    anyOf: [{ required: ["title"] }],
    additionalProperties: { type: "integer" },
  });
});

test("what is written out twice is said once, and refers to what it shares itself", () => {
  const user = {
    type: "object",
    properties: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`field_${index}`, { type: "string" }]),
    ),
  };
  const repo = { type: "object", properties: { owner: user, id: { type: "integer" } } };
  const event = { type: "object", properties: { head: repo, base: repo, sender: user } };
  const shared = shareRepeated({ event });
  expect(Object.keys(shared)).toHaveLength(3);
  expect(Object.values(shared)).toContainEqual(user);
  const refs = JSON.stringify(shared.event).match(/shared-\w+/g) ?? [];
  expect([refs.length, new Set(refs).size]).toEqual([3, 2]);
  for (const ref of refs) expect(shared).toHaveProperty([ref]);
});
