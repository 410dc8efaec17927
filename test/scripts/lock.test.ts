import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

interface Entry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
const packages: [string, Entry][] = Object.entries(lock.packages);

test("the lock file holds no download addresses", () => {
  expect(packages.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});

// `npm ci` refuses a lock file that lacks the optional packages of other platforms; `npm run lock` puts them in.
test("the lock file names the optional packages of every platform", () => {
  const names = new Set(
    packages.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + 13)),
  );
  const wanted = packages.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
  expect(wanted.filter((name) => !names.has(name))).toEqual([]);
});
