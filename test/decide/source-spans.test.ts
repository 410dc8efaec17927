import { describe, expect, test } from "@jest/globals";
import { sourceSpans } from "../../src/decide/source-spans.ts";
import type { Config } from "../../src/model/config.ts";
import type { Provenance } from "../../src/model/event.ts";

const image = "quay.io/acme/app";
const web = "https://github.com";
const from = "0a1b2c3";
const to = "bf76e0c1a2b3c4d5e6f708192a3b4c5d6e7f8091";

function configOf(source: string | null): Config {
  return {
    images: [{ name: "quay.io/acme/*", aliases: [], source }],
    environments: [],
    mode: "act",
  } as unknown as Config;
}

const step = { image, from: { tag: "v1", digest: null }, to: { tag: "v2", digest: null } };

function spansOf(
  source: string | null,
  { before, after }: { before: Provenance | null; after: Provenance | null },
  host = web,
) {
  const scope = { config: configOf(source), owner: "acme", web: host };
  return sourceSpans(scope, [step], (_, { tag }) => (tag === "v1" ? before : after));
}

const known = { before: { revision: from }, after: { revision: to } };

describe("where the commits of a step are", () => {
  const rows: readonly [
    name: string,
    source: string | null,
    said: string | undefined,
    host: string,
    url: string | null,
    repo: string | null,
  ][] = [
    ["the config names it", "acme/app", undefined, web, "https://github.com/acme/app", "acme/app"],
    ["by the image's name", "acme/{image}", undefined, web, `${web}/acme/app`, "acme/app"],
    ["the config before the label", "acme/app", "evil/app", web, `${web}/acme/app`, "acme/app"],
    ["on GHES", "acme/app", undefined, "https://ghe.corp", "https://ghe.corp/acme/app", "acme/app"],
    [
      "in full on GHES",
      "https://ghe.corp/acme/app",
      undefined,
      "https://ghe.corp",
      "https://ghe.corp/acme/app",
      "acme/app",
    ],
    [
      "github.com from GHES: a link",
      "https://github.com/acme/app",
      undefined,
      "https://ghe.corp",
      `${web}/acme/app`,
      null,
    ],
    ["another owner's: a link", "globex/app", undefined, web, `${web}/globex/app`, null],
    ["a label's word: a link", null, "acme/secret", web, `${web}/acme/secret`, null],
    ["a label's URL", null, "https://gitlab.com/a/b/c.git", web, "https://gitlab.com/a/b/c", null],
    ["git's short form", null, "git@github.com:acme/app.git", web, `${web}/acme/app`, null],
    ["plain http", null, "http://git.corp/acme/app", web, null, null],
    ["with a password", null, "https://a:b@git.corp/acme/app", web, null, null],
    ["a script", null, "javascript:alert(1)", web, null, null],
    ["Markdown", null, "https://git.corp/a/b)[x](y", web, null, null],
    ["nowhere", null, undefined, web, null, null],
  ];

  test.each(rows)("%s", (_, source, said, host, url, repo) => {
    const after = { revision: to, ...(said === undefined ? {} : { sourceRepo: said }) };
    const [span] = spansOf(source, { ...known, after }, host);
    expect(span?.url ?? null).toBe(url);
    expect(span?.repo ? `${span.repo.owner}/${span.repo.name}` : null).toBe(repo);
  });
});

test.each([
  ["an unknown beginning", { ...known, before: null }],
  ["an unknown end", { ...known, after: {} }],
  ["the same commit", { before: { revision: to }, after: { revision: to } }],
  ["no commit but a name", { ...known, after: { revision: "main" } }],
  ["an expression", { ...known, after: { revision: "HEAD:secrets" } }],
  ["too short", { ...known, after: { revision: "bf76e0" } }],
])("%s has no span", (_, ends) => expect(spansOf("acme/app", ends)).toEqual([]));

test("a new entry has none, the same step in two files has one, and five are enough", () => {
  const scope = { config: configOf("acme/{image}"), owner: "acme", web };
  const originOf = (_: string, { tag }: { tag: string | null }) => ({
    revision: tag === "v1" ? from : to,
  });
  const added = { ...step, from: null };
  expect(sourceSpans(scope, [added, step, step], originOf)).toHaveLength(1);
  const many = Array.from({ length: 9 }, (_, at) => ({ ...step, image: `quay.io/acme/app${at}` }));
  expect(sourceSpans(scope, many, originOf)).toHaveLength(5);
});
