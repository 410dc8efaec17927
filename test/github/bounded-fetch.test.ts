import { expect, test } from "@jest/globals";
import { boundedFetch } from "../../src/github/bounded-fetch.ts";
import { arrive, stories, V2 } from "../support/story.ts";

const story = stories();

/** A host that takes a request and falls silent, until the request is given up. */
const silent: typeof fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });

test("a request to a host that falls silent comes to an end", async () => {
  const request = boundedFetch(silent, 1)("https://api.github.test/");
  await expect(request).rejects.toMatchObject({ name: "TimeoutError" });
});

test("a request that has its own end keeps it", async () => {
  const own = new AbortController();
  const request = boundedFetch(silent, 1)("https://api.github.test/", { signal: own.signal });
  own.abort(new Error("given up"));
  await expect(request).rejects.toThrow("given up");
});

test("every request that leaves has an end, those for tokens too", async () => {
  const endless: string[] = [];
  const ended: string[] = [];
  const h = await story.start(
    {},
    {
      parts: (parts) => ({
        ...parts,
        fetch: (input, init) => {
          const signal = init?.signal ?? null;
          (signal === null ? endless : ended).push(String(input));
          return (parts.fetch ?? fetch)(input, init);
        },
      }),
    },
  );
  await arrive(h, V2);
  expect(endless).toEqual([]);
  expect(ended.some((url) => url.endsWith("/access_tokens"))).toBe(true);
});
