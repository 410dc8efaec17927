import type { CdRepo } from "../model/forge.ts";
import { cell, code, link } from "../model/outside-text.ts";
import type { SourceCommit, SourceHistory, SourceSpan } from "../model/source.ts";

const COMMITS_SHOWN = 20;
const AUTHORS_SHOWN = 10;
const TITLE_SHOWN = 120;

/** Which way the versions go: a rollback takes commits back. */
export type Direction = "forward" | "back";

/** What changes in the source repos, as Markdown for the reviewer; empty: nothing is known. One query for each span that may be read. */
export async function tellSources(
  source: SourceHistory,
  cd: CdRepo,
  spans: readonly SourceSpan[],
  direction: Direction = "forward",
): Promise<string> {
  const parts: string[] = [];
  for (const span of spans) {
    const { from, repo, to } = span;
    const [older, newer] = direction === "forward" ? [from, to] : [to, from];
    const commits = repo === null ? null : await source.between(cd, repo, older, newer);
    parts.push(renderSpan({ ...span, from: older, to: newer }, commits));
  }
  if (parts.length === 0) return "";
  const title = direction === "forward" ? "What is in this" : "What this takes back";
  return [`**${title}**`, ...parts].join("\n\n");
}

function renderSpan(span: SourceSpan, commits: readonly SourceCommit[] | null): string {
  const { from, to, url } = span;
  const range = `${from.slice(0, 12)}...${to.slice(0, 12)}`;
  const name = url.split("/").slice(-2).join("/");
  const head = `${code(name)} ${link(range, `${url}/compare/${from}...${to}`)}`;
  if (commits === null) return head;
  const number = commits.length === 1 ? "1 commit" : `${commits.length} commits`;
  const lines = commits.slice(0, COMMITS_SHOWN).map((commit) => renderCommit(url, commit));
  const left = commits.length - lines.length;
  const more = left > 0 ? [`- …and ${left} more`] : [];
  return [`${head}: ${number}${renderAuthors(commits)}`, ...lines, ...more].join("\n");
}

/** As code: nobody is mentioned by a pull request that is none of theirs. */
function renderAuthors(commits: readonly SourceCommit[]): string {
  const authors = [...new Set(commits.flatMap(({ author }) => author ?? []))];
  if (authors.length === 0) return "";
  const shown = authors.slice(0, AUTHORS_SHOWN).map((author) => code(author, 40));
  const left = authors.length - shown.length;
  return ` by ${shown.join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function renderCommit(url: string, { author, oid, pull, title }: SourceCommit): string {
  const commit = link(oid.slice(0, 12), `${url}/commit/${oid}`);
  const by = author === null ? "" : ` by ${code(author, 40)}`;
  const from = pull === null ? "" : ` in ${link(`#${pull.number}`, pull.url)}`;
  return `- ${commit} ${cell(title, TITLE_SHOWN)}${by}${from}`;
}
