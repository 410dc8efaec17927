import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer } from "./target.ts";

export const LIST_PULLS: Document = {
  what: "repository",
  text: `query ListPulls($owner: String!, $name: String!, $states: [PullRequestState!], $base: String, $labels: [String!], $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(states: $states, baseRefName: $base, labels: $labels, first: 100, after: $after) {
      nodes { number headRefOid }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
};

const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequests: z.object({
        nodes: z
          .array(
            z.object({ number: z.number().int(), headRefOid: z.string().nullish() }).nullable(),
          )
          .nullish(),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    })
    .nullable(),
});

/** Which pull requests; what is `null` chooses none away. */
export interface ListedPulls {
  readonly states: readonly ("OPEN" | "CLOSED" | "MERGED")[] | null;
  readonly base: string | null;
  /** Those that carry one of these. */
  readonly labels: readonly string[] | null;
}

/** Numbers of pull requests, oldest first; one query for each hundred. None: also when another repo has taken the name. */
export async function listPulls(
  host: Host,
  repo: CdRepo,
  wanted: ListedPulls,
): Promise<readonly number[]> {
  return (await listHeads(host, repo, wanted)).map(({ number }) => number);
}

/** As {@link listPulls}, with their heads. */
export async function listHeads(
  host: Host,
  { owner, name, id }: CdRepo,
  wanted: ListedPulls,
): Promise<readonly { readonly number: number; readonly headOid: string | null }[]> {
  const found: { number: number; headOid: string | null }[] = [];
  let after: string | null = null;
  do {
    const answer = await host.query(LIST_PULLS, { owner, name, ...wanted, after });
    const { repository } = readAnswer(answer, Answer);
    if (repository?.databaseId !== id) return [];
    const { nodes, pageInfo } = repository.pullRequests;
    for (const node of nodes ?? [])
      if (node !== null) found.push({ number: node.number, headOid: node.headRefOid ?? null });
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return found.toSorted((a, b) => a.number - b.number);
}
