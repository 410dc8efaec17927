import { z } from "zod";
import { type CdRepo, ForgeUnavailable } from "../model/forge.ts";
import type { FileVersion } from "../model/pulls.ts";
import { FILE_FRAGMENT } from "./fragments.ts";
import type { Document, Host } from "./host.ts";
import { readAnswer, readFiles } from "./target.ts";
import { Entry, Oid } from "./target-answer.ts";

/** GitHub's limit of a connection. */
const PAGE = 100;

export const FILE_HISTORY: Document = {
  what: "repository",
  text: `query FileHistory($owner: String!, $name: String!, $ref: String!, $path: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    ref(qualifiedName: $ref) {
      target {
        ... on Commit {
          history(path: $path, first: $first, after: $after) {
            pageInfo { hasNextPage endCursor }
            nodes {
              oid
              committedDate
              file(path: $path) { ...File }
              associatedPullRequests(first: 10) { nodes { mergedAt baseRefName } }
            }
          }
        }
      }
    }
  }
}
${FILE_FRAGMENT}`,
};

const Version = z.object({
  oid: Oid,
  committedDate: z.string(),
  file: Entry.nullish(),
  associatedPullRequests: z
    .object({
      nodes: z
        .array(z.object({ mergedAt: z.string().nullable(), baseRefName: z.string() }).nullable())
        .nullish(),
    })
    .nullish(),
});
type Version = z.infer<typeof Version>;

const Answer = z.object({
  repository: z
    .object({
      databaseId: z.number(),
      ref: z
        .object({
          target: z
            .object({
              history: z.object({
                pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
                nodes: z.array(Version.nullable()).nullish(),
              }),
            })
            .nullable(),
        })
        .nullable(),
    })
    .nullable(),
});

/**
 * The versions of a file on a branch, newest first; one query for each hundred, and one request more for each text that GraphQL
 * does not carry byte for byte. No such branch or file: none.
 */
export async function fileHistory(
  host: Host,
  repo: CdRepo,
  wanted: { readonly branch: string; readonly path: string; readonly limit: number },
): Promise<readonly FileVersion[]> {
  const { branch, path, limit } = wanted;
  const versions: Version[] = [];
  let after: string | null = null;
  while (versions.length < limit) {
    const answer = await host.query(FILE_HISTORY, {
      owner: repo.owner,
      name: repo.name,
      ref: `refs/heads/${branch}`,
      path,
      first: Math.min(PAGE, limit - versions.length),
      after,
    });
    const { repository } = readAnswer(answer, Answer);
    const history = repository?.databaseId === repo.id ? repository.ref?.target?.history : null;
    versions.push(...(history?.nodes ?? []).filter((node) => node !== null));
    after = history?.pageInfo.hasNextPage === true ? history.pageInfo.endCursor : null;
    if (after === null) break;
  }
  return await withTexts(host, repo, branch, path, versions);
}

async function withTexts(
  host: Host,
  repo: CdRepo,
  branch: string,
  path: string,
  versions: readonly Version[],
): Promise<readonly FileVersion[]> {
  const entries = versions.map(({ file }) => [path, file ?? null] as const);
  const files = await readFiles(host, repo, entries);
  return versions.map((version, at) => {
    const file = files[at];
    if (file === undefined) throw new ForgeUnavailable("A version was not read", "request", null);
    return { commit: version.oid, at: arrivedAt(version, branch), file };
  });
}

/** A commit may be older than the merge that brought it: what counts is how long it was there. */
function arrivedAt({ committedDate, associatedPullRequests: pulls }: Version, branch: string) {
  const merged = (pulls?.nodes ?? []).flatMap((pull) =>
    pull?.baseRefName === branch ? (pull.mergedAt ?? []) : [],
  );
  const [first] = merged.toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return first ?? committedDate;
}
