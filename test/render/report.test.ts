import { describe, expect, test } from "@jest/globals";
import type { Change } from "../../src/model/change.ts";
import type { Rendered } from "../../src/model/render.ts";
import { buildError } from "../../src/render/build-error.ts";
import { type ChangedOverlay, withoutEffect } from "../../src/render/effect.ts";
import { reportView } from "../../src/render/report.ts";
import { maskSecret } from "../../src/render/secret-mask.ts";
import { cdRepo } from "../support/file-tree.ts";

const FILE = "env/dev/kustomization.yaml";
const change: Change = { kind: "image", file: FILE, entry: "quay.io/acme/app", newTag: "2" };
const built = (...objects: string[]): Rendered => ({
  kind: "rendered",
  text: objects.join("---\n"),
});
const broken: Rendered = {
  kind: "broken",
  error: { message: "no such | field", file: "env/base/a.yaml", line: 7 },
};
const unavailable: Rendered = { kind: "unavailable", why: "the build took more than 10 s" };

function pod(image: string, name = "app"): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - image: ${image}\n    name: app\n`;
}

function entry(fields: string): string {
  return `images:\n- name: quay.io/acme/app\n${fields}`;
}

function overlay(over: Partial<ChangedOverlay> = {}): ChangedOverlay {
  return {
    file: FILE,
    textBefore: entry('  newTag: "1"\n'),
    textAfter: entry('  newTag: "2"\n'),
    before: built(pod("quay.io/acme/app:1")),
    after: built(pod("quay.io/acme/app:2")),
    changes: [change],
    ...over,
  };
}

describe("whether a change has an effect", () => {
  const D1 = `sha256:${"1".repeat(64)}`;
  const D2 = `sha256:${"2".repeat(64)}`;

  test.each<[string, Partial<ChangedOverlay>]>([
    ["the declared image comes out", {}],
    ["nothing was built", { after: unavailable }],
    ["the build is broken", { after: broken }],
    [
      "tag and digest come out together",
      {
        textBefore: entry(`  newTag: "1"\n  digest: ${D1}\n`),
        textAfter: entry(`  newTag: "2"\n  digest: ${D2}\n`),
        after: built(pod(`quay.io/acme/app:2@${D2}`)),
      },
    ],
    [
      "an old kustomize writes the digest alone",
      {
        textBefore: entry(`  newTag: "1"\n  digest: ${D1}\n`),
        textAfter: entry(`  newTag: "2"\n  digest: ${D2}\n`),
        after: built(pod(`quay.io/acme/app@${D2}`)),
      },
    ],
    [
      "an entry without a version declares what was there",
      { textBefore: entry(""), before: built(pod("quay.io/acme/app:2")) },
    ],
    ["the base was broken and the image is there now", { before: broken }],
    ["another image's change is not judged by this one", { changes: [] }],
    [
      "one of two containers is hard-wired",
      {
        before: built(pod("quay.io/acme/app:1"), pod("quay.io/acme/app:1", "other")),
        after: built(pod("quay.io/acme/app:2"), pod("quay.io/acme/app:1", "other")),
      },
    ],
  ])("yes: %s", (_what, over) => {
    expect(withoutEffect(overlay(over))).toBeNull();
  });

  test.each<[string, Partial<ChangedOverlay>, RegExp]>([
    [
      "the build stays as it was",
      { after: built(pod("quay.io/acme/app:1")) },
      /does not contain quay\.io\/acme\/app:2: .* does not reach the images of that name/,
    ],
    [
      "the build knows no such image",
      { before: built(pod("redis:1")), after: built(pod("redis:1")) },
      /matches no image of its resources/,
    ],
    [
      "the declared image stands elsewhere already",
      {
        before: built(pod("mirror/app:1"), pod("quay.io/acme/app:2", "other")),
        after: built(pod("mirror/app:1"), pod("quay.io/acme/app:2", "other")),
      },
      /does not contain/,
    ],
    [
      "a tag that begins alike is another",
      { after: built(pod("quay.io/acme/app:2-rc1")) },
      /does not contain/,
    ],
    [
      "the digest stays",
      {
        textBefore: entry(`  newTag: "1"\n  digest: ${D1}\n`),
        textAfter: entry(`  newTag: "2"\n  digest: ${D1}\n`),
        after: built(pod(`quay.io/acme/app:2@${D1}`)),
      },
      /keeps its digest/,
    ],
    [
      "an entry without a version matches nothing",
      { textBefore: entry(""), before: built(pod("redis:1")), after: built(pod("redis:1")) },
      /matches no image/,
    ],
    ["the base was broken and it is not there now", { before: broken, after: built() }, /matches/],
  ])("no: %s", (_what, over, message) => {
    expect(withoutEffect(overlay(over))).toEqual({
      reason: "no-effect",
      message: expect.stringMatching(message),
      file: FILE,
      line: 2,
    });
  });
});

function report(overlays: readonly ChangedOverlay[]) {
  const refusal = overlays.map(withoutEffect).find((one) => one !== null) ?? null;
  return reportView(cdRepo, { view: { overlays, refusal }, headOid: "abc", fresh: true });
}

describe("the check", () => {
  test.each<[string, ChangedOverlay[], string, string]>([
    ["all is built", [overlay()], "success", "1 image changes in 1 overlay"],
    [
      "the change breaks a build",
      [overlay({ after: broken }), overlay()],
      "failure",
      "1 overlay no longer builds",
    ],
    [
      "it was broken before",
      [overlay({ before: broken, after: broken }), overlay()],
      "neutral",
      "1 image changes in 1 overlay",
    ],
    ["it builds again", [overlay({ before: broken })], "neutral", "Not built, so not compared"],
    [
      "nothing could be built",
      [overlay({ before: unavailable, after: unavailable })],
      "neutral",
      "Not built, so not compared",
    ],
    [
      "a proposal that stands has no effect",
      [overlay({ after: built(pod("quay.io/acme/app:1")) })],
      "failure",
      "A declared image does not come out of the build",
    ],
  ])("%s", (_what, overlays, conclusion, title) => {
    const check = report(overlays);
    expect([check.conclusion, check.title]).toEqual([conclusion, title]);
  });

  test("errors stand at their line, and are blamed on the change alone that made them", () => {
    const levels = (one: ChangedOverlay) => report([one]).annotations;
    const at = { path: "env/base/a.yaml", line: 7, message: "no such | field" };
    expect(levels(overlay({ after: broken }))).toEqual([{ ...at, level: "failure" }]);
    expect(levels(overlay({ before: broken, after: broken }))).toEqual([
      { ...at, level: "notice" },
    ]);
    expect(report([overlay({ after: broken })]).summary).toContain(
      "- `env/dev`: `env/base/a.yaml:7`: no such \\| field",
    );
  });

  test("text from outside leaves neither table, fence nor fold", () => {
    const evil = pod("quay.io/acme/app:2", "'|</details>'").replace("spec:", "````\nspec:");
    const { summary } = report([overlay({ after: built(evil) })]);
    expect(summary).toContain("`Pod/\\|</details>`: – → `quay.io/acme/app:2` |");
    // Within a fence that is longer than any in it, nothing else has a meaning.
    expect(summary).toMatch(/\n`````diff\n(.*\n)*`````\n\n<\/details>$/);
  });

  test("a diff beyond what a check may hold is cut, the table never", () => {
    const lines = Array.from({ length: 3_000 }, (_, n) => `  key${n}: ${"v".repeat(40)}`).join(
      "\n",
    );
    const map = (text: string) => `kind: ConfigMap\nmetadata:\n  name: a\ndata:\n${text}\n`;
    const large = overlay({
      before: built(pod("quay.io/acme/app:1")),
      after: built(pod("quay.io/acme/app:2"), map(lines)),
    });
    const { summary } = report([large, { ...large, file: "env/prod/kustomization.yaml" }]);
    expect(summary.length).toBeLessThan(65_535);
    expect(summary).toContain("… (cut)");
    expect(summary).toContain("The diff of `env/prod` is left out");
    expect(summary).toContain("| `env/prod` |");
  });

  test("the data of a Secret is hidden on both sides, and a change of it is told", () => {
    const secret = (value: string) =>
      `apiVersion: v1\ndata:\n  same: c2FtZQ==\n  token: ${value}\nkind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"token":"${value}"}}'\n  name: s\nstringData:\n  plain: |\n    ${value}\n    two\n`;
    const { summary } = report([
      overlay({
        before: built(secret("b2xk"), pod("quay.io/acme/app:1")),
        after: built(secret("bmV3"), pod("quay.io/acme/app:2")),
      }),
    ]);
    expect(summary).not.toMatch(/b2xk|bmV3|c2FtZQ/);
    expect(summary).toContain("-  token: (hidden)\n+  token: (hidden, changed)");
    expect(summary).toContain("   same: (hidden)");
  });
});

