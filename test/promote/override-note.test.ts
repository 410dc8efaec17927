import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readOverrides, renderOverride } from "../../src/promote/override-note.ts";
import { readNotes, renderNote } from "../../src/promote/signed-note.ts";
import { dora, HEAD } from "../support/gate-facts.ts";

const key = Buffer.alloc(32, 1);
const oldKey = Buffer.alloc(32, 2);
const here = { repoId: 5, pull: 7 };
const override = {
  by: { login: dora.login, id: dora.id },
  at: "2026-11-19T10:00:00Z",
  reason: "hotfix --> “42”",
  headOid: HEAD,
};
const note = renderOverride("prod", override, here, [key]);
const said = (body: string, byOurApp = true) => [{ byOurApp, body }];

describe("an override that a comment of ours records", () => {
  test("is found again, after whatever the reply says", () => {
    const notes = said(`prod is open for this commit.\n\n${note}\n`);
    expect(readOverrides(notes, "prod", here, [key])).toEqual([override]);
  });

  test("is found again while the key changes", () => {
    const old = renderOverride("prod", override, here, [oldKey]);
    expect(readOverrides(said(old), "prod", here, [key, oldKey])).toEqual([override]);
  });

  test.each<[string, ReturnType<typeof said>, string, typeof here, Buffer]>([
    ["in a comment of a person", said(note, false), "prod", here, key],
    ["of another environment", said(note), "qa", here, key],
    ["copied from another pull request", said(note), "prod", { repoId: 5, pull: 8 }, key],
    ["copied from another repo", said(note), "prod", { repoId: 6, pull: 7 }, key],
    ["signed by another key", said(note), "prod", here, oldKey],
    ["of another kind", said(note.replace(":override", ":hold")), "prod", here, key],
    ["changed", said(note.replace(/override ./, "override x")), "prod", here, key],
    ["without its signature", said(note.replace(/\.[\w-]+ -->/, ". -->")), "prod", here, key],
    [
      "of another shape",
      said(renderNote("override", { environment: "prod" }, here, [key])),
      "prod",
      here,
      key,
    ],
  ])("%s is none", (_name, notes, environment, context, signer) => {
    expect(readOverrides(notes, environment, context, [signer])).toEqual([]);
  });
});

test("whatever JSON a note holds is read back, and nothing of it leaves the comment of HTML", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const body = renderNote("hold", value, here, [key]);
      expect(readNotes("hold", `a ${body} b`, here, [key])).toEqual([
        JSON.parse(JSON.stringify(value)),
      ]);
      expect(body.match(/-->/g)).toHaveLength(1);
    }),
  );
});
