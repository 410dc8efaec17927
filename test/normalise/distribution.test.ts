import { describe, expect, test } from "@jest/globals";
import { DIGEST, read, reasons, refs, senderIdOf } from "./messages.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

function event(over: Record<string, unknown> = {}, target: Record<string, unknown> = {}) {
  return {
    id: "e1",
    timestamp: "2026-03-09T14:44:26.402973972-08:00",
    action: "push",
    target: { mediaType: MANIFEST, digest: DIGEST, repository: "Team/App", tag: "v1", ...target },
    request: { host: "Registry.Example.com:5000" },
    actor: { name: "ci" },
    ...over,
  };
}

describe("distribution", () => {
  test("a pushed tag becomes an event with the sender's time and actor", () => {
    expect(read("distribution", { events: [event()] })).toEqual({
      kind: "read",
      events: [
        {
          kind: "image-published",
          image: "registry.example.com:5000/team/app",
          tag: "v1",
          digest: DIGEST,
          at: "2026-03-09T14:44:26.402973972-08:00",
          provenance: { actor: "ci" },
        },
      ],
      dropped: [],
    });
  });

  test.each([
    ["pull", event({ action: "pull" }), "not-a-push"],
    ["mount", event({ action: "mount" }), "not-a-push"],
    ["delete of a tag", event({ action: "delete" }, { mediaType: undefined }), "not-a-push"],
    ["a layer", event({}, { mediaType: "application/octet-stream" }), "not-an-image"],
    ["no media type", event({}, { mediaType: undefined }), "not-an-image"],
    ["a child", event({}, { tag: undefined }), "untagged"],
    ["a chart", event({}, { mediaType: "application/vnd.cncf.helm.config.v1+json" }), "helm-chart"],
    [
      "a chart by its config",
      event({}, { references: [{ mediaType: "application/vnd.cncf.helm.config.v1+json" }] }),
      "helm-chart",
    ],
    ["no host", event({ request: {} }), "image-unreadable"],
    ["a host no reference can carry", event({ request: { host: "registry" } }), "image-unreadable"],
    ["a host that is a path", event({ request: { host: "a.io/../b" } }), "image-unreadable"],
    ["a name that is none", event({}, { repository: "../etc" }), "image-unreadable"],
    ["no object", 7, "image-unreadable"],
    ["no target", { action: "push" }, "image-unreadable"],
  ])("%s is dropped", (_name, item, reason) => {
    expect(reasons(read("distribution", { events: [item] }))).toEqual([reason]);
  });

  test("one bad event of an envelope does not lose the others", () => {
    const meaning = read("distribution", { events: [null, event(), event({}, { tag: "v2" })] });
    expect(refs(meaning)).toEqual([
      `registry.example.com:5000/team/app:v1@${DIGEST}`,
      `registry.example.com:5000/team/app:v2@${DIGEST}`,
    ]);
    expect(reasons(meaning)).toEqual(["image-unreadable"]);
  });

  test("a truncated digest is left out, the tag stays", () => {
    const meaning = read("distribution", { events: [event({}, { digest: "sha256:0123" })] });
    expect(refs(meaning)).toEqual(["registry.example.com:5000/team/app:v1"]);
  });

  test("Docker Hub's hosts and short names are one image", () => {
    const item = event({ request: { host: "registry-1.docker.io" } }, { repository: "nginx" });
    expect(refs(read("distribution", { events: [item] }))).toEqual([
      `docker.io/library/nginx:v1@${DIGEST}`,
    ]);
  });

  test("the sender's id is the event ids, and none where one is missing", () => {
    expect(senderIdOf("distribution", { events: [event(), event({ id: "e2" })] })).toBe("e1,e2");
    expect(senderIdOf("distribution", { events: [event(), event({ id: "" })] })).toBeNull();
    expect(senderIdOf("distribution", { events: [] })).toBeNull();
  });

  test.each([[{}], [[]], ["text"], [null], [{ events: {} }]])("%j is unreadable", (body) => {
    expect(read("distribution", JSON.stringify(body)).kind).toBe("unreadable");
  });
});
