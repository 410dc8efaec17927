import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createDeliveryIds } from "../../src/ingest/delivery-id.ts";

test("ids sort as text in the order of arrival, also when the clock stands or steps back", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 2 }), { maxLength: 50 }), (steps) => {
      const next = createDeliveryIds();
      let now = Date.UTC(2026, 0);
      const ids = steps.map((step) => {
        now += step;
        return next(new Date(now));
      });
      expect(ids.toSorted()).toEqual(ids);
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});

test("more than a millisecond holds still sort", () => {
  const next = createDeliveryIds();
  const now = new Date("2026-11-22T15:00:00.000Z");
  const ids = Array.from({ length: 10_000 }, () => next(now));
  expect(ids.toSorted()).toEqual(ids);
  expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7000-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
