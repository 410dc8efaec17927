import { describe, expect, test } from "@jest/globals";
import type { Harbour } from "../support/harbour.ts";
import { CONFIG, DEV, onlyPull, overlay, stories } from "../support/story.ts";

/**
 * The pipeline of the Red Hat article: `create-runtime-image` tags with four characters of the commit and the last five of the
 * run's name, and the overlay of the development environment takes that tag.
 */
const RUNTIME = "image-registry.openshift-image-registry.svc:5000/myapp-ci/myapp-runtime";
const COMMIT = "bf76d1c0a4e54c1f9b0f5c3f2b1a0d9e8c7b6a59";
const TEMPLATE = "{revision:0:4}-{run:-5}";
const BUILT = "2026-11-22T08:00:00Z";
const { start } = stories();

function config(more: readonly string[] = []): string {
  return `version: 1
images:
  - name: ${RUNTIME}
${more.map((line) => `    ${line}\n`).join("")}environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
`;
}

interface Run {
  readonly name?: string;
  readonly results: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
}

/** What Tekton's controller sends when a run of the pipeline ends well. */
function finished({ name = "myapp-run-qqxrq", results, params = {} }: Run) {
  const list = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => ({ name: key, value }));
  const pipelineRun = {
    metadata: { name, namespace: "myapp-ci", uid: `uid-of-${name}` },
    spec: { params: list(params) },
    status: {
      conditions: [{ type: "Succeeded", status: "True", reason: "Completed" }],
      completionTime: "2026-11-22T08:02:00Z",
      pipelineResults: list(results),
    },
  };
  return {
    source: "tekton" as const,
    headers: {
      "ce-type": "dev.tekton.event.pipelinerun.successful.v1",
      "ce-time": "2026-11-22T08:02:01Z",
    },
    body: JSON.stringify({ pipelineRun }),
  };
}

async function docked(rule: readonly string[] = []): Promise<Harbour> {
  const h = await start({ [CONFIG]: config(rule), [DEV]: overlay("6322-rbbs9", RUNTIME) });
  h.registry.put(RUNTIME, "6322-rbbs9", { created: "2026-11-20T10:00:00Z" });
  return h;
}

async function told(h: Harbour, run: Run) {
  const delivery = await h.deliver(finished(run));
  await h.settle();
  return h.outcomesOf(delivery);
}

describe("the article's pipeline, as CloudEvents", () => {
  test("brings the tag that it names to env/overlays/01-dev", async () => {
    const h = await docked();
    h.registry.put(RUNTIME, "bf76-qqxrq", { created: BUILT });
    const results = { "new-image-repo-location": RUNTIME, "new-tag": "bf76-qqxrq\n" };
    expect(await told(h, { results })).toMatchObject([{ kind: "proposed", action: "opened" }]);
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, DEV)).toBe(overlay("bf76-qqxrq", RUNTIME));
    expect(pull.body).toContain("- pipeline run: `myapp-run-qqxrq`");
  });

  test("brings the tag that the template makes of its commit and its run", async () => {
    const h = await docked([`tag: "${TEMPLATE}"`]);
    const digest = h.registry.put(RUNTIME, "bf76-qqxrq", { created: BUILT });
    const results = { IMAGE_URL: RUNTIME, IMAGE_DIGEST: digest, "commit-id": `${COMMIT}\n` };
    expect(await told(h, { results })).toMatchObject([{ kind: "proposed", action: "opened" }]);
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay("bf76-qqxrq", RUNTIME));
  });

  test("takes the commit from a parameter where no result has it", async () => {
    const h = await docked([`tag: "${TEMPLATE}"`]);
    h.registry.put(RUNTIME, "bf76-qqxrq", { created: BUILT });
    await told(h, { results: { IMAGE_URL: RUNTIME }, params: { revision: COMMIT } });
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay("bf76-qqxrq", RUNTIME));
  });

  test("without tag and template is refused with what to do", async () => {
    const h = await docked();
    expect(await told(h, { results: { IMAGE_URL: RUNTIME } })).toEqual([
      {
        kind: "refused",
        place: null,
        reason: "tag-missing",
        detail: `the pipeline event for ${RUNTIME} names no tag: let the pipeline name it, or write \`tag:\` in the image's rule`,
      },
    ]);
    expect(h.registry.asked).toEqual([]);
  });

  test("that does not say its commit is refused, and nothing is guessed", async () => {
    const h = await docked([`tag: "${TEMPLATE}"`]);
    expect(await told(h, { results: { IMAGE_URL: RUNTIME } })).toMatchObject([
      {
        kind: "refused",
        reason: "tag-missing",
        detail: expect.stringMatching(/the event does not say from which commit it built/),
      },
    ]);
  });

  test("whose computed tag names another build is refused", async () => {
    const h = await docked([`tag: "${TEMPLATE}"`]);
    h.registry.put(RUNTIME, "bf76-qqxrq", { created: BUILT });
    const results = { IMAGE_URL: RUNTIME, IMAGE_DIGEST: `sha256:${"0".repeat(64)}` };
    expect(await told(h, { results: { ...results, "commit-id": COMMIT } })).toMatchObject([
      {
        kind: "refused",
        reason: "digest-mismatch",
        detail: expect.stringMatching(/mend the template/),
      },
    ]);
    expect(h.open()).toEqual([]);
  });

  test("whose computed tag is not in the registry is waited for, then refused", async () => {
    const h = await docked([`tag: "${TEMPLATE}"`]);
    const run = { results: { IMAGE_URL: RUNTIME, "commit-id": COMMIT } };
    const delivery = await h.deliver(finished(run));
    await h.settle();
    expect(await h.outcomesOf(delivery)).toEqual([]);
    await h.settleFor(3 * 3_600_000);
    expect(await h.outcomesOf(delivery)).toMatchObject([
      {
        kind: "refused",
        reason: "image-gone",
        detail: expect.stringContaining(`bf76-qqxrq (computed by \`tag: ${TEMPLATE}\`) is not in`),
      },
    ]);
  });
});
