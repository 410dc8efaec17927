import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { realPath } from "../../src/render/tree-path.ts";

const part = fc.constantFrom("a", "b", "c", "..", ".");
const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const place = fc
  .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));

/** Where the kernel takes a path: below `root`, out of it (`null`), or nowhere (`undefined`). */
function byTheKernel(root: string, asked: string): string | null | undefined {
  try {
    const below = relative(root, realpathSync.native(`${root}/${asked}`));
    return below === ".." || below.startsWith("../") ? null : below;
  } catch {
    return undefined;
  }
}

/** Makes files (`null`) and links below `root`, as far as they go together; the links that stand there. */
function plant(
  root: string,
  nodes: readonly (readonly [string, string | null])[],
): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const [at, target] of nodes) {
    const parent = dirname(join(root, at));
    try {
      mkdirSync(parent, { recursive: true });
      // git keeps nothing behind a link.
      if (realpathSync(parent) !== parent) continue;
      if (target === null) writeFileSync(join(root, at), "", { flag: "wx" });
      else symlinkSync(target, join(root, at));
      if (target !== null) links.set(at, target);
    } catch {
      // The place is taken already, or lies below a file or a loop.
    }
  }
  return links;
}

test("a path leads where the kernel takes it", () => {
  const nodes = fc.array(fc.tuple(place, fc.option(path)), { maxLength: 6 });
  fc.assert(
    fc.property(nodes, path, (planted, asked) => {
      const home = realpathSync(mkdtempSync(join(tmpdir(), "tagboat-tree-")));
      const root = join(home, "x", "repo");
      mkdirSync(root, { recursive: true });
      const links = plant(root, planted);
      const truth = byTheKernel(root, asked);
      rmSync(home, { recursive: true });
      // What does not exist leads nowhere for the kernel; for us it is a path that is not in the tree.
      if (truth !== undefined) expect(realPath(asked, (at) => links.get(at) ?? null)).toBe(truth);
    }),
    { numRuns: 250, seed: 7 },
  );
});