describe("secrets", () => {
  test.each([
    [
      "another kind stays as it is",
      "kind: ConfigMap\ndata: {a: Secret}\n",
      "kind: ConfigMap\ndata: {a: Secret}\n",
    ],
    ["data that is no map", "kind: Secret\ndata: hush\n", "kind: Secret\ndata: (hidden)\n"],
    [
      "what cannot be read",
      "kind: Secret\ndata: [hush\n",
      "(something that cannot be read: hidden)\n",
    ],
  ])("%s", (_what, text, expected) => {
    expect(maskSecret(text, new Map())).toBe(expected);
  });
});

describe("what kustomize says", () => {
  const root = "/tmp/x/repo";
  const files = new Map(
    ["env/dev/kustomization.yaml", "env/base/kustomization.yaml", "env/base/a.yaml"].map((path) => [
      path,
      { kind: "file", bytes: new Uint8Array() } as const,
    ]),
  );

  test.each<[string, string, object]>([
    [
      "error: and a file below a base",
      "error: accumulating resources: accumulation err='accumulating resources from '../base': '/tmp/x/repo/env/base' must resolve to a file': recursed accumulation of path '/tmp/x/repo/env/base': accumulating resources: accumulation err='accumulating resources from 'a.yaml': yaml: line 3: did not find expected node content': must build at directory: '/tmp/x/repo/env/base/a.yaml': file is not directory\n",
      { file: "env/base/a.yaml", line: 3, message: expect.not.stringContaining("/tmp/x") },
    ],
    [
      "klog's prefix",
      'E1122 17:13:06.385977   21139 run.go:72] "command failed" err="invalid Kustomization: json: unknown field \\"imagez\\""\n',
      {
        file: "env/dev/kustomization.yaml",
        message: 'invalid Kustomization: json: unknown field "imagez"',
      },
    ],
    [
      "a panic",
      "panic: regexp: Compile(`[`)\n\ngoroutine 1 [running]:\nmain.main()\n",
      { message: "panic: regexp: Compile(`[`)" },
    ],
    ["nothing", "", { message: "kustomize failed and said nothing" }],
  ])("%s", (_what, stderr, expected) => {
    expect(buildError(stderr, { root, overlay: "env/dev", files })).toMatchObject(expected);
  });
});
