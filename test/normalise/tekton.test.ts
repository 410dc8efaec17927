import { describe, expect, test } from "@jest/globals";
import { defaultOptions } from "../../src/normalise/sources.ts";
import { DIGEST, read, reasons, refs, senderIdOf } from "./messages.ts";

const TYPE = "dev.tekton.event.pipelinerun.successful.v1";
const binary = { "ce-type": TYPE, "ce-time": "2026-01-29T15:00:00Z", "ce-id": "1" };
const taskBinary = { ...binary, "ce-type": "dev.tekton.event.taskrun.successful.v1" };
const withTasks = { ...defaultOptions, tekton: { ...defaultOptions.tekton, taskRuns: true } };

interface Parts {
  readonly results?: readonly unknown[];
  readonly params?: readonly unknown[];
  readonly status?: Record<string, unknown>;
  readonly labels?: Record<string, string>;
}

function run({ results = [], params = [], status = {}, labels = {} }: Parts = {}) {
  return {
    metadata: { name: "build-x7k2p", namespace: "ci", uid: "u-1", labels },
    spec: { params },
    status: {
      conditions: [{ type: "Succeeded", status: "True", reason: "Completed" }],
      completionTime: "2026-01-29T14:47:58Z",
      pipelineResults: results,
      ...status,
    },
  };
}

function result(name: string, value: unknown) {
  return { name, value };
}

function readResults(...results: readonly unknown[]) {
  return read("tekton", { pipelineRun: run({ results }) }, binary);
}

describe("tekton results", () => {
  test.each([
    [
      "prefix pairs",
      [result("a-IMAGE_URL", "q.io/a:1\n"), result("a-IMAGE_DIGEST", `${DIGEST}\n`)],
      [`q.io/a:1@${DIGEST}`],
    ],
    [
      "another prefix's digest is not taken",
      [result("a-IMAGE_URL", "q.io/a:1"), result("b-IMAGE_DIGEST", DIGEST)],
      ["q.io/a:1"],
    ],
    [
      "a tag of the same prefix",
      [result("a-IMAGE_URL", "q.io/a"), result("a-IMAGE_TAG", "1"), result("new-tag", "2")],
      ["q.io/a:1"],
    ],
    [
      "the article's names",
      [
        result(
          "new-image-repo-location",
          "image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime",
        ),
        result("new-tag", "bf76-qqxrq\n"),
      ],
      ["image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime:bf76-qqxrq"],
    ],
    [
      "IMAGES as text",
      [result("IMAGES", `q.io/a:1@${DIGEST}, q.io/b:1\n\nlocalhost:5000/c:2`)],
      [`q.io/a:1@${DIGEST}`, "q.io/b:1", "localhost:5000/c:2"],
    ],
    [
      "IMAGES as a list",
      [result("IMAGES", ["q.io/a:1\n", "q.io/b:1", 7])],
      ["q.io/a:1", "q.io/b:1"],
    ],
    [
      "artifact outputs",
      [
        result("x_ARTIFACT_OUTPUTS", {
          uri: "oci://q.io/a:1",
          digest: DIGEST,
          isBuildArtifact: "true",
        }),
      ],
      [`q.io/a:1@${DIGEST}`],
    ],
    [
      "an artifact that is not built",
      [result("ARTIFACT_OUTPUTS", { uri: "q.io/a:1", isBuildArtifact: "false" })],
      [],
    ],
    [
      "a source artifact",
      [result("ARTIFACT_OUTPUTS", { uri: "git+https://github.com/x/y", digest: "sha1:1" })],
      [],
    ],
    [
      "artifact pairs",
      [result("x-ARTIFACT_URI", "q.io/a:1"), result("x-ARTIFACT_DIGEST", DIGEST)],
      [`q.io/a:1@${DIGEST}`],
    ],
    [
      "no tag: the config's template computes it",
      [result("IMAGE_URL", "q.io/a"), result("IMAGE_DIGEST", DIGEST)],
      [`q.io/a@${DIGEST}`],
    ],
    [
      "one image by several hints",
      [
        result("IMAGE_URL", "q.io/a"),
        result("IMAGES", `q.io/a:1@${DIGEST}`),
        result("new-image-repo-location", "q.io/a:1"),
      ],
      [`q.io/a:1@${DIGEST}`],
    ],
    [
      "a truncated digest",
      [result("IMAGE_URL", "q.io/a:1"), result("IMAGE_DIGEST", "sha256:12")],
      ["q.io/a:1"],
    ],
  ])("%s", (_name, results, expected) => {
    expect(refs(readResults(...results))).toEqual(expected);
  });

  test.each([
    ["nothing names an image", [result("commit", "82b3d5a")], "not-an-image"],
    ["a name that is none", [result("IMAGE_URL", "A B")], "image-unreadable"],
    [
      "a tag that is none",
      [result("IMAGE_URL", "q.io/a"), result("new-tag", "a\nb")],
      "tag-invalid",
    ],
    ["a signature", [result("IMAGE_URL", `q.io/a:sha256-${"ab".repeat(32)}.sig`)], "attachment"],
  ])("%s is dropped", (_name, results, reason) => {
    expect(reasons(readResults(...results))).toEqual([reason]);
  });

  test("configured names replace the default ones", () => {
    const names = { ...defaultOptions.tekton.results, image: ["where"], tag: ["which"] };
    const options = { ...defaultOptions, tekton: { taskRuns: false, results: names } };
    const results = [result("where", "q.io/a"), result("which", "7"), result("new-tag", "8")];
    expect(refs(read("tekton", { pipelineRun: run({ results }) }, binary, options))).toEqual([
      "q.io/a:7",
    ]);
  });

  test("the origin comes from results, then from parameters that are commits", () => {
    const results = [result("IMAGE_URL", "q.io/a:1"), result("CHAINS-GIT_URL", "https://g.io/x/y")];
    const params = [result("commit", "82b3d5a"), result("git-url", "other")];
    expect(read("tekton", { pipelineRun: run({ results, params }) }, binary)).toMatchObject({
      events: [
        {
          kind: "pipeline-finished",
          at: "2026-01-29T14:47:58Z",
          provenance: {
            revision: "82b3d5a",
            sourceRepo: "https://g.io/x/y",
            run: "build-x7k2p",
            namespace: "ci",
          },
        },
      ],
    });
    const branch = { pipelineRun: run({ results, params: [result("revision", "main")] }) };
    expect(JSON.stringify(read("tekton", branch, binary))).not.toContain("main");
  });
});

