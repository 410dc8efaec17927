import { describe, expect, test } from "@jest/globals";
import { DIGEST, read, reasons, refs, senderIdOf } from "./messages.ts";

const OTHER = `sha256:${"cd".repeat(32)}`;

function body(pack: Record<string, unknown> = {}, version: Record<string, unknown> = {}) {
  return {
    action: "published",
    registry_package: {
      name: "repo/app",
      namespace: "Example",
      ecosystem: "CONTAINER",
      package_type: "CONTAINER",
      package_version: {
        version: DIGEST,
        package_url: "ghcr.io/Example/repo/app:v1",
        created_at: "2026-08-31T20:01:14Z",
        container_metadata: {
          tag: { name: "v1", digest: OTHER },
          labels: { source: "https://github.com/Example/Repo", revision: "abcdef1" },
          manifest: { digest: OTHER, config: { media_type: "" } },
        },
        ...version,
      },
      ...pack,
    },
    repository: { full_name: "Example/Repo" },
    sender: { login: "ann" },
  };
}

describe("github-package", () => {
  test("a published version becomes an event", () => {
    expect(read("github-package", body(), { "x-github-event": "registry_package" })).toEqual({
      kind: "read",
      events: [
        {
          kind: "image-published",
          image: "ghcr.io/example/repo/app",
          tag: "v1",
          digest: DIGEST,
          at: "2026-08-31T20:01:14Z",
          oneOfSeveral: true,
          provenance: {
            revision: "abcdef1",
            sourceRepo: "https://github.com/Example/Repo",
            actor: "ann",
          },
        },
      ],
      dropped: [],
    });
  });

  test("event `package`, action `updated`", () => {
    const { registry_package: pack, ...rest } = body();
    const meaning = read("github-package", { ...rest, action: "updated", package: pack });
    expect(refs(meaning)).toEqual([`ghcr.io/example/repo/app:v1@${DIGEST}`]);
  });

  test("without a URL the name is put together", () => {
    const meaning = read("github-package", body({}, { package_url: null, version: "1.0" }));
    expect(refs(meaning)).toEqual([`ghcr.io/example/repo/app:v1@${OTHER}`]);
  });

  test("a form carries the JSON in one field", () => {
    const form = `payload=${encodeURIComponent(JSON.stringify(body()))}`;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(refs(read("github-package", form, headers))).toEqual([
      `ghcr.io/example/repo/app:v1@${DIGEST}`,
    ]);
    expect(reasons(read("github-package", "other=1", headers))).toEqual(["unreadable"]);
  });

  const chart = {
    tag: { name: "v1" },
    manifest: { config: { media_type: "application/vnd.cncf.helm.config.v1+json" } },
  };
  test.each([
    ["npm", body({ ecosystem: "npm", package_type: "npm" }), "not-an-image"],
    ["before ghcr.io", body({}, { container_metadata: null }), "not-an-image"],
    ["a chart", body({}, { container_metadata: chart }), "helm-chart"],
    ["a child", body({}, { container_metadata: { tag: { name: "" } } }), "untagged"],
    ["deleted", { ...body(), action: "deleted" }, "not-a-push"],
    ["no package", { action: "published" }, "unreadable"],
    ["a list", [], "unreadable"],
  ])("%s is dropped", (_name, message, reason) => {
    expect(reasons(read("github-package", message))).toEqual([reason]);
  });

  test.each([
    ["ping", "test-event"],
    ["push", "source-not-used"],
  ])("event %s: %s", (event, reason) => {
    const meaning = read("github-package", { zen: "" }, { "x-github-event": event });
    expect(reasons(meaning)).toEqual([reason]);
  });

  test("the delivery id is the sender's id: it stays on redelivery", () => {
    expect(senderIdOf("github-package", body(), { "x-github-delivery": "d-1" })).toBe("d-1");
    expect(senderIdOf("github-package", body())).toBeNull();
  });
});
