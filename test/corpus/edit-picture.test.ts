/** Reads `$TAGBOAT_SHARED/corpus`. Without that folder there is nothing to test: said aloud, and a failure in CI. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { drawEditPicture } from "../../scripts/draw-edit-picture.ts";

const folder = join(process.env.TAGBOAT_SHARED ?? "../shared", "corpus");
const present = existsSync(folder);

test("the picture of an edit is what the script draws", () => {
  if (!present) console.warn(`No corpus in ${folder}: nothing is tested here.`);
  expect(present || process.env.CI === undefined).toBe(true);
  const picture = readFileSync("docs/images/edit.svg", "utf8");
  expect(present ? drawEditPicture(folder) : picture).toBe(picture);
});
