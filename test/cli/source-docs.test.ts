import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { senderSettings } from "../../src/cli/sender-settings.ts";
import { sourceOptionsSchema } from "../../src/normalise/source-options.ts";
import { isHookSource, sourceTable } from "../../src/normalise/sources.ts";

const folder = new URL("../../docs/sources/", import.meta.url);
const index = readFileSync(new URL("README.md", folder), "utf8");

describe("the page of a source", () => {
  test.each(Object.keys(sourceTable).filter(isHookSource))("%s", (source) => {
    const page = readFileSync(new URL(`${source}.md`, folder), "utf8");
    // What `tagboat hook-url` prints.
    expect(page).toContain(senderSettings[source]({ url: "<URL>", secret: "<SECRET>" }).trimEnd());
    for (const part of ["**What authenticates.** ", "**Retries.** ", "**Traps.**\n"])
      expect(page).toContain(part);
    expect(index).toContain(`[\`${source}\`](${source}.md)`);
  });

  test("there is none of anything else, and every setting is explained", () => {
    const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ""));
    expect(new Set(pages)).toEqual(new Set([...Object.keys(sourceTable), "README"]));
    for (const key of Object.keys(sourceOptionsSchema.shape)) expect(index).toContain(`\`${key}\``);
  });
});
