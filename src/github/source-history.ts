import { z } from "zod";
import { ForgeDenied, ForgeUnavailable } from "../model/forge.ts";
import type { SourceCommit, SourceHistory } from "../model/source.ts";
import { type Document, Host, type HostOptions } from "./host.ts";
import { readAnswer } from "./target.ts";

/** GitHub's limit of a connection. */
const FIRST = 100;
/** How long a repo that the App does not see is not asked for again, in milliseconds. */
const UNSEEN = 3_600_000;
const REMEMBERED = 1000;

export const SOURCE_COMMITS: Document = {
  what: "source",
  text: `query SourceCommits($owner: String!, $name: String!, $from: String!, $to: String!, $first: Int!) {
  repository(owner: $owner, name: $name) {
    from: object(expression: $from) {
      ... on Commit { oid history(first: $first) { nodes { oid } } }
    }
    to: object(expression: $to) {
      ... on Commit {
        oid
        history(first: $first) {
          nodes {
            oid
            messageHeadline
            author { name user { login } }
            associatedPullRequests(first: 1) { nodes { number url } }
          }
        }
      }
    }
  }
}`,
};

const Listed = z.object({ oid: z.string() });
const Described = Listed.extend({
  messageHeadline: z.string(),
  author: z
    .object({ name: z.string().nullish(), user: z.object({ login: z.string() }).nullish() })
    .nullish(),
  associatedPullRequests: z
    .object({
      nodes: z.array(z.object({ number: z.number(), url: z.string() }).nullable()).nullish(),
    })
    .nullish(),
});
const tipOf = <T extends z.ZodType>(commit: T) =>
  z
    .object({
      oid: z.string().optional(),
      history: z.object({ nodes: z.array(commit.nullable()).nullish() }).optional(),
    })
    .nullable();
const Answer = z.object({
  repository: z.object({ from: tipOf(Listed), to: tipOf(Described) }).nullable(),
});

/** The port `SourceHistory` on GitHub. */
export function createGithubSources(options: HostOptions): SourceHistory {
  const unseen = new Map<string, number>();
  return {
    async between(cd, repo, from, to) {
      const now = options.clock.now().getTime();
      const key = `${cd.installation} ${repo.owner}/${repo.name}`;
      if ((unseen.get(key) ?? 0) > now) return null;
      const found = await read(new Host(options, cd.installation), repo, from, to);
      if (found !== "unseen") return found;
      if (unseen.size >= REMEMBERED) unseen.clear();
      unseen.set(key, now + UNSEEN);
      return null;
    },
  };
}

async function read(
  host: Host,
  { name, owner }: Parameters<SourceHistory["between"]>[1],
  from: string,
  to: string,
): Promise<readonly SourceCommit[] | "unseen" | null> {
  try {
    const answer = await host.query(SOURCE_COMMITS, { owner, name, from, to, first: FIRST });
    const { repository } = readAnswer(answer, Answer);
    return repository === null ? "unseen" : newIn(repository);
  } catch (error) {
    if (!(error instanceof ForgeDenied || error instanceof ForgeUnavailable)) throw error;
    host.log.warn({ source: `${owner}/${name}`, detail: error.message }, "commits not read");
    return error instanceof ForgeDenied ? "unseen" : null;
  }
}

/**
 * GitHub lists the commits below a tip in one order. So where `from` lies below `to`, whatever is listed of `to` and lies below `from`
 * stands no later in the list of `from`: the two lists tell the commits between exactly. Elsewhere they do not, and nothing is said.
 */
function newIn({
  from,
  to,
}: NonNullable<z.infer<typeof Answer>["repository"]>): readonly SourceCommit[] | null {
  const listed = (to?.history?.nodes ?? []).filter((commit) => commit !== null);
  if (from?.oid === undefined || !listed.some(({ oid }) => oid === from.oid)) return null;
  const before = new Set((from.history?.nodes ?? []).map((commit) => commit?.oid));
  return listed
    .filter(({ oid }) => !before.has(oid))
    .map(({ associatedPullRequests, author, messageHeadline, oid }) => ({
      oid,
      title: messageHeadline,
      author: author?.user?.login ?? author?.name ?? null,
      pull: associatedPullRequests?.nodes?.[0] ?? null,
    }));
}
