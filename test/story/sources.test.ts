import { describe, expect, test } from "@jest/globals";
import { CONFIG, DEV, onlyPull, overlay, stories } from "../support/story.ts";

/** Sources that need a word of the operator, from their webhook to the pull request. */
const { start } = stories();

function config(image: string, more = ""): string {
  return `version: 1
images:
  - name: ${image}
${more}environments:
  - name: dev
    path: env/overlays/01-dev
    on: push
`;
}

const GHCR = "ghcr.io/acme/app";
const RUN = {
  action: "completed",
  repository: { full_name: "acme/app", default_branch: "main" },
  workflow_run: {
    id: 7001,
    name: "build",
    path: ".github/workflows/build.yml",
    event: "push",
    conclusion: "success",
    head_branch: "main",
    head_sha: "bf76d1c0a4e54c1f9b0f5c3f2b1a0d9e8c7b6a59",
    head_repository: { full_name: "acme/app" },
    html_url: "https://github.com/acme/app/actions/runs/7001",
    run_number: 42,
    updated_at: "2026-11-22T08:02:00Z",
  },
};

async function afterRun(run: object) {
  const sources = { "github-workflow-run": { images: { "acme/app": [GHCR] } } };
  const files = {
    [CONFIG]: config(GHCR, '    tag: "{run-number}-{revision:0:7}"\n'),
    [DEV]: overlay("41-0000000", GHCR),
  };
  const h = await start(files, { sources });
  h.registry.put(GHCR, "41-0000000", { created: "2026-11-21T08:00:00Z" });
  h.registry.put(GHCR, "42-bf76d1c", { created: "2026-11-22T08:00:00Z" });
  const delivery = await h.deliver({
    source: "github-workflow-run",
    headers: { "x-github-event": "workflow_run" },
    body: JSON.stringify(run),
  });
  await h.settle();
  return { h, outcomes: await h.outcomesOf(delivery) };
}

describe("a finished run of GitHub Actions", () => {
  test("brings the tag that the config computes of it, with a link to the run", async () => {
    const { h, outcomes } = await afterRun(RUN);
    expect(outcomes).toMatchObject([{ kind: "proposed", action: "opened" }]);
    const pull = onlyPull(h);
    expect(await h.read(pull.headBranch, DEV)).toBe(overlay("42-bf76d1c", GHCR));
    expect(pull.body).toContain("https://github.com/acme/app/actions/runs/7001");
  });

  test("for a pull request does nothing", async () => {
    const workflow_run = { ...RUN.workflow_run, event: "pull_request" };
    const { h, outcomes } = await afterRun({ ...RUN, workflow_run });
    expect(outcomes).toMatchObject([{ kind: "skipped", reason: "nothing-to-do" }]);
    expect(h.open()).toEqual([]);
  });
});

describe("a registry that does not say where it is", () => {
  const NEXUS = {
    repositoryName: "hosted",
    action: "CREATED",
    component: { format: "docker", name: "team/app", version: "v2" },
  };

  test.each([
    ["of everybody", "nexus", "nexus.example.com:8082/team/app"],
    ["of this owner", "nexus/acme", "nexus.acme.example/team/app"],
  ])("is named by the settings %s", async (_name, key, image) => {
    const host = image.slice(0, image.indexOf("/"));
    const sources = { nexus: { registry_host: "else.example" }, [key]: { registry_host: host } };
    const files = { [CONFIG]: config(image), [DEV]: overlay("v1", image) };
    const h = await start(files, { sources });
    h.registry.put(image, "v1", { created: "2026-11-21T08:00:00Z" });
    h.registry.put(image, "v2", { created: "2026-11-22T08:00:00Z" });
    await h.deliver({ source: "nexus", body: JSON.stringify(NEXUS) });
    await h.settle();
    expect(await h.read(onlyPull(h).headBranch, DEV)).toBe(overlay("v2", image));
  });
});
