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

test("the same text makes no diff", () => {
  expect(unifiedDiff("f", "a\n", "a\n")).toBe("");
});
