import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Scalar, stringify } from "yaml";
import { looksRemote, reachOf, reachOfPlugin } from "../../src/render/reach.ts";

const paths = (text: string) => reachOf(text).paths.map(({ kind, path }) => `${kind} ${path}`);

describe("what a kustomization reaches", () => {
  test.each<[string, string, string[]]>([
    [
      "resources, bases and components",
      "resources: [a.yaml, ../b]\nbases: [c]\ncomponents: [d]\n",
      ["root a.yaml", "root ../b", "root c", "root d"],
    ],
    ["keys in any case, as kustomize reads them", "Resources: [a]\n", ["root a"]],
    [
      "patches by path, not whole patches",
      "patches:\n- path: p.yaml\n- patch: |-\n    a: 1\n    b: 2\n",
      ["file p.yaml"],
    ],
    [
      "strategic patches as text",
      "patchesStrategicMerge:\n- p.yaml\n- |-\n  a: 1\n  b: 2\n",
      ["file p.yaml"],
    ],
    [
      "patchesJson6902, replacements, openapi",
      "patchesJson6902: [{path: a}]\nreplacements: [{path: b}]\nopenapi: {path: c}\n",
      ["file a", "file b", "file c"],
    ],
    [
      "files of generators with keys",
      "configMapGenerator:\n- files: [a.txt, b=c.txt]\n  envs: [d.env]\nsecretGenerator:\n- env: e.env\n",
      ["file a.txt", "file c.txt", "file d.env", "file e.env"],
    ],
    ["crds and configurations", "crds: [a]\nconfigurations: [b]\n", ["file a", "file b"]],
    [
      "settings of transformers by path",
      "transformers: [t.yaml]\ngenerators: [g]\nvalidators: [v]\n",
      ["plugin t.yaml", "plugin g", "plugin v"],
    ],
    [
      "settings of transformers in place",
      "transformers:\n- |-\n  kind: PatchTransformer\n  path: p.yaml\n",
      ["file p.yaml"],
    ],
    [
      "paths behind aliases",
      "x: &p p.yaml\nresources: [*p]\npatches: [{path: *p}]\n",
      ["root p.yaml", "file p.yaml"],
    ],
    ["all documents", "resources: [a]\n---\nresources: [b]\n", ["root a", "root b"]],
    ["nothing", "", []],
    ["no map", "- a\n", []],
  ])("%s", (_what, text, expected) => {
    expect(paths(text)).toEqual(expected);
  });

  test.each<[string, string]>([
    ["https", "resources: ['https://example.com/a.yaml']\n"],
    ["http in a patch", "patches: [{path: 'http://127.0.0.1/x'}]\n"],
    ["git over ssh", "components: ['git@github.com:acme/base.git']\n"],
    ["git::", "resources: ['git::https://example.com/a']\n"],
    [
      "behind the key of a generated file",
      "configMapGenerator:\n- files: ['a=https://example.com/a']\n",
    ],
    ["written with escapes", 'resources: ["\\x68ttp://example.com/a"]\n'],
    [
      "by alias from a field of words",
      "commonAnnotations: {a: &u 'https://example.com/a'}\nresources: [*u]\n",
    ],
    [
      "by alias of a whole map",
      "commonAnnotations: &u {path: 'https://example.com/a'}\npatches: [*u]\n",
    ],
    ["in an unknown field", "future: [{from: 'https://example.com/a'}]\n"],
    [
      "in settings of a transformer",
      "transformers:\n- |-\n  kind: PatchTransformer\n  path: https://example.com/a\n",
    ],
    ["as a block of one line", "resources:\n- |\n  https://example.com/a\n"],
    [
      "in settings of one line",
      "transformers: ['{kind: PatchTransformer, path: \"https://example.com/a\"}']\n",
    ],
    ["with space before it", "resources: [' https://example.com/a']\n"],
    ["in a second document", "resources: []\n---\nresources: ['https://example.com/a']\n"],
  ])("a place elsewhere: %s", (_what, text) => {
    expect(reachOf(text).remotes).toHaveLength(1);
  });

  test("words are no places", () => {
    const text =
      "commonAnnotations: {docs: 'https://example.com'}\nimages: [{name: a, newName: 'https://x/y'}]\nlabels: [{pairs: {a: 'http://b'}}]\n";
    expect(reachOf(text)).toEqual({
      paths: [],
      remotes: [],
      helm: false,
      component: false,
      fault: null,
    });
  });

  test.each<[string, string, number]>([
    ["no YAML", "a: 1\nb: [\n", 3],
    ["a tag that hides text", "a: 1\nresources: [!!binary aHR0cDovLzEyNy4wLjAuMQ==]\n", 2],
    ["an alias to itself", "resources: &a [*a]\n", 0],
    ["brackets without end", "[".repeat(20_000), 1],
  ])("%s is not handed to kustomize, or does no harm", (_what, text, line) => {
    expect(reachOf(text).fault?.line ?? 0).toBe(line);
  });

  test("aliases that multiply are walked once", () => {
    const levels = Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`);
    expect(reachOf(`a0: &a0 [{path: p.yaml}]\n${levels.join("\n")}\n`).paths).toHaveLength(1);
  });

  test("helm and components are told", () => {
    expect(reachOf("helmCharts: [{name: a}]\n").helm).toBe(true);
    expect(reachOfPlugin("kind: HelmChartInflationGenerator\nname: a\n").helm).toBe(true);
    expect(reachOf("kind: Component\n").component).toBe(true);
  });

  test.each([
    ["github.com/acme/base//deploy", true],
    ["base?ref=v1", true],
    ["ssh://git@host/acme/base", true],
    ["../../base", false],
    ["base.yaml", false],
    ["v1.2/base.yaml", false],
  ])("%s reads as a place elsewhere: %s", (path, expected) => {
    expect(looksRemote(path)).toBe(expected);
  });
});

describe("whatever way it is written", () => {
  const url = fc.constantFrom(
    "https://example.com/a",
    "http://127.0.0.1/x",
    "git@host:o/r",
    "git::ssh://h/o",
  );
  const field = fc.constantFrom<(at: unknown) => object>(
    (at) => ({ resources: ["a.yaml", at] }),
    (at) => ({ components: [at] }),
    (at) => ({ Bases: [at] }),
    (at) => ({ patches: [{ target: { kind: "A" }, path: at }] }),
    (at) => ({ openapi: { path: at } }),
    (at) => ({ crds: [at], images: [] }),
    (at) => ({ replacements: [{ path: at }] }),
    (at) => ({ secretGenerator: [{ name: "s", files: [at] }] }),
    (at) => ({ helmGlobals: { chartHome: at } }),
  );
  const style = fc.record({
    defaultStringType: fc.constantFrom<Scalar.Type>(
      "PLAIN",
      "QUOTE_DOUBLE",
      "QUOTE_SINGLE",
      "BLOCK_FOLDED",
      "BLOCK_LITERAL",
    ),
    collectionStyle: fc.constantFrom("any" as const, "flow" as const, "block" as const),
    indent: fc.integer({ min: 1, max: 6 }),
    anchored: fc.boolean(),
  });

  test("a place elsewhere is seen", () => {
    fc.assert(
      fc.property(url, field, style, (at, make, { anchored, ...options }) => {
        const lent = anchored ? { metadata: { note: "LENT" } } : {};
        const text = stringify({ ...lent, ...make(anchored ? "BORROWED" : at) }, options)
          .replace(/"?'?LENT"?'?|[|>][-+]?\n\s+LENT/, `&u ${JSON.stringify(at)}`)
          .replace(/"?'?BORROWED"?'?|[|>][-+]?\n\s+BORROWED/, "*u ");
        const reach = reachOf(text);
        // What cannot be read is not built either.
        expect(reach.fault !== null || reach.remotes.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
