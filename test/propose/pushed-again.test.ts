import { expect, test } from "@jest/globals";
import type { Artifact } from "../../src/model/release.ts";
import type { ProposalRow } from "../../src/propose/proposal.ts";
import { pushedAgain } from "../../src/propose/pushed-again.ts";

const image = "quay.io/acme/app";
const A = `sha256:${"aa".repeat(32)}`;
const B = `sha256:${"bb".repeat(32)}`;

function row(from: [string | null, string | null] | null, to: [string | null, string | null]) {
  const version = ([tag, digest]: [string | null, string | null]) => ({ tag, digest });
  return { file: "f", image, from: from && version(from), to: version(to) } satisfies ProposalRow;
}

function carries(tag: string, digest: string | null): Artifact {
  return { kind: "image", image, tag, digest, orderKey: null };
}

const told = [{ image, tag: "v1", before: A, now: B }];
test.each<[string, ProposalRow[], Artifact[], Artifact[], typeof told | []]>([
  ["the entry's digest changes, its tag does not", [row(["v1", A], ["v1", B])], [], [], told],
  ["both change", [row(["v1", A], ["v2", B])], [], [], []],
  ["the entry is new", [row(null, ["v1", B])], [], [], []],
  ["the entry has no digest", [row(["v1", null], ["v1", B])], [], [], []],
  ["the entry has no tag", [row([null, A], [null, B])], [], [], []],
  ["the proposal carried it", [], [carries("v1", B)], [carries("v1", A)], told],
  ["the proposal carried another", [], [carries("v1", B)], [carries("v0", A)], []],
  ["the proposal carried the same", [], [carries("v1", A)], [carries("v1", A)], []],
  ["nobody knows its digest", [], [carries("v1", null)], [carries("v1", A)], []],
  [
    "once, where both are so",
    [row(["v1", A], ["v1", B])],
    [carries("v1", B)],
    [carries("v1", A)],
    told,
  ],
])("%s", (_, rows, carried, before, expected) => {
  expect(pushedAgain(rows, carried, before)).toEqual(expected);
});
