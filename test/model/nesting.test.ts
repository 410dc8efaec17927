import { describe, expect, test } from "@jest/globals";
import { readConfigText } from "../../src/decide/config-text.ts";
import { readEntries } from "../../src/decide/kustomization.ts";
import { nestsTooDeep } from "../../src/model/nesting.ts";
import { readObject } from "../../src/render/images-shown.ts";
import { maskSecret } from "../../src/render/secret-mask.ts";

// As deep as makes the parser of YAML end the process where nobody looks first.
const DEEP = 200_000;
const deep: [string, string][] = [
  ["lists in brackets", "[".repeat(DEEP)],
  ["maps in braces", "{a: ".repeat(DEEP)],
  ["lists in lists", "- ".repeat(DEEP)],
  ["complex keys", "? ".repeat(DEEP)],
  ["both", "- ? ".repeat(DEEP)],
  ["closed again", `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`],
];

describe("nestsTooDeep", () => {
  test.each(deep)("%s", (_, text) => {
    expect(nestsTooDeep(`kind: Secret\nx: ${text}`)).toBe(true);
  });

  test.each([
    ["an ordinary file", "images:\n- name: a\n  newTag: b\n".repeat(5000)],
    ["many short lists", "- [a, {b: [c]}]\n".repeat(5000)],
    ["rules of dashes", `# ${"-".repeat(200)}\n`.repeat(100)],
    ["closing brackets alone", "]}".repeat(5000)],
  ])("not %s", (_, text) => {
    expect(nestsTooDeep(text)).toBe(false);
  });
});

test.each(deep)("no reader of a foreign text goes down: %s", (_, text) => {
  const whole = `kind: Secret\nimages: ${text}`;
  expect(readEntries(whole).trouble?.reason).toBe("file-unparsable");
  expect(readConfigText(whole).faults).toHaveLength(1);
  expect(maskSecret(whole, new Map())).toBe("(something that cannot be read: hidden)\n");
  expect(readObject(whole).texts.size).toBe(0);
});
