import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer } from "./target.ts";

export const OPEN_PULLS: Document = {
  what: "repository",
  text: `query OpenPulls($owner: String!, $name: String!, $base: String, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(states: [OPEN], baseRefName: $base, first: 100, after: $after) {
      nodes { number }
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
        nodes: z.array(z.object({ number: z.number().int() }).nullable()).nullish(),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    })
    .nullable(),
});

/** Numbers of open pull requests, oldest first; one query for each hundred. None: also when another repo has taken the name. */
export async function openPulls(
  host: Host,
  { owner, name, id }: CdRepo,
  base: string | null,
): Promise<readonly number[]> {
  const numbers: number[] = [];
  let after: string | null = null;
  do {
    const answer = await host.query(OPEN_PULLS, { owner, name, base, after });
    const { repository } = readAnswer(answer, Answer);
    if (repository?.databaseId !== id) return [];
    const { nodes, pageInfo } = repository.pullRequests;
    numbers.push(...(nodes ?? []).flatMap((node) => node?.number ?? []));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return numbers.toSorted((a, b) => a - b);
}
