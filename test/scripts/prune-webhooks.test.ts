import { expect, test } from "@jest/globals";
import { structureOf } from "../../scripts/prune-webhooks.ts";

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
