import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Change } from "../../src/model/change.ts";
import {
  type CommitTrailers,
  parseTrailers,
  renderTrailers,
  verifyTrailers,
} from "../../src/propose/trailers.ts";

const keys = [Buffer.from("a key of the tests")];
const context = { repoId: 1, branch: "tagboat/prod/all--v2-0", parent: "p", requester: 3 };

const field = fc.option(fc.string(), { nil: null });
const image: fc.Arbitrary<Change> = fc
  .record(
    { file: fc.string(), entry: fc.string(), newName: field, newTag: field, digest: field },
    { requiredKeys: ["file", "entry"] },
  )
  .map((one) => ({ kind: "image" as const, ...one }));
const ref: fc.Arbitrary<Change> = fc
  .record({ file: fc.string(), repo: fc.string(), ref: fc.string() })
  .map((one) => ({ kind: "ref" as const, ...one }));
const pinned: fc.Arbitrary<CommitTrailers> = fc
  .record({
    changes: fc.array(fc.oneof(image, ref)),
    components: fc.array(fc.string()),
    reason: field,
    skip: field,
  })
  .map(({ changes, components, reason, skip }) => ({
    kind: "promotion",
    environment: "prod",
    component: null,
    components,
    artifacts: [],
    from: "f",
    files: [],
    deliveries: [],
    asked: { by: { id: 3, login: "ben" }, comment: 4, from: ["dev"], skip, reason },
    changes,
  }));

test("what a pinned proposal sets is read back as it was written, whatever it is", () => {
  fc.assert(
    fc.property(pinned, (trailers) => {
      const message = `title\n\nrows\n\n${renderTrailers(trailers, context, keys)}`;
      expect(verifyTrailers(message, context, keys)).toEqual(trailers);
      expect(parseTrailers(message)).toEqual(trailers);
    }),
  );
});

test("another value is not signed", () => {
  fc.assert(
    fc.property(pinned, (trailers) => {
      const change: Change = { kind: "ref", file: "f", repo: "r", ref: "x" };
      const message = renderTrailers(trailers, context, keys);
      const forged = message.replace(
        "Tagboat-From: f",
        `Tagboat-From: f\nTagboat-Set: ${JSON.stringify(["f", null, change])}`,
      );
      expect(verifyTrailers(`t\n\n${forged}`, context, keys)).toBeNull();
    }),
  );
});
