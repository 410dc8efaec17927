import { z } from "zod";
import type { CdRepo } from "../model/forge.ts";
import type { OpenChange } from "../model/gate-reads.ts";
import { certainFiles } from "./certain-files.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer } from "./target.ts";

export const OPEN_CHANGES: Document = {
  what: "repository",
  text: `query OpenChanges($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequests(states: [OPEN], first: 50, after: $after) {
      nodes {
        number
        changedFiles
        files(first: 100) { nodes { path changeType } }
        baseRefName
        baseRefOid
        baseRef { target { oid } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
};

const OpenPull = z.object({
  number: z.number().int(),
  changedFiles: z.number().int(),
  files: z
    .object({
      nodes: z.array(z.object({ path: z.string(), changeType: z.string() }).nullable()).nullish(),
    })
    .nullish(),
  baseRefName: z.string(),
  baseRefOid: z.string(),
  baseRef: z.object({ target: z.object({ oid: z.string() }).nullish() }).nullish(),
});

const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      pullRequests: z.object({
        nodes: z.array(OpenPull.nullable()).nullish(),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    })
    .nullable(),
});

/** Open pull requests with what they change; one query for each fifty. None: also when another repo has taken the name. */
export async function openChanges(
  host: Host,
  { owner, name, id }: CdRepo,
): Promise<readonly OpenChange[]> {
  const found: OpenChange[] = [];
  let after: string | null = null;
  do {
    const answer = await host.query(OPEN_CHANGES, { owner, name, after });
    const { repository } = readAnswer(answer, Answer);
    if (repository?.databaseId !== id) return [];
    const { nodes, pageInfo } = repository.pullRequests;
    for (const pull of nodes ?? [])
      if (pull !== null)
        found.push({ number: pull.number, base: pull.baseRefName, files: certainFiles(pull) });
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return found.toSorted((a, b) => a.number - b.number);
}
