import { describe, expect, test } from "@jest/globals";
import { read, reasons, refs } from "./messages.ts";

describe("quay", () => {
  test("every updated tag is an event", () => {
    const body = { docker_url: "Quay.Apps.Example.com:8443/O/App", updated_tags: ["v1", "v2"] };
    expect(refs(read("quay", body))).toEqual([
      "quay.apps.example.com:8443/o/app:v1",
      "quay.apps.example.com:8443/o/app:v2",
    ]);
  });

  test.each([
    ["a scan", { docker_url: "quay.io/o/a", tags: ["v1"], vulnerability: {} }, "not-a-push"],
    ["a build", { docker_url: "quay.io/o/a", docker_tags: ["v1"] }, "not-a-push"],
    ["a quota warning", { namespace: "o" }, "not-a-push"],
    ["no tag", { docker_url: "quay.io/o/a", updated_tags: [] }, "untagged"],
    ["a tag that is no text", { docker_url: "quay.io/o/a", updated_tags: [{}] }, "tag-invalid"],
    ["a name that is none", { docker_url: "a b", updated_tags: ["v1"] }, "image-unreadable"],
    ["tags without a name", { updated_tags: ["v1"] }, "unreadable"],
    ["a list", [], "unreadable"],
  ])("%s: %j is dropped", (_name, body, reason) => {
    expect(reasons(read("quay", body))).toEqual([reason]);
  });
});
