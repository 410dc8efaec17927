import { expect, test } from "@jest/globals";
import { defaultOptions } from "../../src/normalise/sources.ts";
import { CONFIG, configText, DEV, IMAGE, onlyPull, overlay, stories } from "../support/story.ts";

/** A workflow of GitHub Actions that ended well says neither image nor tag: the operator names the one, the template makes the other. */
const { start } = stories();
const COMMIT = "bf76d1c0a4e54c1f9b0f5c3f2b1a0d9e8c7b6a59";

function ended(over: Readonly<Record<string, unknown>> = {}) {
  const workflow_run = {
    id: 987654321,
    name: "CI",
    path: ".github/workflows/ci.yml",
    event: "push",
    conclusion: "success",
    head_branch: "main",
    head_sha: COMMIT,
    head_repository: { full_name: "acme/app" },
    run_number: 417,
    updated_at: "2026-11-22T08:02:00Z",
    ...over,
  };
  const repository = { full_name: "acme/app", default_branch: "main" };
  return {
    source: "github-workflow-run" as const,
    headers: { "x-github-event": "workflow_run" },
    body: JSON.stringify({ action: "completed", repository, workflow_run }),
  };
}

test.each([
  ["sha-{revision:0:7}", "sha-bf76d1c", "sha-0000000"],
  ["{branch}-{run-number}", "main-417", "main-416"],
  ["{time:0:8}.{run-number}", "20261122.417", "20261121.416"],
])("%s makes %s of a run of GitHub Actions", async (template, tag, stands) => {
  const own = { images: { "acme/app": [IMAGE] } };
  const normaliseOptions = { ...defaultOptions, sources: { "github-workflow-run": own } };
  const files = {
    [CONFIG]: configText([], [`tag: "${template}"`]),
    [DEV]: overlay(stands),
  };
  const h = await start(files, { normaliseOptions });
  h.registry.put(IMAGE, stands, { created: "2026-11-20T10:00:00Z" });
  h.registry.put(IMAGE, tag, { created: "2026-11-22T08:00:00Z" });
  await h.deliver(ended());
  await h.settle();
  expect(onlyPull(h).title).toBe(`dev: app ${stands} → ${tag}`);
});
