import { describe, expect, test } from "@jest/globals";
import type { Environment } from "../../src/model/config.ts";
import type { Release } from "../../src/model/release.ts";
import { renderBody } from "../../src/propose/body.ts";
import { type Marker, renderMarker } from "../../src/propose/marker.ts";
import type { DesiredProposal } from "../../src/propose/proposal.ts";

const file = "env/overlays/01-dev/kustomization.yaml";
const image = "quay.io/acme/app";
const digest = `sha256:${"ab".repeat(32)}`;
const other = `sha256:${"cd".repeat(32)}`;
const marker: Marker = { history: [{ version: "v2", at: "2026-11-22T10:00:00Z" }], waiting: [] };

const release: Release = {
  artifacts: [{ kind: "image", image, tag: "v2", digest, orderKey: null }],
  builtAt: "2026-11-22T09:58:07.123Z",
  provenance: {
    revision: "bf76e0c1a2b3c4d5e6f708192a3b4c5d6e7f8091",
    sourceRepo: "https://github.com/acme/app",
    run: "build-qqxrq",
    runUrl: "https://tekton.example/runs/build-qqxrq",
    actor: "robot",
  },
  platforms: ["linux/amd64", "linux/arm64"],
  deliveries: ["d-1"],
};

const desired: DesiredProposal = {
  place: { repo: "acme/cd", base: "main", environment: "dev", component: null },
  environment: { proposal: { body: null } } as Environment,
  rows: [{ file, image, from: { tag: "v1", digest: null }, to: { tag: "v2", digest: null } }],
  refs: [],
  artifacts: release.artifacts,
  edits: [{ path: file, text: "" }],
  releases: [release],
  deliveries: ["d-1"],
  orderUnknown: false,
  entryGone: false,
};

function bodyOf(over: Partial<DesiredProposal>, of = marker, approvalsVoid = false): string {
  return renderBody({ ...desired, ...over }, { marker: of, approvalsVoid, sources: "" });
}

test("says what a reviewer asks: what, from where, built when and by whom, and what a merge does", () => {
  expect(bodyOf({})).toBe(`**Image** \`quay.io/acme/app\`

| file | from | to |
|---|---|---|
| \`env/overlays/01-dev/kustomization.yaml\` | \`v1\` | \`v2\` |

**About** \`v2\`
- digest: \`${digest}\`
- built: 2026-11-22 09:58:07 UTC
- commit: [\`bf76e0c1a2b3\`](https://github.com/acme/app/commit/bf76e0c1a2b3c4d5e6f708192a3b4c5d6e7f8091)
- pipeline run: [\`build-qqxrq\`](https://tekton.example/runs/build-qqxrq)
- pushed by: \`robot\`
- platforms: \`linux/amd64\` \`linux/arm64\`
- delivery: \`d-1\`

<!-- tagboat:waiting -->
<!-- /tagboat:waiting -->

**On merge** \`env/overlays/01-dev\` on \`main\` changes, and what watches it (Argo CD, Flux) rolls it out to \`dev\`.

<sub>Tagboat keeps one pull request for \`dev\` and rebuilds it when a newer image arrives. Close it to leave this version out; commits of yours on this branch are never overwritten.</sub>

${renderMarker(marker)}
`);
});

describe("the table", () => {
  test.each([
    [
      { tag: "v1", digest: other },
      { tag: "v2", digest },
      "`v1` `@sha256:cdcdcdcdcdcd…` | `v2` `@sha256:abababababab…`",
    ],
    [null, { tag: "v2", digest: null }, "new entry | `v2`"],
    [{ tag: "a|b", digest: null }, { tag: "v2", digest: null }, "`a\\|b` | `v2`"],
  ])("%j → %j", (from, to, cells) => {
    const body = bodyOf({ rows: [{ file, image, from, to }] });
    expect(body).toContain(`\n| \`${file}\` | ${cells} |\n`);
  });

  test("is one for each image", () => {
    const [row] = desired.rows;
    const rows = ["quay.io/acme/app", "quay.io/acme/web", "quay.io/acme/app"].map((image, at) => ({
      ...row,
      image,
      file: `f${at}`,
    }));
    const lines = bodyOf({ rows: rows as DesiredProposal["rows"] }).split("\n");
    const head = ["", "| file | from | to |", "|---|---|---|"];
    expect(lines.slice(0, 11)).toEqual([
      "**Image** `quay.io/acme/app`",
      ...head,
      "| `f0` | `v1` | `v2` |",
      "| `f2` | `v1` | `v2` |",
      "",
      "**Image** `quay.io/acme/web`",
      ...head,
    ]);
  });

  test("shows a hundred rows and counts the rest", () => {
    const [row] = desired.rows;
    const rows = Array.from({ length: 103 }, (_, at) => ({ ...row, file: `f${at}`, image }));
    const body = bodyOf({ rows: rows as DesiredProposal["rows"] });
    expect(body).toContain("`f99`");
    expect(body).not.toContain("`f100`");
    expect(body).toContain("…and 3 more.");
  });
});

test.each([
  [
    "of another name than the table's",
    [{ ...desired.rows[0], image: "quay.io/prod/app" }],
    [release],
  ],
  ["among several", desired.rows, [release, release]],
])("a release %s is named with its image", (_which, rows, releases) => {
  const body = bodyOf({ rows: rows as DesiredProposal["rows"], releases });
  expect(body).toContain("\n**About** `quay.io/acme/app:v2`\n- digest");
});

describe("notes", () => {
  test("an unknown order is said", () => {
    expect(bodyOf({ orderUnknown: true })).toContain("> **Order unknown**: ");
  });

  test("approvals that a rebuild took are said", () => {
    expect(bodyOf({}, marker, true)).toContain("> The commit was rebuilt: approvals start again.");
  });

  test("history is shown from the second version on", () => {
    const history = [...marker.history, { version: "v3", at: "2026-11-22T11:00:00Z" }];
    expect(bodyOf({})).not.toContain("History");
    expect(bodyOf({}, { history, waiting: [] })).toContain("History of this proposal: `v2` → `v3`");
  });
});

test.each([
  ["nothing", null, []],
  ["what is no time", "soon <b>", ["- built: `soon <b>`"]],
])("a build time that is %s", (_what, builtAt, shown) => {
  const body = bodyOf({ releases: [{ ...release, builtAt }] });
  expect(body.split("\n").filter((line) => line.startsWith("- built"))).toEqual(shown);
});

test("says which tags were pushed again, with both digests", () => {
  const again = [{ image, tag: "v2", before: other, now: digest }];
  expect(bodyOf({ pushedAgain: again })).toContain(
    "> **Pushed again**: `quay.io/acme/app:v2` named `sha256:cdcdcdcdcdcd…` before and names `sha256:abababababab…` now. Whoever reviewed the one has not seen the other.",
  );
});
