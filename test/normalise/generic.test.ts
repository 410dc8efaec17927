import { describe, expect, test } from "@jest/globals";
import { DIGEST, read, reasons, refs, senderIdOf } from "./messages.ts";

describe("generic", () => {
  test("one image with everything that can be said of it", () => {
    const body = {
      id: "build-7",
      image: "oci://Quay.io/Org/App",
      tag: "v1",
      digest: DIGEST,
      at: "2026-11-22T15:00:00Z",
      revision: "82B3D5A",
      sourceRepo: "org/app",
      run: "7",
      runUrl: "https://ci.example.com/7",
      actor: "ann",
    };
    expect(read("generic", body)).toEqual({
      kind: "read",
      events: [
        {
          kind: "image-published",
          image: "quay.io/org/app",
          tag: "v1",
          digest: DIGEST,
          at: "2026-11-22T15:00:00Z",
          provenance: {
            revision: "82b3d5a",
            sourceRepo: "org/app",
            run: "7",
            runUrl: "https://ci.example.com/7",
            actor: "ann",
          },
        },
      ],
      dropped: [],
    });
    expect(senderIdOf("generic", body)).toBe("build-7");
  });

  test("references in one text, with port, tag and digest", () => {
    const images = ["localhost:5000/app:v1", `quay.io/o/a:v2@${DIGEST}`, "nginx:1.29"];
    expect(refs(read("generic", { images }))).toEqual([
      "localhost:5000/app:v1",
      `quay.io/o/a:v2@${DIGEST}`,
      "docker.io/library/nginx:1.29",
    ]);
  });

  test.each([
    [{ runUrl: "javascript:alert(1)" }],
    [{ runUrl: "https://user:secret@ci.example.com/" }],
    [{ at: "yesterday" }],
    [{ at: "0001-01-01T00:00:00Z" }],
    [{ revision: "main" }],
    [{ actor: "a".repeat(300) }],
    [{ actor: "" }],
  ])("%j is left out, the event stays", (over) => {
    const meaning = read("generic", { image: "quay.io/o/a:v1", ...over });
    expect(meaning).toMatchObject({ events: [{ tag: "v1", at: null, provenance: {} }] });
    expect(meaning.kind === "read" && meaning.events[0]?.provenance).toEqual({});
  });

  test.each([
    [{ image: "quay.io/o/a" }, "untagged"],
    [{ image: "A B:v1" }, "image-unreadable"],
    [{}, "unreadable"],
    [{ images: [] }, "unreadable"],
    [{ image: 7 }, "unreadable"],
    [{ images: "quay.io/o/a:v1" }, "unreadable"],
  ])("%j: %s", (body, reason) => {
    expect(reasons(read("generic", body))).toEqual([reason]);
  });
});
