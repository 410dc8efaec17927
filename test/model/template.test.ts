import { describe, expect, test } from "@jest/globals";
import { fillTemplate, unknownFields } from "../../src/model/template.ts";

const values = {
  title: "T",
  environment: "dev",
  component: "",
  image: "app",
  from: "v1",
  to: "{from}",
  base: "main",
};

describe("templates of proposals", () => {
  test.each([
    ["deploy {image} {from} → {to} to {environment}", "deploy app v1 → {from} to dev"],
    ["{title} {unknown} {}", "T {unknown} {}"],
    ["[{component}]", "[]"],
  ])("%j", (template, text) => expect(fillTemplate(template, values)).toBe(text));

  test("name what they do not know", () => {
    expect(unknownFields("{title} {tag} {digest}")).toEqual(["tag", "digest"]);
    expect(unknownFields("{title} { tag } {}")).toEqual([]);
  });
});