describe("tekton events", () => {
  const image = [result("IMAGE_URL", "q.io/a:1")];
  const pipelineRun = run({ results: image });

  test("structured mode, by its content type or its shape", () => {
    const body = { specversion: "1.0", type: TYPE, data: { pipelineRun } };
    const structured = { "content-type": "application/cloudevents+json; charset=utf-8" };
    expect(refs(read("tekton", body, structured))).toEqual(["q.io/a:1"]);
    expect(refs(read("tekton", body))).toEqual(["q.io/a:1"]);
    expect(reasons(read("tekton", { pipelineRun }, structured))).toEqual(["unreadable"]);
  });

  test("results of v1 are called `results`", () => {
    const v1 = run({ status: { results: image, pipelineResults: undefined } });
    expect(refs(read("tekton", { pipelineRun: v1 }, binary))).toEqual(["q.io/a:1"]);
  });

  test("a task run counts only if wanted, and not inside a pipeline", () => {
    const taskRun = run({ status: { taskResults: image } });
    const child = run({
      status: { taskResults: image },
      labels: { "tekton.dev/pipelineRun": "p" },
    });
    expect(reasons(read("tekton", { taskRun }, taskBinary))).toEqual(["source-not-used"]);
    expect(reasons(read("tekton", { taskRun }))).toEqual(["source-not-used"]);
    expect(refs(read("tekton", { taskRun }, taskBinary, withTasks))).toEqual(["q.io/a:1"]);
    expect(reasons(read("tekton", { taskRun: child }, taskBinary, withTasks))).toEqual([
      "source-not-used",
    ]);
  });

  test.each([
    ["dev.tekton.event.pipelinerun.failed.v1", "not-successful"],
    ["dev.tekton.event.pipelinerun.started.v1", "not-successful"],
    ["dev.tekton.event.customrun.successful.v1", "source-not-used"],
    ["dev.cdevents.artifact.published.0.1.0", "not-a-push"],
  ])("type %s: %s", (type, reason) => {
    expect(reasons(read("tekton", { pipelineRun }, { "ce-type": type }))).toEqual([reason]);
  });

  test("the run's condition is believed over the type", () => {
    const failed = run({ status: { conditions: [{ type: "Succeeded", status: "False" }] } });
    expect(reasons(read("tekton", { pipelineRun: failed }, binary))).toEqual(["not-successful"]);
    expect(reasons(read("tekton", { pipelineRun: run({ status: { conditions: null } }) }))).toEqual(
      ["not-successful"],
    );
  });

  test.each([[{}], [[]], [{ pipelineRun: 1 }], [{ pipelineRun: {} }]])(
    "%j is unreadable",
    (body) => {
      expect(reasons(read("tekton", body, binary))).toEqual(["unreadable"]);
    },
  );

  test("the sender's id is the run with the type, since `ce-id` is drawn anew", () => {
    expect(senderIdOf("tekton", { pipelineRun }, binary)).toBe(`u-1 ${TYPE}`);
    expect(senderIdOf("tekton", {}, binary)).toBeNull();
  });
});
