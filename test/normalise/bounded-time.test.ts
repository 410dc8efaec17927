import { describe, expect, test } from "@jest/globals";
import { seeds } from "../../scripts/hook-seeds.ts";
import { readDelivery } from "../../src/normalise/delivery.ts";
import { defaultOptions, sourceTable } from "../../src/normalise/sources.ts";

/* A reader that looks at a character twice for each before it takes eleven seconds for such a text. */
const LENGTH = 100_000;
const LONG = ["/", ".", "-", "@", ":", " ", "a.", "a/", "=", "%2"].flatMap((piece) => {
  const text = piece.repeat(LENGTH / piece.length);
  return [`${text}!`, `a/${text}\n`];
});

/** The paths of all texts in a JSON value. */
function textsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => textsOf(one, [...path, name]));
}

function replaced(value: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return text;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[name] = replaced(copy[name], rest, text);
  return copy;
}

describe("long texts are read in one go", () => {
  const first = Object.keys(sourceTable).flatMap((source) => {
    const seed = seeds.find((one) => one.source === source && one.refs.length > 0);
    return seed === undefined ? [] : [[source, seed] as const];
  });

  test.each(first)("%s", (source, seed) => {
    const options = { ...defaultOptions, sources: { [source]: seed.own ?? {} } };
    let slowest = 0;
    for (const path of textsOf(seed.body)) {
      for (const text of LONG) {
        const body = JSON.stringify(replaced(seed.body, path, text));
        const began = performance.now();
        readDelivery({ source: seed.source, headers: seed.headers ?? {}, body }, options);
        slowest = Math.max(slowest, performance.now() - began);
      }
    }
    expect(slowest).toBeLessThan(4000);
  });
});
