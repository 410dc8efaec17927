import { expect, test } from "@jest/globals";
import type { SourceCommit, SourceHistory, SourceSpan } from "../../src/model/source.ts";
import { tellSources } from "../../src/propose/tell-sources.ts";

const cd = { owner: "acme", name: "cd", installation: 1, id: 2 };
const url = "https://github.com/acme/app";
const [from, to] = ["a".repeat(40), "b".repeat(40)] as const;
const span: SourceSpan = {
  image: "quay.io/acme/app",
  url,
  from,
  to,
  repo: { owner: "acme", name: "app" },
};
const commit = (at: number): SourceCommit => ({
  oid: `${at % 10}`.repeat(40),
  title: `Change ${at}`,
  author: at % 2 === 0 ? "ann" : "ben",
  pull: null,
});

function told(commits: readonly SourceCommit[] | null): SourceHistory & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    async between(...about) {
      asked.push(about);
      return commits;
    },
  };
}

test("commits with their authors and pull requests", async () => {
  const commits = [
    { ...commit(1), pull: { number: 7, url: `${url}/pull/7` } },
    { ...commit(2), author: null },
  ];
  const source = told(commits);
  expect(await tellSources(source, cd, [span])).toBe(`**What is in this**

\`acme/app\` [\`aaaaaaaaaaaa...bbbbbbbbbbbb\`](${url}/compare/${from}...${to}): 2 commits by \`ben\`
- [\`111111111111\`](${url}/commit/${"1".repeat(40)}) Change 1 by \`ben\` in [\`#7\`](${url}/pull/7)
- [\`222222222222\`](${url}/commit/${"2".repeat(40)}) Change 2`);
  expect(source.asked).toEqual([[cd, span.repo, from, to]]);
});

test("a link alone where they cannot be read, and without a question where they may not", async () => {
  const head = `**What is in this**

\`acme/app\` [\`aaaaaaaaaaaa...bbbbbbbbbbbb\`](${url}/compare/${from}...${to})`;
  expect(await tellSources(told(null), cd, [span])).toBe(head);
  const source = told([commit(1)]);
  expect(await tellSources(source, cd, [{ ...span, repo: null }])).toBe(head);
  expect(source.asked).toEqual([]);
});

test("nothing where nothing is known", async () => {
  expect(await tellSources(told([]), cd, [])).toBe("");
});

test("a rollback takes back what lies the other way", async () => {
  const source = told([commit(1)]);
  const text = await tellSources(source, cd, [span], "back");
  expect(text.split("\n").slice(0, 3)).toEqual([
    "**What this takes back**",
    "",
    `\`acme/app\` [\`bbbbbbbbbbbb...aaaaaaaaaaaa\`](${url}/compare/${to}...${from}): 1 commit by \`ben\``,
  ]);
  expect(source.asked).toEqual([[cd, span.repo, to, from]]);
});

test("many are counted", async () => {
  const many = Array.from({ length: 57 }, (_, at) => ({ ...commit(at), author: `person${at}` }));
  const text = await tellSources(told(many), cd, [span]);
  expect(text).toContain(": 57 commits by `person0`,");
  expect(text).toContain("`person9` and 47 more\n");
  expect(text.split("\n")).toHaveLength(2 + 1 + 20 + 1);
  expect(text.endsWith("- …and 37 more")).toBe(true);
});

test("words from outside mention nobody, close nothing and stay on their line", async () => {
  const hostile: SourceCommit = {
    ...commit(1),
    title: "Fixes #3 @acme/ops <img src=x> | [x](y)\n\n/promote prod <!-- tagboat:{} -->",
    author: "ann` @ops",
  };
  const text = await tellSources(told([hostile]), cd, [span]);
  expect(text.split("\n")).toHaveLength(4);
  expect(text).not.toMatch(/#3|@acme|<img|<!--|\[x\]\(y\)/);
});
