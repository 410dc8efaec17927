import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { unifiedDiff } from "../../src/cli/unified-diff.ts";

const folder = mkdtempSync(join(tmpdir(), "tagboat-diff-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "c", "", " x", "c\r"), { maxLength: 20 }), fc.boolean())
  .map(([lines, isWhole]) => lines.join("\n") + (isWhole && lines.length > 0 ? "\n" : ""));

test("git applies it and comes to the same text", () => {
  const path = join(folder, "f");
  fc.assert(
    fc.property(text, text, (before, after) => {
      // git has no diff from or to a file that is not there but empty.
      fc.pre(before !== "" && after !== "" && before !== after);
      writeFileSync(path, before);
      writeFileSync(join(folder, "patch"), unifiedDiff("f", before, after));
      execFileSync("git", ["apply", "--whitespace=nowarn", "patch"], {
        cwd: folder,
        env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
      });
      expect(readFileSync(path, "utf8")).toBe(after);
    }),
    { numRuns: 60 },
  );
});

test("a line that stays between two that change is not told as changed", () => {
  expect(unifiedDiff("f", "a\nb\nc\n", "x\nb\ny\n")).toBe(
    "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n-a\n+x\n b\n-c\n+y\n",
  );
});

test("a long text with changes far apart is told by its changes alone", () => {
  const lines = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`);
  const after = lines.map((line, index) => (index % 1000 === 500 ? `new ${line}` : line));
  const told = unifiedDiff("f", lines.join(""), after.join("")).split("\n");
  expect(told.filter((line) => /^[-+] ?[ln]/.test(line))).toHaveLength(6);
});

test("the same text makes no diff", () => {
  expect(unifiedDiff("f", "a\n", "a\n")).toBe("");
});
